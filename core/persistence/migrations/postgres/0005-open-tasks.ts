/** An index over the open review tasks alone, by how long they wait: reminders and escalation look through it. */
import { Migration } from '@mikro-orm/migrations';

export class OpenTasks extends Migration {
  override up(): void {
    this.addSql(`create index review_task_open_index on review_task (opened_at, id) where state = 'open'`);
  }
}
