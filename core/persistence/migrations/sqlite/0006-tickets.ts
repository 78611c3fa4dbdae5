/** The ticket through which others do what is to be done. SQLite. */
import { Migration } from '@mikro-orm/migrations';

export class Tickets extends Migration {
  override up(): void {
    this.addSql(`alter table fulfillment_task add column ticket json null`);
  }
}
