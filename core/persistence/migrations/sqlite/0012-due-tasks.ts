/**
 * The index by which due tasks are found, with all that is asked of them: where very much is due in one application,
 * what is due elsewhere is found without reading a row of it.
 */
import { Migration } from '@mikro-orm/migrations';

export class DueTasks extends Migration {
  override up(): void {
    this.addSql(`drop index fulfillment_task_state_next_attempt_at_index`);
    this.addSql(
      `create index fulfillment_task_due_index on fulfillment_task (state, next_attempt_at, application_id, effect)`,
    );
  }
}
