/** Work that people do by hand: instructions, due times, evidence files, and what confirms it. SQLite. */
import { Migration } from '@mikro-orm/migrations';

export class ByHand extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table fulfillment_task add column edition integer not null default 1`,
  `alter table fulfillment_task add column by_hand_since text null`,
  `alter table fulfillment_task add column reminded_at text null`,
  `alter table fulfillment_task add column unconfirmed_since text null`,
  `alter table fulfillment_task add column observation json null`,
  `alter table delivery_settings add column instructions text null`,
  `alter table delivery_settings add column by_hand_hours integer null`,
  `create table entitlement_instructions (
     entitlement_id text not null primary key references entitlement (id) deferrable initially deferred,
     instructions text not null
   )`,
  `create table evidence_content (
     fulfillment_task_id text not null primary key references fulfillment_task (id) deferrable initially deferred,
     content text not null
   )`,
  `create index fulfillment_task_by_hand_index on fulfillment_task (application_id, by_hand_since) where state = 'byHand'`,
  `create index fulfillment_task_unconfirmed_index on fulfillment_task (application_id) where unconfirmed_since is not null`,
];
