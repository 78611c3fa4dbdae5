/** Who is out of office now and who decides for them, read from the delegations that are active. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { AccessRequest, RequestItem } from '#core/domain/request.ts';
import type { StandIns } from '#core/engine/open-stage.ts';
import { nobodyAway, standInsFor, type OutOfOffice } from '#core/engine/review-facts.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { inChunks, unique } from './chunks.ts';

interface Away {
  readonly delegator_id: EmployeeId;
  readonly delegate_id: EmployeeId;
}

/** As far as the review of one item is concerned: its reviewers at every level, and the people concerned. */
export async function loadStandIns(
  reader: Reader,
  request: Pick<AccessRequest, 'requesterId'>,
  item: Pick<RequestItem, 'beneficiaryId' | 'plan'>,
): Promise<StandIns> {
  const concerned = { requesterId: request.requesterId, beneficiaryId: item.beneficiaryId };
  const reviewers = item.plan.levels.flatMap((level) => level.reviewers);
  return standInsFor(
    await loadOutOfOffice(reader, [concerned.requesterId, concerned.beneficiaryId, ...reviewers]),
    concerned,
  );
}

/** About these people, and whoever stands in for them. A delegate who has left the organisation stands in for nobody. */
export async function loadOutOfOffice(reader: Reader, people: readonly EmployeeId[]): Promise<OutOfOffice> {
  const delegateOf = new Map<EmployeeId, EmployeeId>();
  const asked = new Set<EmployeeId>();
  let next = unique(people);
  while (next.length > 0) {
    for (const person of next) asked.add(person);
    const rows = await inChunks(next, (chunk) => activeDelegations(reader, chunk));
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

const activeDelegations = prepared((reader, people: readonly EmployeeId[]) =>
  reader
    .selectFrom('delegation')
    .innerJoin('employee', 'employee.id', 'delegation.delegate_id')
    .select(['delegation.delegator_id', 'delegation.delegate_id'])
    .where('delegation.delegator_id', 'in', people)
    .where('delegation.state', '=', 'active')
    .where('employee.status', '=', 'active')
    .orderBy('delegation.starts_at', 'desc')
    .orderBy('delegation.id', 'desc'),
) as (reader: Reader, people: readonly EmployeeId[]) => Promise<Away[]>;
