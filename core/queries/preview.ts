/** What would become of the lines of a request if it were submitted now: the same facts and rules as the submission's. */
import type { PreviewLine } from '#core/contract/index.ts';
import { loadItemFacts } from '#core/commands/item-facts.ts';
import type { ConnectorDescription } from '#core/domain/connector.ts';
import type { Refusal } from '#core/domain/errors.ts';
import type { EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { checkItem, type CheckedItem, type ItemDraft } from '#core/engine/check-item.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { loadPeople, personIn } from './people.ts';
import { accountOf, loadPreviewAccounts } from './preview-accounts.ts';
import { requestables } from './requestables.ts';

export async function previewLines(
  reader: Reader,
  requesterId: EmployeeId,
  drafts: readonly ItemDraft[],
  now: Instant,
  connectors: readonly ConnectorDescription[] = [],
): Promise<PreviewLine[]> {
  const lines = await loadItemFacts(reader, drafts, requesterId);
  const { items } = lines;
  const seen = new Set<string>();
  const checked = drafts.map((draft, index) => {
    const facts = factsAt(items, index);
    const { plan, problems, policy } = checkItem(draft, facts, { ...lines, requesterId, now });
    const line = `${draft.beneficiaryId} ${draft.entitlementId} ${draft.serviceAccount?.toLowerCase() ?? ''}`;
    const repeated = seen.has(line);
    seen.add(line);
    // What joins an open request is not asked for again, so nothing refuses it.
    const joins = facts.joins ?? null;
    const told = joins === null ? problems : [];
    const denied = plan?.mode === 'auto' && policy?.effect.kind === 'autoDeny' ? policy.effect.reason : null;
    return { draft, facts, plan, joins, denied, problems: repeated ? [twice, ...told] : told };
  });
  const people = await loadPeople(reader, peopleOf(checked));
  const accounts = await loadPreviewAccounts(reader, drafts, items, connectors);
  const conflicting = await requestables(reader, conflictsIn(checked));
  return checked.map(({ draft, facts, plan, joins, denied, problems }, index): PreviewLine => {
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
        needed: level.needed,
        fallbackReason: level.fallbackReason,
      })),
      account: accountOf(draft, facts, accounts),
      fulfillment: application?.fulfillment ?? 'manual',
      held: facts.held,
      joins,
      conflicts: (plan?.conflicts ?? []).map(({ name, effect, with: others }) => ({
        name,
        effect,
        with: [...new Set(others.flatMap((one) => conflicting.get(one.entitlementId)?.name ?? []))],
      })),
      policy: plan?.policy?.name ?? null,
      deniedBecause: denied,
      maximumDurationMinutes: entitlement?.maximumDurationMinutes ?? null,
      notAutomatic: plan?.notAutomatic ?? null,
      levelsAsked: plan?.levelsAsked ?? null,
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

function conflictsIn(checked: readonly Pick<CheckedItem, 'plan'>[]): readonly EntitlementId[] {
  return checked.flatMap(({ plan }) =>
    (plan?.conflicts ?? []).flatMap((conflict) => conflict.with.map((one) => one.entitlementId)),
  );
}
