/** Decisions over many tasks that shorten, or that give the tasks to somebody else. */
import { Migration } from '@mikro-orm/migrations';

export class BulkHandling extends Migration {
  override up(): void {
    this.addSql(`alter table bulk_decision add column shortened_to jsonb null`);
    this.addSql(`alter table bulk_decision add column to_reviewer_id uuid null`);
    this.addSql(
      `alter table bulk_decision add constraint bulk_decision_to_reviewer_id_foreign foreign key (to_reviewer_id) references employee (id) deferrable initially deferred`,
    );
  }
}
