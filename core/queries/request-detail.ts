/** One request with everything under it, in a fixed number of statements however many items it has. */
import type { ItemView, RequestDetail, ReviewPlanView } from '#core/contract/index.ts';
import { loadOutOfOffice } from '#core/commands/stand-ins.ts';
import type { AutomaticDecision, ReviewPlan, Term } from '#core/domain/request.ts';
import type { EmployeeId, RequestId, RequestItemId } from '#core/domain/ids.ts';
import { sees, type Sight } from '#core/domain/sight.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import { isInterested } from '#core/engine/reviewers.ts';
import { progressOfAll } from '#core/engine/progress.ts';
import { isFinal } from '#core/engine/request-state.ts';
import { fromJson, type Reader, type Tables } from '#core/persistence/tables.ts';
import { loadAskedTerms } from './asked-terms.ts';
import { fulfillmentColumns, fulfillmentView, tasksWithInstructions } from './fulfillment-view.ts';
import { findingsOf, lastSeen } from './observations.ts';
import { loadPeople, personIn, type People } from './people.ts';
import { requestNotFound } from './query-refused.ts';
import { loadLater, loadLaterOfItems, type LaterOfItem } from './request-later.ts';
import { loadPlanViews } from './review-plans.ts';
import { isAdministrator, partOf, requestOfItems, sightOf, type Viewer } from './visibility.ts';

/** How many beneficiaries the head of a request names; its items name them all. */
const namedBeneficiaries = 3;

/** @throws QueryRefused when there is none or the viewer may not see it. */
export async function getRequest(reader: Reader, viewer: Viewer, requestId: RequestId): Promise<RequestDetail> {
  // The request is read first: what is read after it may be newer than the version, never older, so a
  // decision based on this version is refused rather than taken on something that was not shown.
  const request = await reader.selectFrom('access_request').selectAll().where('id', '=', requestId).executeTakeFirst();
  const sight = request === undefined ? null : await sightOf(reader, viewer, requestId);
  if (request === undefined || sight === null) throw requestNotFound();
  const parts = await loadParts(reader, requestId, sight);
  const people = await loadPeople(reader, [
    request.requester_id,
    ...parts.items.map((item) => item.beneficiary_id),
    ...parts.tasks.map((task) => task.reviewer_id),
    ...parts.decisions.map((decision) => decision.decider_id),
  ]);
  const laterOf = await loadLaterOfItems(reader, viewer, request.requester_id, parts.items, parts.fulfillment);
  const items = itemViews(parts, people, viewer, {
    laterOf,
    planView: await loadPlanViews(
      reader,
      parts.items.map((item) => fromJson<ReviewPlan>(item.plan)),
    ),
    askedTerms: await loadAskedTerms(
      reader,
      parts.items.map((item) => item.id),
    ),
    mayChoose: await loadMayChoose(reader, viewer, request.requester_id, parts),
  });
  const [first] = items;
  if (first === undefined) throw new Error(`The request ${requestId} has no items`);
  const beneficiaries = [...new Set(parts.items.map((item) => item.beneficiary_id))];
  const takenIn = Map.groupBy(parts.decisions, (decision) => decision.stage_id);
  const skippedIn = Map.groupBy(
    parts.tasks.filter((task) => task.state === 'skipped'),
    (task) => task.stage_id,
  );
  return {
    id: request.id,
    number: request.number,
    ...(sight === 'all'
      ? { state: request.state, endedAt: request.ended_at, version: request.version }
      : requestOfItems(parts.items.map(partOf))),
    requester: personIn(people, request.requester_id),
    beneficiaries: beneficiaries.slice(0, namedBeneficiaries).map((id) => personIn(people, id)),
    beneficiaryCount: beneficiaries.length,
    firstItem: {
      action: first.action,
      entitlement: first.entitlement.name,
      application: first.application.name,
      term: first.term,
    },
    itemCount: items.length,
    submittedAt: request.submitted_at,
    progress: progressOfAll(
      parts.stages.map(({ id, state, needed }) => ({
        state,
        needed,
        taken: takenIn.get(id)?.length ?? 0,
        skipped: skippedIn.get(id)?.length ?? 0,
      })),
    ),
    // Why it was asked for is said of all lines together.
    isPart: sight !== 'all',
    justification: sight === 'all' ? request.justification : null,
    ticketReference: sight === 'all' ? request.ticket_reference : null,
    items,
    mayCancel:
      (request.requester_id === viewer.id || isAdministrator(viewer)) &&
      !isFinal(request.state) &&
      items.some((item) => item.state === 'inReview'),
    ...(await loadLater(reader, viewer, request, parts.items, sight)),
  };
}

