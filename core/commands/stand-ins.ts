/** Who is out of office now and who decides for them, read from the delegations that are active. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { nobodyAway, type OutOfOffice } from '#core/engine/review-facts.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { evened, inChunks, unique } from './chunks.ts';

/**
 * About these people, and whoever stands in for them. A delegate who has left the organisation stands in for nobody.
 * `at`: by the times of the absences, also of one whose beginning or end has not been seen to yet. Left out: by those
 * that have begun and were not ended.
 */
export async function loadOutOfOffice(
  reader: Reader,
  people: readonly EmployeeId[],
  at: Instant | null = null,
): Promise<OutOfOffice> {
  const delegateOf = new Map<EmployeeId, EmployeeId>();
  const asked = new Set<EmployeeId>();
  let next = unique(people);
  while (next.length > 0) {
    for (const person of next) asked.add(person);
    const rows = await inChunks(next, (chunk) =>
      at === null ? activeDelegations(reader, evened(chunk)) : delegationsAt(reader, evened(chunk), at),
    );
    // Of several at once, the one that began last holds.
    for (const row of rows) if (!delegateOf.has(row.delegator_id)) delegateOf.set(row.delegator_id, row.delegate_id);
    next = unique(rows.map((row) => row.delegate_id)).filter((person) => !asked.has(person));
  }
  return resolveChains(delegateOf);
}

/**
 * Follows each chain to its end. When the stand-in of somebody is away too, whoever stands in for them decides;
 * when the chain comes back to where it began, nobody does.
 */
function resolveChains(delegateOf: ReadonlyMap<EmployeeId, EmployeeId>): OutOfOffice {
  if (delegateOf.size === 0) return nobodyAway;
  const standIns = new Map<EmployeeId, EmployeeId>();
  const delegates = new Map<EmployeeId, readonly EmployeeId[]>();
  for (const person of delegateOf.keys()) {
    const chain: EmployeeId[] = [];
    let current = delegateOf.get(person);
    while (current !== undefined && current !== person && !chain.includes(current)) {
      chain.push(current);
      current = delegateOf.get(current);
    }
    delegates.set(person, chain);
    const last = chain.at(-1);
    if (current === undefined && last !== undefined) standIns.set(person, last);
  }
  return { standIns, delegates };
}

function delegationsOf(reader: Reader, people: readonly EmployeeId[]) {
  return reader
    .selectFrom('delegation')
    .innerJoin('employee', 'employee.id', 'delegation.delegate_id')
    .select(['delegation.delegator_id', 'delegation.delegate_id'])
    .where('delegation.delegator_id', 'in', people)
    .where('employee.status', '=', 'active')
    .orderBy('delegation.starts_at', 'desc')
    .orderBy('delegation.id', 'desc');
}

const activeDelegations = prepared((reader, people: readonly EmployeeId[]) =>
  delegationsOf(reader, people).where('delegation.state', '=', 'active'),
);
const delegationsAt = prepared((reader, people: readonly EmployeeId[], at: Instant) =>
  delegationsOf(reader, people)
    .where('delegation.state', 'in', ['planned', 'active'])
    .where('delegation.starts_at', '<=', at)
    .where((eb) => eb.or([eb('delegation.ends_at', 'is', null), eb('delegation.ends_at', '>', at)])),
);
