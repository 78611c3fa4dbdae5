/**
 * What the two large lists are read from, kept by triggers in the transaction that changes their rows. SQLite.
 * Everything named `list_…` is derived: docs/guide/lists.md says from what, and a test compares it with a recount.
 */
import { Migration } from '@mikro-orm/migrations';

export class Lists extends Migration {
  override up(): void {
    for (const statement of listStatements) this.addSql(statement);
  }
}

const nobody = '00000000-0000-0000-0000-000000000000';
const never = '9999-12-31T23:59:59.999Z';

const tables = [
  `create table list_task (
     reviewer_id text not null,
     part text not null,
     since text not null,
     task_id text not null,
     number integer not null,
     application_id text not null,
     entitlement_id text not null,
     requester_id text not null,
     beneficiary_id text not null,
     action text not null,
     risk integer not null,
     level integer not null,
     due text not null,
     opened_at text not null,
     primary key (reviewer_id, part, since, task_id)
   ) without rowid`,
  `create table list_request (
     kind text not null,
     place_id text not null,
     state text not null,
     number integer not null,
     primary key (kind, place_id, state, number)
   ) without rowid`,
  `create table list_count (
     kind text not null,
     place_id text not null,
     state text not null,
     count integer not null,
     primary key (kind, place_id, state)
   ) without rowid`,
  `create table list_change (number integer primary key, sequence integer not null)`,
  // Without the text itself and without positions: what it finds is compared with the request's own text again.
  `create virtual table list_text using fts5(text, content='', contentless_delete=1, tokenize='trigram', detail=none)`,
];

const taskRow = (where: string) => `insert into list_task
  select review_task.reviewer_id, ${part('review_task')}, ${since('review_task')}, review_task.id,
    access_request.number, request_item.application_id, request_item.entitlement_id, access_request.requester_id,
    request_item.beneficiary_id, request_item.action, ${risk('entitlement.risk')}, review_stage.level,
    coalesce(request_item.decide_by, '${never}'), review_task.opened_at
  from review_task
  join review_stage on review_stage.id = review_task.stage_id
  join request_item on request_item.id = review_task.item_id
  join access_request on access_request.id = review_task.request_id
  join entitlement on entitlement.id = request_item.entitlement_id
  ${where}`;

function part(task: string): string {
  return `case when ${task}.state = 'open' then 'open' else 'ended' end`;
}

function since(task: string): string {
  return `case when ${task}.state = 'open' then ${task}.opened_at else coalesce(${task}.ended_at, ${task}.opened_at) end`;
}

function risk(column: string): string {
  return `case ${column} when 'high' then 1 when 'medium' then 2 else 3 end`;
}

/** Owners of an application, one a row. */
const owners = (application: string) => `
  select primary_owner_id from application where id = ${application} and primary_owner_id is not null
  union select employee_id from secondary_owner where application_id = ${application}`;

/** In the order of its table each: rows that are appended cost a fraction of rows that are put in between. */
const fill = [
  taskRow('order by 1, 2, 3, 4'),
  `insert into list_request select 'all', '${nobody}', state, number from access_request order by 3, 4`,
  `insert into list_request select 'asked', requester_id, state, number from access_request order by 2, 3, 4`,
  `insert into list_request
     select 'mine', requester_id, state, number from access_request
     union select 'mine', request_item.beneficiary_id, access_request.state, access_request.number
       from request_item join access_request on access_request.id = request_item.request_id
     union select 'mine', request_follower.employee_id, access_request.state, access_request.number
       from request_follower join access_request on access_request.id = request_follower.request_id`,
  `insert into list_request
     select distinct 'application', request_item.application_id, access_request.state, access_request.number
     from request_item join access_request on access_request.id = request_item.request_id
     order by 2, 3, 4`,
  `insert into list_request
     select 'visible', place_id, state, number from list_request where kind = 'mine'
     union select 'visible', review_task.reviewer_id, access_request.state, access_request.number
       from review_task join access_request on access_request.id = review_task.request_id
     union select 'visible', application.primary_owner_id, list_request.state, list_request.number
       from list_request join application on application.id = list_request.place_id
       where list_request.kind = 'application' and application.primary_owner_id is not null
     union select 'visible', secondary_owner.employee_id, list_request.state, list_request.number
       from list_request join secondary_owner on secondary_owner.application_id = list_request.place_id
       where list_request.kind = 'application'`,
  `insert into list_count select kind, place_id, state, count(*) from list_request group by kind, place_id, state`,
  `insert into list_count select 'task', reviewer_id, part, count(*) from list_task group by reviewer_id, part`,
  `insert into list_change
     select access_request.number, max(audit_event.sequence) from audit_event
     join access_request on access_request.id = audit_event.request_id group by access_request.number`,
  `insert into list_text (rowid, text) select number, search_text from access_request`,
];

