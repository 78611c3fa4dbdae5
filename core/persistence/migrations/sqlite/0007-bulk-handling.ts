/** Decisions over many tasks that shorten, or that give the tasks to somebody else. */
import { Migration } from '@mikro-orm/migrations';

export class BulkHandling extends Migration {
  override up(): void {
    this.addSql(`alter table bulk_decision add column shortened_to json null`);
    this.addSql(
      `alter table bulk_decision add column to_reviewer_id text null references employee (id) deferrable initially deferred`,
    );
  }
}
