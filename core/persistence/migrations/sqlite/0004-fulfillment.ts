/** What delivery and discovery remember besides: accepted writes, breakers, schedules, questions and findings. SQLite. */
import { Migration } from '@mikro-orm/migrations';

export class Fulfillment extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table fulfillment_task add column accepted_at text null`,
  `alter table fulfillment_task add column initial_password json null`,
  `alter table sync_run add column pages integer not null default 0`,
  `alter table sync_run add column question json null`,
  `alter table sync_run add column answered_by_id text null`,
  `alter table sync_run add column answered_at text null`,
  `alter table sync_run add column lease_owner text null`,
  `alter table sync_run add column lease_until text null`,
  `create table delivery_settings (
     application_id text not null primary key references application (id) deferrable initially deferred,
     discovery_every_minutes integer null,
     drop_percent integer not null,
     concurrency integer null
   )`,
  `create table delivery_health (
     application_id text not null primary key references application (id) deferrable initially deferred,
     faults integer not null,
     paused_since text null,
     paused_until text null,
     last_problem text null,
     changed_at text not null
   )`,
  `create table finding (
     id text not null primary key,
     application_id text not null references application (id) deferrable initially deferred,
     kind text not null,
     subject_key text not null,
     account_id text null,
     entitlement_id text null,
     employee_id text null,
     detail json not null,
     first_seen_run_id text not null,
     first_seen_at text not null,
     last_seen_run_id text not null,
     last_seen_at text not null,
     proposed_action text not null,
     state text not null,
     decided_by_id text null,
     decided_at text null,
     note text null,
     request_id text null,
     ended_at text null,
     effect text null,
     effect_state text null,
     effect_attempts integer not null,
     effect_due_at text null,
     lease_owner text null,
     lease_until text null,
     last_problem text null
   )`,
  `create unique index finding_standing_unique on finding (application_id, subject_key) where ended_at is null`,
  `create index finding_application_id_state_last_seen_at_index on finding (application_id, state, last_seen_at)`,
  `create index finding_effect_index on finding (effect_due_at) where effect_due_at is not null`,
  `create index fulfillment_task_accepted_index on fulfillment_task (application_id) where accepted_at is not null and state = 'waiting'`,
  `create index access_grant_unexplained_index on access_grant (granted_at) where status = 'active' and request_item_id is null`,
  `create index sync_run_running_index on sync_run (state) where state = 'running'`,
];
