/** Which machines' credentials an application refuses, and discoveries that wait before they go on. SQLite. */
import { Migration } from '@mikro-orm/migrations';

export class Credentials extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `create table credential_fault (
     application_id text not null references application (id) deferrable initially deferred,
     machine text not null,
     problem text not null,
     since text not null,
     retry_at text not null,
     primary key (application_id, machine)
   )`,
  `alter table connector_instance add column changed_at text null`,
  `alter table connector_instance add column last_used_at text null`,
  `alter table sync_run add column faults integer not null default 0`,
  `alter table sync_run add column resume_at text null`,
  `alter table sync_run add column last_problem text null`,
];
