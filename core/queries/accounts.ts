/** The accounts of one application, for those who look after it. */
import { sql, type SqlBool } from 'kysely';
import type { Person } from '#core/contract/index.ts';
import type { Account } from '#core/domain/directory.ts';
import type { AccountId, ApplicationId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { decodeNameCursor, nameCursorKind, nameKey, pageOf } from './cursor.ts';
import { loadPeople, personIn } from './people.ts';
import { containing, searchWords } from './search.ts';
import { requireInspect, type Viewer } from './visibility.ts';

export interface AccountRow {
  id: AccountId;
  username: string;
  displayName: string | null;
  email: string | null;
  status: Account['status'];
  employee: Person | null;
  grants: number;
}

export interface AccountListInput {
  readonly applicationId: ApplicationId;
  readonly search: string;
  readonly cursor: string | null;
  readonly limit: number;
}

const cursor = nameCursorKind('applications.accounts');

/** By username. @throws QueryRefused */
export async function listAccounts(
  reader: Reader,
  viewer: Viewer,
  input: AccountListInput,
): Promise<{ rows: AccountRow[]; nextCursor: string | null }> {
  requireInspect(viewer, input.applicationId);
  const after = await decodeNameCursor(cursor, input.cursor, async (id) => {
    const row = await reader
      .selectFrom('account')
      .select('username_key')
      .where('id', '=', id as AccountId)
      .executeTakeFirst();
    return row?.username_key;
  });
  let query = reader
    .selectFrom('account')
    .leftJoin('employee', 'employee.id', 'account.employee_id')
    .select([
      'account.id',
      'account.username',
      'account.username_key',
      'account.display_name',
      'account.email',
      'account.status',
    ])
    .select('account.employee_id')
    .where('account.application_id', '=', input.applicationId)
    .orderBy('account.username_key')
    .orderBy('account.id')
    .limit(input.limit + 1);
  if (after !== null) {
    query = query.where((eb) =>
      eb(eb.refTuple('account.username_key', 'account.id'), '>', eb.tuple(after[0], after[1] as AccountId)),
    );
  }
  for (const word of searchWords(input.search)) {
    const pattern = containing(word);
    // Accounts have no search text of their own: the username's key is lower case already, and e-mails
    // and display names are looked for among what the directory knows of the person as well.
    query = query.where(sql<SqlBool>`(account.username_key like ${pattern} escape '\\'
      or lower(account.email) like ${pattern} escape '\\'
      or lower(account.display_name) like ${pattern} escape '\\'
      or employee.search_text like ${pattern} escape '\\')`);
  }
  const page = pageOf(await query.execute(), input.limit, cursor, (row) => nameKey(row.username_key, row.id));
  const people = await loadPeople(
    reader,
    page.rows.map((row) => row.employee_id),
  );
  const grants = await countGrants(
    reader,
    page.rows.map((row) => row.id),
  );
  const rows = page.rows.map((row) => ({
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    status: row.status,
    employee: row.employee_id === null ? null : personIn(people, row.employee_id),
    grants: grants.get(row.id) ?? 0,
  }));
  return { rows, nextCursor: page.nextCursor };
}

async function countGrants(reader: Reader, ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, number>> {
  if (ids.length === 0) return new Map();
  const rows = await reader
    .selectFrom('access_grant')
    .select(['account_id', (eb) => eb.fn.countAll<number>().as('grants')])
    .where('account_id', 'in', ids)
    .where('status', '=', 'active')
    .groupBy('account_id')
    .execute();
  return new Map(rows.map((row) => [row.account_id, row.grants]));
}
