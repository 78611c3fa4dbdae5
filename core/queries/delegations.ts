/** Who is out of office and who stands in for them, as one person sees it. */
import type { DelegationRow } from '#core/contract/index.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { loadPeople, personIn } from './people.ts';
import { QueryRefused } from './query-refused.ts';
import { isAdministrator, type Viewer } from './visibility.ts';

const shown = 50;

/** @throws QueryRefused when somebody who is no administrator asks about somebody else. */
export async function listDelegations(
  reader: Reader,
  viewer: Viewer,
  employeeId: EmployeeId | null,
): Promise<{ readonly away: DelegationRow[]; readonly standingIn: DelegationRow[] }> {
  const who = employeeId ?? viewer.id;
  if (who !== viewer.id && !isAdministrator(viewer))
    throw new QueryRefused('access.notAllowed', 'Only an administrator sees the absences of somebody else.');
  const rowsBy = (column: 'delegator_id' | 'delegate_id') =>
    reader
      .selectFrom('delegation')
      .selectAll()
      .where(column, '=', who)
      .orderBy('starts_at', 'desc')
      .orderBy('id', 'desc')
      .limit(shown)
      .execute();
  const [away, standingIn] = [await rowsBy('delegator_id'), await rowsBy('delegate_id')];
  const people = await loadPeople(
    reader,
    [...away, ...standingIn].flatMap((row) => [row.delegator_id, row.delegate_id]),
  );
  const view = (row: (typeof away)[number]): DelegationRow => ({
    id: row.id,
    delegator: personIn(people, row.delegator_id),
    delegate: personIn(people, row.delegate_id),
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    state: row.state,
    note: row.note,
    mayEnd: row.state !== 'ended' && (row.delegator_id === viewer.id || isAdministrator(viewer)),
  });
  return { away: away.map(view), standingIn: standingIn.map(view) };
}