type Parts = Awaited<ReturnType<typeof loadParts>>;

async function loadParts(reader: Reader, requestId: RequestId, sight: Sight) {
  const seen = <Row extends { readonly item_id: RequestItemId }>(rows: readonly Row[]) =>
    rows.filter((row) => sees(sight, row.item_id));
  const items = await reader
    .selectFrom('request_item')
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .selectAll('request_item')
    .select([
      'application.name as application',
      'entitlement.name as entitlement',
      'entitlement.kind',
      'entitlement.risk',
    ])
    .where('request_item.request_id', '=', requestId)
    .orderBy('request_item.id')
    .execute();
  const stages = await reader
    .selectFrom('review_stage')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('level')
    .orderBy('id')
    .execute();
  const tasks = await reader
    .selectFrom('review_task')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('id')
    .execute();
  const decisions = await reader
    .selectFrom('decision')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('decided_at')
    .orderBy('id')
    .execute();
  const fulfillment = await tasksWithInstructions(reader)
    .select(fulfillmentColumns)
    .where('request_id', '=', requestId)
    .orderBy('fulfillment_task.id')
    .execute();
  return {
    items: items.filter((item) => sees(sight, item.id)),
    stages: seen(stages),
    tasks: seen(tasks),
    decisions: seen(decisions),
    fulfillment: seen(fulfillment),
    seen: await lastSeen(reader, requestId),
    findings: await findingsOf(reader, requestId),
  };
}

interface Surroundings {
  readonly laterOf: (itemId: RequestItemId) => LaterOfItem;
  readonly planView: (plan: ReviewPlan) => ReviewPlanView;
  readonly askedTerms: ReadonlyMap<RequestItemId, Term>;
  /** Whether the viewer may choose who decides about what this person is to be given. */
  readonly mayChoose: (beneficiaryId: EmployeeId) => boolean;
}

