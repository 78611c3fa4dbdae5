/** Every migration in its order, listed by hand so that a packed application finds them. Frozen once released. */
import { Initial as PostgresInitial } from './postgres/0001-initial.ts';
import { Initial as SqliteInitial } from './sqlite/0001-initial.ts';

export const migrations = {
  sqlite: [{ name: '0001-initial', class: SqliteInitial }],
  postgres: [{ name: '0001-initial', class: PostgresInitial }],
};
