/** Which machines' credentials an application refuses, and discoveries that wait before they go on. Postgres. */
import { Migration } from '@mikro-orm/migrations';

export class Credentials extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `create table credential_fault (
     application_id uuid not null references application (id) deferrable initially deferred,
     machine text not null,
     problem text not null,
     since timestamptz(3) not null,
     retry_at timestamptz(3) not null,
     primary key (application_id, machine)
   )`,
  `alter table connector_instance add column changed_at timestamptz(3) null`,
  `alter table connector_instance add column last_used_at timestamptz(3) null`,
  `alter table sync_run add column faults int not null default 0`,
  `alter table sync_run add column resume_at timestamptz(3) null`,
  `alter table sync_run add column last_problem text null`,
];
