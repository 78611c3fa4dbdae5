/** Which lines of a request each of its followers joined; the lists know followers by these, not by their requests. Postgres. */
import { Migration } from '@mikro-orm/migrations';

export class FollowedItems extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const nobody = `cast('00000000-0000-0000-0000-000000000000' as uuid)`;
const ofRequest = 'access_request.state, access_request.number';
const itemsOfRequests = 'request_item join access_request on access_request.id = request_item.request_id';

const statements = [
  `create table followed_item (
     request_id uuid not null,
     employee_id uuid not null,
     item_id uuid not null,
     primary key (request_id, employee_id, item_id)
   )`,
  `alter table followed_item add constraint followed_item_request_id_foreign foreign key (request_id) references access_request (id) deferrable initially deferred`,
  `alter table followed_item add constraint followed_item_employee_id_foreign foreign key (employee_id) references employee (id) deferrable initially deferred`,
  `alter table followed_item add constraint followed_item_item_id_foreign foreign key (item_id) references request_item (id) deferrable initially deferred`,
  `create index followed_item_employee_id_index on followed_item (employee_id)`,
  `create index followed_item_item_id_index on followed_item (item_id)`,
  `insert into followed_item (request_id, employee_id, item_id)
     select distinct audit_event.request_id, cast(cast(audit_event.data as jsonb) ->> 'employeeId' as uuid), cast(item.value as uuid)
     from audit_event cross join lateral jsonb_array_elements_text(cast(audit_event.data as jsonb) -> 'itemIds') as item (value)
     where audit_event.type = 'request.followed'`,
  `create or replace view list_request as
     select 'all' as kind, ${nobody} as place_id, state, number from access_request
     union all select 'asked', requester_id, state, number from access_request
     union all (
       select 'mine', requester_id, state, number from access_request
       union select 'mine', request_item.beneficiary_id, ${ofRequest} from ${itemsOfRequests})
     union all (select distinct 'application', request_item.application_id, ${ofRequest} from ${itemsOfRequests})
     union all (
       select 'visible', requester_id, state, number from access_request
       union select 'visible', request_item.beneficiary_id, ${ofRequest} from ${itemsOfRequests}
       union select 'visible', review_task.reviewer_id, ${ofRequest}
         from review_task join access_request on access_request.id = review_task.request_id
       union select 'visible', application.primary_owner_id, ${ofRequest} from ${itemsOfRequests}
         join application on application.id = request_item.application_id where application.primary_owner_id is not null
       union select 'visible', secondary_owner.employee_id, ${ofRequest} from ${itemsOfRequests}
         join secondary_owner on secondary_owner.application_id = request_item.application_id)`,
];
