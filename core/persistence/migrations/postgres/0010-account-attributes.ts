/** What applications tell of accounts besides, and where a discovery stands that has read everything. Postgres. */
import { Migration } from '@mikro-orm/migrations';

export class AccountAttributes extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const statements = [
  `alter table account add column attributes jsonb null`,
  `alter table account add column changed_at timestamptz(3) null`,
  `alter table sync_run add column ending jsonb null`,
];
