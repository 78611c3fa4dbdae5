/** Gathers what the engine must know about the lines of a request, in a fixed number of queries however many lines there are. */
import { sql } from 'kysely';
import type { AccountId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import { askedTogether, nothingHeld, type ConflictRules, type Standing } from '#core/engine/conflicts.ts';
import { joining, type OpenLine } from '#core/engine/joining.ts';
import type { ReviewFacts } from '#core/engine/review-facts.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { inChunks, unique } from './chunks.ts';
import { openLine, withFurtherFacts, type LineDraft } from './further-facts.ts';
import { loadConflictRules } from './review-facts.ts';
import { loadReviewing } from './reviewing-facts.ts';

export interface LineFacts extends ReviewFacts {
  /** By position of the line. */
  readonly items: readonly ItemFacts[];
}

/** `requesterId` null: nobody in particular asks, so nobody stands in for them. */
export async function loadItemFacts(
  reader: Reader,
  drafts: readonly LineDraft[],
  requesterId: EmployeeId | null,
): Promise<LineFacts> {
  const entitlementIds = unique(drafts.map((draft) => draft.entitlementId));
  const beneficiaryIds = unique(drafts.map((draft) => draft.beneficiaryId));
  const { of, ...reviewing } = await loadReviewing(reader, drafts, requesterId === null ? [] : [requesterId]);
  const conflictRules = await loadConflictRules(reader, entitlementIds);
  // What the rules want to be kept apart matters as much as what is asked for.
  const watched = unique([...entitlementIds, ...watchedBy(conflictRules)]);
  const held = await heldBy(reader, beneficiaryIds, watched);
  const pending = await pendingFor(reader, beneficiaryIds, watched);
  const items = drafts.map((draft): ItemFacts => {
    const open = pending.get(draft.beneficiaryId)?.get(draft.entitlementId);
    const own = open?.own === true ? open : null;
    return {
      ...of(draft),
      standing: standingOf(draft.beneficiaryId, held.all, pending),
      held: held.own.get(draft.beneficiaryId)?.has(draft.entitlementId) ?? false,
      ...joining(own, draft),
    };
  });
  return {
    ...reviewing,
    conflictRules,
    asked: askedTogether(drafts),
    items: await withFurtherFacts(reader, drafts, items),
  };
}

function watchedBy(rules: ConflictRules): readonly EntitlementId[] {
  return [...rules.values()].flatMap((sides) => sides.flatMap((side) => side.against));
}

type Held = ReadonlyMap<EmployeeId, ReadonlySet<EntitlementId>>;
type Pending = ReadonlyMap<EmployeeId, ReadonlyMap<EntitlementId, PendingLine>>;

interface PendingLine extends OpenLine {
  /** For the person's own account, not for a service account of theirs. */
  readonly own: boolean;
}

/** Answers the same object for all lines of a person, which is what makes thousands of lines cheap. */
const standings = new WeakMap<Held, Map<EmployeeId, Standing>>();

function standingOf(person: EmployeeId, held: Held, pending: Pending): Standing {
  const known = standings.get(held) ?? new Map<EmployeeId, Standing>();
  standings.set(held, known);
  const kept = known.get(person);
  if (kept !== undefined) return kept;
  const grants = [...(pending.get(person) ?? [])].filter(([, line]) => line.action === 'GRANT');
  const standing: Standing = {
    held: held.get(person) ?? nothingHeld.held,
    pending: grants.length === 0 ? nothingHeld.pending : new Set(grants.map(([entitlementId]) => entitlementId)),
  };
  known.set(person, standing);
  return standing;
}

async function heldBy(
  reader: Reader,
  people: readonly EmployeeId[],
  entitlements: readonly EntitlementId[],
): Promise<{ readonly all: Held; readonly own: Held }> {
  // In two steps: joined in one, SQLite would read everybody who holds these entitlements.
  const accounts = new Map((await inChunks(people, (chunk) => accountsOf(reader, chunk))).map((row) => [row.id, row]));
  const all = new Map<EmployeeId, Set<EntitlementId>>();
  const own = new Map<EmployeeId, Set<EntitlementId>>();
  for (const some of batches(entitlements)) {
    const grants = await inChunks([...accounts.keys()], (chunk) => activeGrants(reader, chunk, some));
    for (const { account_id, entitlement_id } of grants) {
      const account = accounts.get(account_id);
      const person = account?.employee_id ?? null;
      if (person === null) continue;
      all.set(person, (all.get(person) ?? new Set()).add(entitlement_id));
      // Duties meet in whoever owns a service account; that they hold something themselves it does not say.
      if (account?.kind === 'employee') own.set(person, (own.get(person) ?? new Set()).add(entitlement_id));
    }
  }
  return { all, own };
}

/** Open items of the same people and entitlements. */
async function pendingFor(
  reader: Reader,
  people: readonly EmployeeId[],
  entitlements: readonly EntitlementId[],
): Promise<Pending> {
  const pending = new Map<EmployeeId, Map<EntitlementId, PendingLine>>();
  for (const some of batches(entitlements)) {
    const rows = await inChunks(people, (chunk) => openItems(reader, chunk, some));
    for (const row of rows) {
      const { beneficiary_id, entitlement_id, service_account } = row;
      const lines = pending.get(beneficiary_id) ?? new Map<EntitlementId, PendingLine>();
      pending.set(beneficiary_id, lines);
      const own = service_account === null;
      if (own || !lines.has(entitlement_id)) lines.set(entitlement_id, { ...openLine(row), own });
    }
  }
  return pending;
}

/** Rules may watch many more entitlements than a request names. */
function batches<Id>(ids: readonly Id[]): readonly (readonly Id[])[] {
  const size = 5000;
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
}

const accountsOf = prepared((reader, people: readonly EmployeeId[]) =>
  reader.selectFrom('account').select(['id', 'employee_id', 'kind']).where('employee_id', 'in', people),
);
const activeGrants = prepared((reader, accounts: readonly AccountId[], entitlements: readonly EntitlementId[]) =>
  reader
    .selectFrom('access_grant')
    .select(['account_id', 'entitlement_id'])
    .where('account_id', 'in', accounts)
    .where('entitlement_id', 'in', entitlements)
    // Written out, not bound: only so does SQLite know that the index over active grants answers it.
    .where('status', '=', sql.lit('active')),
);
const openItems = prepared((reader, people: readonly EmployeeId[], entitlements: readonly EntitlementId[]) =>
  reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .select([
      'request_item.beneficiary_id',
      'request_item.entitlement_id',
      'request_item.action',
      'request_item.service_account',
      'request_item.term',
      'request_item.starts_at',
      'request_item.extends_item_id',
      'access_request.number',
    ])
    .where('request_item.beneficiary_id', 'in', people)
    .where('request_item.entitlement_id', 'in', entitlements)
    .where('request_item.state', 'in', ['inReview', 'approved']),
);
