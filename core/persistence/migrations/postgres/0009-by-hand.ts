/** Work that people do by hand: instructions, due times, evidence files, and what confirms it. Postgres. */
import { Migration } from '@mikro-orm/migrations';

export class ByHand extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table fulfillment_task add column edition int not null default 1`,
  `alter table fulfillment_task add column by_hand_since timestamptz(3) null`,
  `alter table fulfillment_task add column reminded_at timestamptz(3) null`,
  `alter table fulfillment_task add column unconfirmed_since timestamptz(3) null`,
  `alter table fulfillment_task add column observation jsonb null`,
  `alter table delivery_settings add column instructions text null`,
  `alter table delivery_settings add column by_hand_hours int null`,
  `create table entitlement_instructions (
     entitlement_id uuid not null,
     instructions text not null,
     primary key (entitlement_id)
   )`,
  `create table evidence_content (
     fulfillment_task_id uuid not null,
     content text not null,
     primary key (fulfillment_task_id)
   )`,
  `alter table entitlement_instructions add constraint entitlement_instructions_entitlement_id_foreign foreign key (entitlement_id) references entitlement (id) deferrable initially deferred`,
  `alter table evidence_content add constraint evidence_content_fulfillment_task_id_foreign foreign key (fulfillment_task_id) references fulfillment_task (id) deferrable initially deferred`,
  `create index fulfillment_task_by_hand_index on fulfillment_task (application_id, by_hand_since) where state = 'byHand'`,
  `create index fulfillment_task_unconfirmed_index on fulfillment_task (application_id) where unconfirmed_since is not null`,
];
