/** What would become of the lines of a request if it were submitted now: the same facts and rules as the submission's. */
import type { PreviewLine } from '#core/contract/index.ts';
import { loadItemFacts } from '#core/commands/item-facts.ts';
import type { Refusal } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { checkItem, type CheckedItem, type ItemDraft } from '#core/engine/check-item.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { loadPeople, personIn } from './people.ts';

export async function previewLines(
  reader: Reader,
  requesterId: EmployeeId,
  drafts: readonly ItemDraft[],
  now: Instant,
): Promise<PreviewLine[]> {
  const lines = await loadItemFacts(reader, drafts, requesterId);
  const { items } = lines;
  const seen = new Set<string>();
  const checked = drafts.map((draft, index) => {
    const facts = factsAt(items, index);
    const { plan, problems } = checkItem(draft, facts, { ...lines, requesterId, now });
    const line = `${draft.beneficiaryId} ${draft.entitlementId}`;
    const repeated = seen.has(line);
    seen.add(line);
    return { draft, facts, plan, problems: repeated ? [twice, ...problems] : problems };
  });
  const people = await loadPeople(reader, peopleOf(checked));
  const accounts = await loadAccounts(reader, drafts, items);
  return checked.map(({ draft, facts, plan, problems }, index): PreviewLine => {
    const { beneficiary, entitlement, application } = facts;
    return {
      index,
      beneficiary: beneficiary === null ? null : personIn(people, beneficiary.id),
      entitlement:
        entitlement === null
          ? null
          : { id: entitlement.id, name: entitlement.name, kind: entitlement.kind, risk: entitlement.risk },
      application: application === null ? null : { id: application.id, name: application.name },
      problems: [...problems],
      approval: plan?.mode ?? application?.reviewSettings.approval ?? 'review',
      reviewers: (plan?.levels ?? []).map((level) => ({
        level: level.level,
        kind: level.reviewerKind,
        people: level.reviewers.map((id) => personIn(people, id)),
        fallbackReason: level.fallbackReason,
      })),
      account: accountOf(draft, facts, accounts),
      fulfillment: application?.fulfillment ?? 'manual',
    };
  });
}

/** In the words of the submission, which refuses it too. */
const twice: Refusal = { code: 'item.alreadyPending', message: 'The request has the same line twice.' };

function factsAt(items: readonly ItemFacts[], index: number): ItemFacts {
  const facts = items[index];
  if (facts === undefined) throw new Error('Every line has its facts');
  return facts;
}

function peopleOf(
  checked: readonly (Pick<CheckedItem, 'plan'> & { readonly facts: ItemFacts })[],
): readonly EmployeeId[] {
  return checked.flatMap(({ facts, plan }) => [
    ...(facts.beneficiary === null ? [] : [facts.beneficiary.id]),
    ...(plan?.levels ?? []).flatMap((level) => level.reviewers),
  ]);
}

/** The account that will hold it. A connector makes a missing one, under the person's work e-mail; there is none to take from. */
function accountOf(
  draft: ItemDraft,
  { beneficiary, application }: ItemFacts,
  accounts: ReadonlyMap<string, string>,
): PreviewLine['account'] {
  if (beneficiary === null || application === null) return null;
  const username = accounts.get(`${beneficiary.id} ${application.id}`);
  if (username !== undefined) return { state: 'exists', username };
  return draft.action === 'GRANT' ? { state: 'willBeCreated', username: beneficiary.workEmail } : null;
}

const peoplePerStatement = 500;

/** Usernames by person and application: of the active account when there are several, of none that is gone. */
async function loadAccounts(
  reader: Reader,
  drafts: readonly ItemDraft[],
  items: readonly ItemFacts[],
): Promise<ReadonlyMap<string, string>> {
  const applications = [...new Set(items.flatMap(({ application }) => application?.id ?? []))];
  const beneficiaries = [...new Set(drafts.map((draft) => draft.beneficiaryId))];
  const usernames = new Map<string, string>();
  if (applications.length === 0) return usernames;
  for (let start = 0; start < beneficiaries.length; start += peoplePerStatement) {
    const rows = await reader
      .selectFrom('account')
      .select(['employee_id', 'application_id', 'username'])
      .where('employee_id', 'in', beneficiaries.slice(start, start + peoplePerStatement))
      .where('application_id', 'in', applications)
      .where('status', '<>', 'gone')
      // 'active' sorts before 'disabled'; the map keeps what comes last.
      .orderBy('status', 'desc')
      .orderBy('id', 'desc')
      .execute();
    for (const row of rows) usernames.set(`${row.employee_id} ${row.application_id}`, row.username);
  }
  return usernames;
}