const indexes = [
  ...['application_id', 'entitlement_id', 'requester_id', 'beneficiary_id'].map(
    (column) => `create index list_task_${column}_index on list_task (reviewer_id, part, ${column}, since, task_id)`,
  ),
  `create index list_task_due_index on list_task (reviewer_id, due, since, task_id) where part = 'open'`,
  `create index list_task_risk_index on list_task (reviewer_id, risk, since, task_id) where part = 'open'`,
  `create index list_change_sequence_index on list_change (sequence)`,
  `create index request_item_entitlement_id_index on request_item (entitlement_id)`,
];

const count = (row: 'new' | 'old', kind: string, place: string, state: string, by: 1 | -1) => `
  insert into list_count values (${kind}, ${row}.${place}, ${row}.${state}, ${by})
    on conflict (kind, place_id, state) do update set count = count + (${by});`;

const requestCount = (row: 'new' | 'old', by: 1 | -1) => count(row, `${row}.kind`, 'place_id', 'state', by);
const taskCount = (row: 'new' | 'old', by: 1 | -1) => count(row, `'task'`, 'reviewer_id', 'part', by);

const place = (kind: string, select: string) => `
  insert into list_request select '${kind}', ${select} on conflict do nothing;`;

const move = (kind: string, places: string) => `
  update list_request set state = new.state
    where kind = '${kind}' and state = old.state and number = new.number and place_id in (${places});`;

const followersOfNew = 'select employee_id from request_follower where request_id = new.id';

const itemsOfNew = (column: string) => `select ${column} from request_item where request_id = new.id`;

/** Whoever stops owning an application sees what they see for another reason. */
const leave = (owner: string, application: string) => `
  delete from list_request
  where kind = 'visible' and place_id = ${owner}
    and (state, number) in (select state, number from list_request as touched
      where touched.kind = 'application' and touched.place_id = ${application})
    and not exists (select 1 from list_request as mine where mine.kind = 'mine' and mine.place_id = ${owner}
      and mine.state = list_request.state and mine.number = list_request.number)
    and not exists (select 1 from access_request join review_task on review_task.request_id = access_request.id
      where access_request.number = list_request.number and review_task.reviewer_id = ${owner})
    and not exists (select 1 from access_request join request_item on request_item.request_id = access_request.id
      where access_request.number = list_request.number and exists (
        select 1 from (${owners('request_item.application_id')}) as owner where owner.primary_owner_id = ${owner}));`;

const join = (owner: string, application: string) => `
  insert into list_request
    select 'visible', ${owner}, touched.state, touched.number from list_request as touched
    where touched.kind = 'application' and touched.place_id = ${application}
    on conflict do nothing;`;

