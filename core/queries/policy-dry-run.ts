/** What a policy would have done to the items of the last requests, had it stood in its place when they were submitted. */
import type { DryRun } from '#core/contract/index.ts';
import { inChunks, unique } from '#core/commands/chunks.ts';
import { rulesById } from '#core/commands/review-facts.ts';
import { loadReviewing } from '#core/commands/reviewing-facts.ts';
import type { EmployeeId, PolicyId, RequestId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import type { Policy, PolicyConditions, PolicyEffect } from '#core/domain/policy.ts';
import type { PlannedLevel, RequestItem } from '#core/domain/request.ts';
import { firstMatch, type PolicySubject } from '#core/engine/policy.ts';
import { samePeople } from '#core/engine/reroute.ts';
import { delegatesOf } from '#core/engine/review-facts.ts';
import { planLevels } from '#core/engine/reviewers.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { loadAskedTerms } from './asked-terms.ts';
import { loadPeople, personIn } from './people.ts';
import { requireRules } from './rules.ts';
import type { Viewer } from './visibility.ts';

export interface DryRunInput {
  readonly policyId: PolicyId | null;
  readonly place: number | null;
  readonly conditions: PolicyConditions;
  readonly effect: PolicyEffect;
  /** How many requests to look back. */
  readonly requests: number;
  /** Which of the rows to answer with; left out: the first fifty. */
  readonly from?: number;
  readonly rows?: number;
}

type Outcome = DryRun['rows'][number]['would'];

/**
 * People and entitlements are taken as they are in the directory today; what was asked for, as it was asked.
 * @throws QueryRefused
 */
export async function dryRunPolicy(reader: Reader, viewer: Viewer, input: DryRunInput): Promise<DryRun> {
  requireRules(viewer);
  const { policies, draft } = inPlace(await loadPolicies(reader), input);
  const requests = await reader
    .selectFrom('access_request')
    .select(['id', 'number', 'requester_id', 'submitted_at'])
    .orderBy('number', 'desc')
    .limit(input.requests)
    .execute();
  const byId = new Map(requests.map((request) => [request.id, request]));
  const items = await itemsOf(reader, [...byId.keys()]);
  const look = await directoryOf(
    reader,
    items,
    await loadAskedTerms(
      reader,
      items.map((item) => item.id),
    ),
  );
  const counts = { autoApprove: 0, autoDeny: 0, route: 0, heldBack: 0, other: 0, none: 0 };
  const plan = await plannerOf(reader, items, requests, draft);
  const matching: { readonly item: RequestItem; readonly subject: NamedSubject; readonly row: MatchedRow }[] = [];
  let differing = 0;
  for (const item of items) {
    const request = byId.get(item.requestId);
    const subject = request === undefined ? null : look(item, request);
    if (request === undefined || subject === null) continue;
    const would = outcomeOf(item, subject, policies, draft);
    counts[would] += 1;
    if (would === 'other' || would === 'none') continue;
    const levels = would === 'route' ? plan(item, request.requester_id) : [];
    const differs = !happenedSo(item, would, levels);
    if (differs) differing += 1;
    matching.push({ item, subject, row: { number: request.number, would, levels, differs } });
  }
  const { from = 0, rows = 50 } = input;
  const shown = matching.slice(from, from + rows);
  const people = await loadPeople(
    reader,
    shown.flatMap(({ row }) => (row.levels ?? []).flatMap((level) => level.reviewers)),
  );
  return {
    requests: requests.length,
    items: items.length,
    counts,
    differing,
    matching: matching.length,
    rows: shown.map(({ item, subject, row: { levels, ...row } }) => ({
      ...row,
      itemId: item.id,
      requestId: item.requestId,
      action: item.action,
      beneficiary: subject.beneficiary.fullName,
      entitlement: subject.entitlement.name,
      application: subject.application.name,
      happened: {
        state: item.state,
        by: item.plan.policy !== undefined ? 'policy' : item.plan.mode === 'auto' ? 'setting' : 'review',
        policyName: item.plan.policy?.name ?? null,
      },
      levels:
        levels?.map((level) => ({
          kind: level.reviewerKind,
          needed: level.needed,
          people: level.reviewers.map((id) => personIn(people, id).fullName),
        })) ?? null,
    })),
  };
}

interface MatchedRow {
  readonly number: number;
  readonly would: Outcome;
  /** Null: nobody may review it. None, where it is not for the policy to say who does. */
  readonly levels: readonly PlannedLevel[] | null;
  readonly differs: boolean;
}

/** Who would review an item by the draft's route, by the people of today and the rules that its review named. */
async function plannerOf(
  reader: Reader,
  items: readonly RequestItem[],
  requests: readonly { readonly requester_id: EmployeeId }[],
  draft: Policy,
) {
  const { effect } = draft;
  if (effect.kind !== 'route') return () => [];
  const requesters = unique(requests.map((request) => request.requester_id));
  const { of, ...reviewing } = await loadReviewing(reader, items, requesters, undefined, [draft]);
  const grave = (item: RequestItem) => item.plan.conflicts?.filter((one) => one.effect === 'requireLevel') ?? [];
  const rules = await rulesById(reader, unique(items.flatMap((item) => grave(item).map((one) => one.ruleId))));
  return (item: RequestItem, requesterId: EmployeeId): readonly PlannedLevel[] | null => {
    const { beneficiaryId } = item;
    const concernedDelegates = delegatesOf(reviewing.delegates, requesterId, beneficiaryId);
    const kinds = grave(item).flatMap(({ ruleId }) => rules.find((rule) => rule.id === ruleId)?.reviewerKind ?? []);
    const candidates = { ...reviewing, ...of(item), requesterId, beneficiaryId, concernedDelegates };
    return planLevels(effect.route, candidates, kinds)?.levels ?? null;
  };
}

/** All policies in the order they would have, the draft among them. */
function inPlace(
  policies: readonly Policy[],
  input: DryRunInput,
): { readonly policies: readonly Policy[]; readonly draft: Policy } {
  const known = policies.findIndex((policy) => policy.id === input.policyId);
  const others = policies.filter((policy) => policy.id !== input.policyId);
  const at = Math.min(others.length, input.place === null ? (known === -1 ? others.length : known) : input.place - 1);
  const draft: Policy = {
    id: input.policyId ?? ('draft' as PolicyId),
    name: 'draft',
    position: at,
    state: 'active',
    conditions: input.conditions,
    effect: input.effect,
    version: 0,
  };
  const placed = [...others.slice(0, at).map((policy, index) => ({ ...policy, position: index })), draft];
  return {
    draft,
    policies: [...placed, ...others.slice(at).map((policy, index) => ({ ...policy, position: at + 1 + index }))],
  };
}

function outcomeOf(item: RequestItem, subject: PolicySubject, policies: readonly Policy[], draft: Policy): Outcome {
  const first = firstMatch(policies, subject);
  if (first === null) return 'none';
  if (first !== draft) return firstMatch([draft], subject) === null ? 'none' : 'other';
  const grave = item.plan.conflicts?.some((conflict) => conflict.effect !== 'warn') === true;
  return draft.effect.kind === 'autoApprove' && grave ? 'heldBack' : draft.effect.kind;
}

/** Did the item go the way the policy would have sent it? Sent to reviewers, that is to the same people in the same levels. */
function happenedSo(item: RequestItem, would: Outcome, levels: MatchedRow['levels']): boolean {
  const { plan } = item;
  if (would === 'autoApprove') return plan.mode === 'auto' && item.state !== 'denied';
  if (would === 'autoDeny') return plan.mode === 'auto' && item.state === 'denied';
  // Held back from approval, it is reviewed as it was.
  if (would === 'heldBack') return plan.mode === 'review';
  return (
    plan.mode === 'review' &&
    levels?.length === plan.levels.length &&
    plan.levels.every((level, index) => {
      const other = levels[index];
      return other?.needed === level.needed && samePeople(other.reviewers, level.reviewers);
    })
  );
}

async function loadPolicies(reader: Reader): Promise<readonly Policy[]> {
  const rows = await reader.selectFrom('policy').selectAll().orderBy('position').execute();
  return rows.map((row) => fromRow('policy', row));
}

async function itemsOf(reader: Reader, requestIds: readonly RequestId[]): Promise<readonly RequestItem[]> {
  const rows = await inChunks(requestIds, (chunk) =>
    reader.selectFrom('request_item').selectAll().where('request_id', 'in', chunk).orderBy('id', 'desc').execute(),
  );
  return rows.map((row) => fromRow('request_item', row));
}

interface NamedSubject extends PolicySubject {
  readonly beneficiary: PolicySubject['beneficiary'] & { readonly fullName: string };
  readonly application: PolicySubject['application'] & { readonly name: string };
  readonly entitlement: PolicySubject['entitlement'] & { readonly name: string };
}

async function directoryOf(
  reader: Reader,
  items: readonly RequestItem[],
  asked: Awaited<ReturnType<typeof loadAskedTerms>>,
) {
  const people = await inChunks(unique(items.map((item) => item.beneficiaryId)), (chunk) =>
    reader.selectFrom('employee').selectAll().where('id', 'in', chunk).execute(),
  );
  const entitlements = await inChunks(unique(items.map((item) => item.entitlementId)), (chunk) =>
    reader
      .selectFrom('entitlement')
      .innerJoin('application', 'application.id', 'entitlement.application_id')
      .select(['entitlement.id', 'entitlement.name', 'entitlement.kind', 'entitlement.risk'])
      .select(['application.id as application_id', 'application.name as application'])
      .where('entitlement.id', 'in', chunk)
      .execute(),
  );
  const personById = new Map(people.map((row) => [row.id, fromRow('employee', row)]));
  const entitlementById = new Map(entitlements.map((row) => [row.id, row]));
  return (
    item: RequestItem,
    request: { readonly requester_id: EmployeeId; readonly submitted_at: string },
  ): NamedSubject | null => {
    const beneficiary = personById.get(item.beneficiaryId);
    const entitlement = entitlementById.get(item.entitlementId);
    if (beneficiary === undefined || entitlement === undefined) return null;
    return {
      action: item.action,
      requesterId: request.requester_id,
      beneficiary,
      entitlement,
      application: { id: entitlement.application_id, name: entitlement.application },
      // As it was asked: what a reviewer shortened since is not what the policy would have met.
      term: asked.get(item.id) ?? item.term,
      from: item.startsAt ?? instant(request.submitted_at),
      accountKind: item.serviceAccount === null ? 'employee' : 'service',
    };
  };
}
