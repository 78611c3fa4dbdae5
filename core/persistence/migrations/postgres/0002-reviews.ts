/** Reviews in full: policies, duties to keep apart, delegates, bundles, bulk decisions, notices. Postgres. */
import { Migration } from '@mikro-orm/migrations';

export class Reviews extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table access_request add column resubmits_request_id uuid null`,
  `alter table entitlement add column review_settings jsonb null`,
  `alter table request_item add column starts_at timestamptz(3) null`,
  `alter table request_item add column service_account text null`,
  `alter table request_item add column extends_item_id uuid null`,
  `alter table request_item add column decide_by timestamptz(3) null`,
  `alter table request_item add column not_renewed jsonb null`,
  `alter table review_task add column from_task_id uuid null`,
  `alter table review_task add column reminded_at timestamptz(3) null`,
  `alter table review_task add column escalated_at timestamptz(3) null`,
  `alter table decision add column shortened_to jsonb null`,
  `alter table review_task add column via text not null default 'planned'`,
  `create table policy (
     id uuid not null,
     name text not null,
     position int not null,
     state text not null,
     conditions jsonb not null,
     effect jsonb not null,
     version int not null,
     primary key (id)
   )`,
  `create table policy_version (
     policy_id uuid not null,
     version int not null,
     name text not null,
     state text not null,
     position int not null,
     conditions jsonb not null,
     effect jsonb not null,
     changed_at timestamptz(3) not null,
     changed_by_id uuid not null,
     primary key (policy_id, version)
   )`,
  `alter table policy_version add constraint policy_version_policy_id_foreign foreign key (policy_id) references policy (id) deferrable initially deferred`,
  `alter table policy_version add constraint policy_version_changed_by_id_foreign foreign key (changed_by_id) references employee (id) deferrable initially deferred`,
  `create table conflict_rule (
     id uuid not null,
     name text not null,
     description text null,
     effect text not null,
     reviewer_kind text not null,
     state text not null,
     version int not null,
     primary key (id)
   )`,
  `create table conflict_rule_entitlement (
     rule_id uuid not null,
     side text not null,
     entitlement_id uuid not null,
     primary key (rule_id, side, entitlement_id)
   )`,
  `alter table conflict_rule_entitlement add constraint conflict_rule_entitlement_rule_id_foreign foreign key (rule_id) references conflict_rule (id) deferrable initially deferred`,
  `alter table conflict_rule_entitlement add constraint conflict_rule_entitlement_entitlement_id_foreign foreign key (entitlement_id) references entitlement (id) deferrable initially deferred`,
  `create table reviewer_group (
     id uuid not null,
     name text not null,
     name_key text not null,
     description text null,
     version int not null,
     primary key (id)
   )`,
  `create table reviewer_group_member (
     group_id uuid not null,
     employee_id uuid not null,
     primary key (group_id, employee_id)
   )`,
  `alter table reviewer_group_member add constraint reviewer_group_member_group_id_foreign foreign key (group_id) references reviewer_group (id) deferrable initially deferred`,
  `alter table reviewer_group_member add constraint reviewer_group_member_employee_id_foreign foreign key (employee_id) references employee (id) deferrable initially deferred`,
  `create table delegation (
     id uuid not null,
     delegator_id uuid not null,
     delegate_id uuid not null,
     starts_at timestamptz(3) not null,
     ends_at timestamptz(3) null,
     state text not null,
     note text null,
     created_at timestamptz(3) not null,
     primary key (id)
   )`,
  `alter table delegation add constraint delegation_delegator_id_foreign foreign key (delegator_id) references employee (id) deferrable initially deferred`,
  `alter table delegation add constraint delegation_delegate_id_foreign foreign key (delegate_id) references employee (id) deferrable initially deferred`,
  `create table access_role (
     id uuid not null,
     name text not null,
     name_key text not null,
     description text null,
     state text not null,
     version int not null,
     primary key (id)
   )`,
  `create table access_role_entitlement (
     access_role_id uuid not null,
     entitlement_id uuid not null,
     position int not null,
     primary key (access_role_id, entitlement_id)
   )`,
  `alter table access_role_entitlement add constraint access_role_entitlement_access_role_id_foreign foreign key (access_role_id) references access_role (id) deferrable initially deferred`,
  `alter table access_role_entitlement add constraint access_role_entitlement_entitlement_id_foreign foreign key (entitlement_id) references entitlement (id) deferrable initially deferred`,
  `create table review_message (
     id uuid not null,
     request_id uuid not null,
     item_id uuid not null,
     task_id uuid not null,
     author_id uuid not null,
     kind text not null,
     text text not null,
     at timestamptz(3) not null,
     answers_id uuid null,
     primary key (id)
   )`,
  `alter table review_message add constraint review_message_item_id_foreign foreign key (item_id) references request_item (id) deferrable initially deferred`,
  `alter table review_message add constraint review_message_task_id_foreign foreign key (task_id) references review_task (id) deferrable initially deferred`,
  `alter table review_message add constraint review_message_author_id_foreign foreign key (author_id) references employee (id) deferrable initially deferred`,
  `create table request_follower (
     request_id uuid not null,
     employee_id uuid not null,
     since timestamptz(3) not null,
     primary key (request_id, employee_id)
   )`,
  `alter table request_follower add constraint request_follower_request_id_foreign foreign key (request_id) references access_request (id) deferrable initially deferred`,
  `alter table request_follower add constraint request_follower_employee_id_foreign foreign key (employee_id) references employee (id) deferrable initially deferred`,
  `create table notice (
     id uuid not null,
     employee_id uuid not null,
     kind text not null,
     request_id uuid null,
     item_id uuid null,
     data jsonb not null,
     at timestamptz(3) not null,
     read_at timestamptz(3) null,
     primary key (id)
   )`,
  `alter table notice add constraint notice_employee_id_foreign foreign key (employee_id) references employee (id) deferrable initially deferred`,
  `create table bulk_decision (
     id uuid not null,
     decider_id uuid not null,
     filter jsonb not null,
     verdict text not null,
     reason text null,
     state text not null,
     created_at timestamptz(3) not null,
     dispatch_at timestamptz(3) not null,
     ended_at timestamptz(3) null,
     total int not null,
     decided int not null,
     refused int not null,
     resume_after text null,
     primary key (id)
   )`,
  `alter table bulk_decision add constraint bulk_decision_decider_id_foreign foreign key (decider_id) references employee (id) deferrable initially deferred`,
  `create table bulk_decision_result (
     bulk_decision_id uuid not null,
     task_id uuid not null,
     item_id uuid not null,
     request_id uuid not null,
     outcome text not null,
     code text null,
     message text null,
     primary key (bulk_decision_id, task_id)
   )`,
  `alter table bulk_decision_result add constraint bulk_decision_result_bulk_decision_id_foreign foreign key (bulk_decision_id) references bulk_decision (id) deferrable initially deferred`,
  `alter table policy add constraint policy_position_unique unique (position)`,
  `alter table reviewer_group add constraint reviewer_group_name_key_unique unique (name_key)`,
  `alter table access_role add constraint access_role_name_key_unique unique (name_key)`,
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
