/** What delivery and discovery remember besides: accepted writes, breakers, schedules, questions and findings. Postgres. */
import { Migration } from '@mikro-orm/migrations';

export class Fulfillment extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table fulfillment_task add column accepted_at timestamptz(3) null`,
  `alter table fulfillment_task add column initial_password jsonb null`,
  `alter table sync_run add column pages int not null default 0`,
  `alter table sync_run add column question jsonb null`,
  `alter table sync_run add column answered_by_id uuid null`,
  `alter table sync_run add column answered_at timestamptz(3) null`,
  `alter table sync_run add column lease_owner text null`,
  `alter table sync_run add column lease_until timestamptz(3) null`,
  `create table delivery_settings (
     application_id uuid not null,
     discovery_every_minutes int null,
     drop_percent int not null,
     concurrency int null,
     primary key (application_id)
   )`,
  `alter table delivery_settings add constraint delivery_settings_application_id_foreign foreign key (application_id) references application (id) deferrable initially deferred`,
  `create table delivery_health (
     application_id uuid not null,
     faults int not null,
     paused_since timestamptz(3) null,
     paused_until timestamptz(3) null,
     last_problem text null,
     changed_at timestamptz(3) not null,
     primary key (application_id)
   )`,
  `alter table delivery_health add constraint delivery_health_application_id_foreign foreign key (application_id) references application (id) deferrable initially deferred`,
  `create table finding (
     id uuid not null,
     application_id uuid not null,
     kind text not null,
     subject_key text not null,
     account_id uuid null,
     entitlement_id uuid null,
     employee_id uuid null,
     detail jsonb not null,
     first_seen_run_id uuid not null,
     first_seen_at timestamptz(3) not null,
     last_seen_run_id uuid not null,
     last_seen_at timestamptz(3) not null,
     proposed_action text not null,
     state text not null,
     decided_by_id uuid null,
     decided_at timestamptz(3) null,
     note text null,
     request_id uuid null,
     ended_at timestamptz(3) null,
     effect text null,
     effect_state text null,
     effect_attempts int not null,
     effect_due_at timestamptz(3) null,
     lease_owner text null,
     lease_until timestamptz(3) null,
     last_problem text null,
     primary key (id)
   )`,
  `alter table finding add constraint finding_application_id_foreign foreign key (application_id) references application (id) deferrable initially deferred`,
  `create unique index finding_standing_unique on finding (application_id, subject_key) where ended_at is null`,
  `create index finding_application_id_state_last_seen_at_index on finding (application_id, state, last_seen_at)`,
  `create index finding_effect_index on finding (effect_due_at) where effect_due_at is not null`,
  `create index fulfillment_task_accepted_index on fulfillment_task (application_id) where accepted_at is not null and state = 'waiting'`,
  `create index access_grant_unexplained_index on access_grant (granted_at) where status = 'active' and request_item_id is null`,
  `create index sync_run_running_index on sync_run (state) where state = 'running'`,
];
