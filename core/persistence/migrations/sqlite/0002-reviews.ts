/** Reviews in full: policies, duties to keep apart, delegates, bundles, bulk decisions, notices. SQLite. */
import { Migration } from '@mikro-orm/migrations';

export class Reviews extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table access_request add column resubmits_request_id text null`,
  `alter table entitlement add column review_settings json null`,
  `alter table request_item add column starts_at text null`,
  `alter table request_item add column service_account text null`,
  `alter table request_item add column extends_item_id text null`,
  `alter table request_item add column decide_by text null`,
  `alter table request_item add column not_renewed json null`,
  `alter table review_task add column from_task_id text null`,
  `alter table review_task add column reminded_at text null`,
  `alter table review_task add column escalated_at text null`,
  `alter table decision add column shortened_to json null`,
  `alter table review_task add column via text not null default 'planned'`,
  `create table policy (
     id text not null primary key,
     name text not null,
     position integer not null,
     state text not null,
     conditions json not null,
     effect json not null,
     version integer not null
   )`,
  `create table policy_version (
     policy_id text not null references policy (id) deferrable initially deferred,
     version integer not null,
     name text not null,
     state text not null,
     position integer not null,
     conditions json not null,
     effect json not null,
     changed_at text not null,
     changed_by_id text not null references employee (id) deferrable initially deferred,
     primary key (policy_id, version)
   )`,
  `create table conflict_rule (
     id text not null primary key,
     name text not null,
     description text null,
     effect text not null,
     reviewer_kind text not null,
     state text not null,
     version integer not null
   )`,
  `create table conflict_rule_entitlement (
     rule_id text not null references conflict_rule (id) deferrable initially deferred,
     side text not null,
     entitlement_id text not null references entitlement (id) deferrable initially deferred,
     primary key (rule_id, side, entitlement_id)
   )`,
  `create table reviewer_group (
     id text not null primary key,
     name text not null,
     name_key text not null,
     description text null,
     version integer not null
   )`,
  `create table reviewer_group_member (
     group_id text not null references reviewer_group (id) deferrable initially deferred,
     employee_id text not null references employee (id) deferrable initially deferred,
     primary key (group_id, employee_id)
   )`,
  `create table delegation (
     id text not null primary key,
     delegator_id text not null references employee (id) deferrable initially deferred,
     delegate_id text not null references employee (id) deferrable initially deferred,
     starts_at text not null,
     ends_at text null,
     state text not null,
     note text null,
     created_at text not null
   )`,
  `create table access_role (
     id text not null primary key,
     name text not null,
     name_key text not null,
     description text null,
     state text not null,
     version integer not null
   )`,
  `create table access_role_entitlement (
     access_role_id text not null references access_role (id) deferrable initially deferred,
     entitlement_id text not null references entitlement (id) deferrable initially deferred,
     position integer not null,
     primary key (access_role_id, entitlement_id)
   )`,
  `create table review_message (
     id text not null primary key,
     request_id text not null,
     item_id text not null references request_item (id) deferrable initially deferred,
     task_id text not null references review_task (id) deferrable initially deferred,
     author_id text not null references employee (id) deferrable initially deferred,
     kind text not null,
     text text not null,
     at text not null,
     answers_id text null
   )`,
  `create table request_follower (
     request_id text not null references access_request (id) deferrable initially deferred,
     employee_id text not null references employee (id) deferrable initially deferred,
     since text not null,
     primary key (request_id, employee_id)
   )`,
  `create table notice (
     id text not null primary key,
     employee_id text not null references employee (id) deferrable initially deferred,
     kind text not null,
     request_id text null,
     item_id text null,
     data json not null,
     at text not null,
     read_at text null
   )`,
  `create table bulk_decision (
     id text not null primary key,
     decider_id text not null references employee (id) deferrable initially deferred,
     filter json not null,
     verdict text not null,
     reason text null,
     state text not null,
     created_at text not null,
     dispatch_at text not null,
     ended_at text null,
     total integer not null,
     decided integer not null,
     refused integer not null,
     resume_after text null
   )`,
  `create table bulk_decision_result (
     bulk_decision_id text not null references bulk_decision (id) deferrable initially deferred,
     task_id text not null,
     item_id text not null,
     request_id text not null,
     outcome text not null,
     code text null,
     message text null,
     primary key (bulk_decision_id, task_id)
   )`,
  `create unique index policy_position_unique on policy (position)`,
  `create unique index reviewer_group_name_key_unique on reviewer_group (name_key)`,
  `create unique index access_role_name_key_unique on access_role (name_key)`,
  `create index conflict_rule_entitlement_entitlement_id_index on conflict_rule_entitlement (entitlement_id)`,
  `create index reviewer_group_member_employee_id_index on reviewer_group_member (employee_id)`,
  `create index delegation_delegator_id_state_index on delegation (delegator_id, state)`,
  `create index delegation_delegate_id_state_index on delegation (delegate_id, state)`,
  `create index delegation_state_starts_at_index on delegation (state, starts_at)`,
  `create index review_message_request_id_index on review_message (request_id)`,
  `create index review_message_item_id_index on review_message (item_id)`,
  `create index request_follower_employee_id_index on request_follower (employee_id)`,
  `create index notice_employee_id_at_index on notice (employee_id, at)`,
  `create index notice_employee_id_read_at_index on notice (employee_id, read_at)`,
  `create index bulk_decision_decider_id_created_at_index on bulk_decision (decider_id, created_at)`,
  `create index bulk_decision_state_dispatch_at_index on bulk_decision (state, dispatch_at)`,
  `create index access_role_entitlement_entitlement_id_index on access_role_entitlement (entitlement_id)`,
  `create index request_item_decide_by_index on request_item (decide_by) where state = 'inReview' and decide_by is not null`,
];