function itemViews(
  parts: Parts,
  people: People,
  viewer: Viewer,
  { laterOf, planView, askedTerms, mayChoose }: Surroundings,
): ItemView[] {
  const applications = new Map(parts.items.map((item) => [item.application_id, item.application]));
  const tasks = Map.groupBy(parts.tasks, (task) => task.stage_id);
  const stages = groupByItem(parts.stages);
  const levels = new Map<unknown, number>(parts.stages.map((stage) => [stage.id, stage.level]));
  const decisions = groupByItem(parts.decisions);
  const fulfillment = groupByItem(parts.fulfillment);
  return parts.items.map((item) => {
    const plan = fromJson<ReviewPlan>(item.plan);
    return {
      id: item.id,
      action: item.action,
      beneficiary: personIn(people, item.beneficiary_id),
      application: { id: item.application_id, name: item.application },
      entitlement: { id: item.entitlement_id, name: item.entitlement, kind: item.kind, risk: item.risk },
      term: fromJson<Term>(item.term),
      state: item.state,
      approval: plan.mode,
      plan: planView(plan),
      askedTerm: askedTerms.get(item.id) ?? null,
      stages: (stages.get(item.id) ?? []).map((stage) => ({
        level: stage.level,
        reviewerKind: stage.reviewer_kind,
        fallbackReason: plan.levels.find((level) => level.level === stage.level)?.fallbackReason ?? null,
        needed: stage.needed,
        state: stage.state,
        tasks: taskViews(
          tasks.get(stage.id) ?? [],
          people,
          viewer,
          stage.state === 'open' && item.state === 'inReview' && mayChoose(item.beneficiary_id),
        ),
      })),
      decisions: (decisions.get(item.id) ?? []).map((decision) => ({
        id: decision.id,
        decider: decision.decider_id === null ? null : personIn(people, decision.decider_id),
        automatic:
          decision.automatic === null
            ? null
            : automaticWords(fromJson<AutomaticDecision>(decision.automatic), applications),
        level: levels.get(decision.stage_id) ?? null,
        verdict: decision.verdict,
        reason: decision.reason,
        shortenedTo: shortenedTo(decision),
        decidedAt: decision.decided_at,
      })),
      fulfillment: (fulfillment.get(item.id) ?? []).map((task) => fulfillmentView(task, viewer)),
      lastSeen: parts.seen.get(item.id) ?? null,
      findings: parts.findings.get(item.id) ?? [],
      fulfilledAt: item.fulfilled_at,
      expiresAt: item.expires_at,
      expiredAt: item.expired_at,
      ...laterOf(item.id),
    };
  });
}

function taskViews(
  tasks: readonly Tables['review_task'][],
  people: People,
  viewer: Viewer,
  mayHandOn: boolean,
): ItemView['stages'][number]['tasks'] {
  const reviewers = new Map(tasks.map((task) => [task.id, task.reviewer_id]));
  const fromOf = (task: Tables['review_task']) =>
    task.from_task_id === null ? undefined : reviewers.get(task.from_task_id);
  const personOf = (id: EmployeeId | undefined) => (id === undefined ? null : personIn(people, id));
  return tasks.map((task) => ({
    id: task.id,
    reviewer: personIn(people, task.reviewer_id),
    state: task.state,
    endedAt: task.ended_at,
    via: task.via,
    from: personOf(fromOf(task)),
    mine: task.state === 'open' && task.reviewer_id === viewer.id,
    mayReassign: task.state === 'open' && mayHandOn && (task.reviewer_id === viewer.id || isAdministrator(viewer)),
  }));
}

/** Whoever a line concerns does not choose who decides it; asked for only of whoever could give a task on at all. */
async function loadMayChoose(
  reader: Reader,
  viewer: Viewer,
  requesterId: EmployeeId,
  { items, tasks }: Parts,
): Promise<Surroundings['mayChoose']> {
  const open = tasks.filter((task) => task.state === 'open');
  if (!open.some((task) => task.reviewer_id === viewer.id || isAdministrator(viewer))) return () => false;
  const away = await loadOutOfOffice(reader, [requesterId, ...items.map((item) => item.beneficiary_id)]);
  return (beneficiaryId) => {
    const concerned = { requesterId, beneficiaryId };
    return !isInterested(viewer.id, concerned, standInsFor(away, concerned).concernedDelegates);
  };
}

function shortenedTo({ shortened_to: raw }: Parts['decisions'][number]): Term | null {
  return raw === null ? null : fromJson<Term>(raw as string);
}

function automaticWords(automatic: AutomaticDecision, applications: ReadonlyMap<string, string>): string {
  switch (automatic.rule) {
    case 'applicationAutoApproval':
      return `Automatic approval, set on ${applications.get(automatic.applicationId) ?? 'the application'} (version ${automatic.applicationVersion} of its settings)`;
    case 'policy':
      return `Policy “${automatic.policyName}”, version ${automatic.policyVersion}`;
  }
}

function groupByItem<Row extends { readonly item_id: RequestItemId }>(
  rows: readonly Row[],
): ReadonlyMap<RequestItemId, Row[]> {
  return Map.groupBy(rows, (row) => row.item_id);
}
