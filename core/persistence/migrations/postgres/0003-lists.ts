/**
 * What the two large lists are read from. Postgres works it out when it is asked: consoles read their lists from a
 * SQLite file, where the same names are tables kept by triggers, and counters would make writers wait for each other here.
 */
import { Migration } from '@mikro-orm/migrations';

export class Lists extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const nobody = `cast('00000000-0000-0000-0000-000000000000' as uuid)`;
const never = `cast('9999-12-31T23:59:59.999Z' as timestamptz(3))`;

const ofRequest = 'access_request.state, access_request.number';
const itemsOfRequests = 'request_item join access_request on access_request.id = request_item.request_id';
const followersOfRequests = 'request_follower join access_request on access_request.id = request_follower.request_id';

const statements = [
  `create index request_item_entitlement_id_index on request_item (entitlement_id)`,
  `create view list_task as
     select review_task.reviewer_id,
       case when review_task.state = 'open' then 'open' else 'ended' end as part,
       case when review_task.state = 'open' then review_task.opened_at
         else coalesce(review_task.ended_at, review_task.opened_at) end as since,
       review_task.id as task_id,
       access_request.number, request_item.application_id, request_item.entitlement_id, access_request.requester_id,
       request_item.beneficiary_id, request_item.action,
       case entitlement.risk when 'high' then 1 when 'medium' then 2 else 3 end as risk,
       review_stage.level, coalesce(request_item.decide_by, ${never}) as due, review_task.opened_at
     from review_task
     join review_stage on review_stage.id = review_task.stage_id
     join request_item on request_item.id = review_task.item_id
     join access_request on access_request.id = review_task.request_id
     join entitlement on entitlement.id = request_item.entitlement_id`,
  `create view list_request as
     select 'all' as kind, ${nobody} as place_id, state, number from access_request
     union all select 'asked', requester_id, state, number from access_request
     union all (
       select 'mine', requester_id, state, number from access_request
       union select 'mine', request_item.beneficiary_id, ${ofRequest} from ${itemsOfRequests}
       union select 'mine', request_follower.employee_id, ${ofRequest} from ${followersOfRequests})
     union all (select distinct 'application', request_item.application_id, ${ofRequest} from ${itemsOfRequests})
     union all (
       select 'visible', requester_id, state, number from access_request
       union select 'visible', request_item.beneficiary_id, ${ofRequest} from ${itemsOfRequests}
       union select 'visible', request_follower.employee_id, ${ofRequest} from ${followersOfRequests}
       union select 'visible', review_task.reviewer_id, ${ofRequest}
         from review_task join access_request on access_request.id = review_task.request_id
       union select 'visible', application.primary_owner_id, ${ofRequest} from ${itemsOfRequests}
         join application on application.id = request_item.application_id where application.primary_owner_id is not null
       union select 'visible', secondary_owner.employee_id, ${ofRequest} from ${itemsOfRequests}
         join secondary_owner on secondary_owner.application_id = request_item.application_id)`,
  `create view list_count as
     select kind, place_id, state, count(*) as count from list_request group by kind, place_id, state
     union all select 'task', reviewer_id, case when state = 'open' then 'open' else 'ended' end, count(*)
       from review_task group by 2, 3`,
  `create view list_change as
     select access_request.number, max(audit_event.sequence) as sequence from audit_event
     join access_request on access_request.id = audit_event.request_id group by access_request.number`,
];
