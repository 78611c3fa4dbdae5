/** Which lines of a request each of its followers joined; the lists know followers by these, not by their requests. SQLite. */
import { Migration } from '@mikro-orm/migrations';

export class FollowedItems extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const move = (kind: string, places: string) => `
  update list_request set state = new.state
    where kind = '${kind}' and state = old.state and number = new.number and place_id in (${places});`;

const itemsOfNew = (column: string) => `select ${column} from request_item where request_id = new.id`;

/** What follows from the columns of a place, without following. */
const concerned = (person: string, number: string) => `
  exists (select 1 from access_request where access_request.number = ${number} and access_request.requester_id = ${person})
  or exists (select 1 from access_request join request_item on request_item.request_id = access_request.id
    where access_request.number = ${number} and request_item.beneficiary_id = ${person})`;

const followed = (kind: string) => `
  delete from list_request where kind = '${kind}'
    and (place_id, number) in (select request_follower.employee_id, access_request.number from request_follower
      join access_request on access_request.id = request_follower.request_id)
    and not (${concerned('list_request.place_id', 'list_request.number')})`;

const statements = [
  `create table followed_item (
     request_id text not null references access_request (id) deferrable initially deferred,
     employee_id text not null references employee (id) deferrable initially deferred,
     item_id text not null references request_item (id) deferrable initially deferred,
     primary key (request_id, employee_id, item_id)
   )`,
  `create index followed_item_employee_id_index on followed_item (employee_id)`,
  `create index followed_item_item_id_index on followed_item (item_id)`,
  `insert into followed_item (request_id, employee_id, item_id)
     select distinct audit_event.request_id, json_extract(audit_event.data, '$.employeeId'), item.value
     from audit_event, json_each(audit_event.data, '$.itemIds') as item where audit_event.type = 'request.followed'`,
  `drop trigger request_follower_listed`,
  `drop trigger access_request_moved`,
  `create trigger access_request_moved after update of state on access_request when new.state <> old.state begin
     ${move('all', `'00000000-0000-0000-0000-000000000000'`)}
     ${move('asked', 'new.requester_id')}
     ${move('mine', `select new.requester_id union ${itemsOfNew('beneficiary_id')}`)}
     ${move('application', itemsOfNew('application_id'))}
     ${move(
       'visible',
       `select new.requester_id
        union ${itemsOfNew('beneficiary_id')}
        union select reviewer_id from review_task where request_id = new.id
        union select application.primary_owner_id from request_item join application on application.id = request_item.application_id
          where request_item.request_id = new.id and application.primary_owner_id is not null
        union select secondary_owner.employee_id from request_item
          join secondary_owner on secondary_owner.application_id = request_item.application_id
          where request_item.request_id = new.id`,
     )}
   end`,
  followed('mine'),
  `${followed('visible')}
    and not exists (select 1 from access_request join review_task on review_task.request_id = access_request.id
      where access_request.number = list_request.number and review_task.reviewer_id = list_request.place_id)
    and not exists (select 1 from access_request join request_item on request_item.request_id = access_request.id
      join application on application.id = request_item.application_id
      where access_request.number = list_request.number and (application.primary_owner_id = list_request.place_id
        or exists (select 1 from secondary_owner where secondary_owner.application_id = application.id
          and secondary_owner.employee_id = list_request.place_id)))`,
];