const triggers = [
  `create trigger list_request_inserted after insert on list_request begin ${requestCount('new', 1)} end`,
  `create trigger list_request_deleted after delete on list_request begin ${requestCount('old', -1)} end`,
  `create trigger list_request_moved after update of state on list_request
     begin ${requestCount('old', -1)} ${requestCount('new', 1)} end`,
  `create trigger list_task_inserted after insert on list_task begin ${taskCount('new', 1)} end`,
  `create trigger list_task_moved after update of part, reviewer_id on list_task
     begin ${taskCount('old', -1)} ${taskCount('new', 1)} end`,
  `create trigger access_request_listed after insert on access_request begin
     ${place('all', `'${nobody}', new.state, new.number where true`)}
     ${place('asked', 'new.requester_id, new.state, new.number where true')}
     ${place('mine', 'new.requester_id, new.state, new.number where true')}
     ${place('visible', 'new.requester_id, new.state, new.number where true')}
     insert into list_text (rowid, text) values (new.number, new.search_text);
   end`,
  `create trigger access_request_moved after update of state on access_request when new.state <> old.state begin
     ${move('all', `'${nobody}'`)}
     ${move('asked', 'new.requester_id')}
     ${move('mine', `select new.requester_id union ${itemsOfNew('beneficiary_id')} union ${followersOfNew}`)}
     ${move('application', itemsOfNew('application_id'))}
     ${move(
       'visible',
       `select new.requester_id
        union ${itemsOfNew('beneficiary_id')}
        union ${followersOfNew}
        union select reviewer_id from review_task where request_id = new.id
        union select application.primary_owner_id from request_item join application on application.id = request_item.application_id
          where request_item.request_id = new.id and application.primary_owner_id is not null
        union select secondary_owner.employee_id from request_item
          join secondary_owner on secondary_owner.application_id = request_item.application_id
          where request_item.request_id = new.id`,
     )}
   end`,
  `create trigger access_request_reworded after update of search_text on access_request begin
     update list_text set text = new.search_text where rowid = new.number;
   end`,
  `create trigger request_item_listed after insert on request_item begin
     ${['mine', 'visible']
       .map((kind) =>
         place(kind, 'new.beneficiary_id, state, number from access_request where access_request.id = new.request_id'),
       )
       .join('')}
     ${place('application', 'new.application_id, state, number from access_request where access_request.id = new.request_id')}
     ${place('visible', `owner.primary_owner_id, state, number from access_request join (${owners('new.application_id')}) as owner where access_request.id = new.request_id`)}
   end`,
  `create trigger request_follower_listed after insert on request_follower begin
     ${['mine', 'visible']
       .map((kind) =>
         place(kind, 'new.employee_id, state, number from access_request where access_request.id = new.request_id'),
       )
       .join('')}
   end`,
  `create trigger review_task_listed after insert on review_task begin
     ${taskRow('where review_task.id = new.id')};
     ${place('visible', 'new.reviewer_id, state, number from access_request where access_request.id = new.request_id')}
   end`,
  `create trigger review_task_moved after update of state, ended_at, opened_at, reviewer_id on review_task begin
     update list_task
       set reviewer_id = new.reviewer_id, part = ${part('new')}, since = ${since('new')}, opened_at = new.opened_at
       where reviewer_id = old.reviewer_id and part = ${part('old')} and since = ${since('old')} and task_id = old.id;
   end`,
  `create trigger request_item_redated after update of decide_by on request_item begin
     update list_task set due = coalesce(new.decide_by, '${never}')
       where (reviewer_id, part, since, task_id) in (
         select reviewer_id, ${part('review_task')}, ${since('review_task')}, id from review_task where item_id = new.id);
   end`,
  `create trigger entitlement_reassessed after update of risk on entitlement when new.risk <> old.risk begin
     update list_task set risk = ${risk('new.risk')}
       where (reviewer_id, part, since, task_id) in (
         select reviewer_id, ${part('review_task')}, ${since('review_task')}, review_task.id
         from request_item join review_task on review_task.item_id = request_item.id
         where request_item.entitlement_id = new.id);
   end`,
  `create trigger application_handed_over after update of primary_owner_id on application
     when new.primary_owner_id is not old.primary_owner_id begin
     ${leave('old.primary_owner_id', 'new.id')}
     ${join('new.primary_owner_id', 'new.id').replace('on conflict', 'and new.primary_owner_id is not null on conflict')}
   end`,
  `create trigger secondary_owner_named after insert on secondary_owner begin
     ${join('new.employee_id', 'new.application_id')}
   end`,
  `create trigger secondary_owner_relieved after delete on secondary_owner begin
     ${leave('old.employee_id', 'old.application_id')}
   end`,
  `create trigger audit_event_listed after insert on audit_event when new.request_id is not null begin
     insert into list_change select number, new.sequence from access_request where id = new.request_id
       on conflict (number) do update set sequence = excluded.sequence;
   end`,
];

/** Makes the lists from whatever is there. */
export const listStatements: readonly string[] = [...tables, ...fill, ...indexes, ...triggers];
