/** The steps of a history that are about asking and reviewing. */
import type { Result } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { RequestItem, ReviewTask, Term } from '#core/domain/request.ts';
import type { ItemDraft } from '#core/engine/item-draft.ts';
import { ownerOf } from '#core/engine/hand-over.ts';
import type { Circumstances, RequestAggregate, Transition } from '#core/engine/state.ts';
import type { Engine } from './engine.ts';
import {
  authorityNow,
  escalationFacts,
  itemFacts,
  outOfOffice,
  reconcileFacts,
  reviewersOf,
  reviewFacts,
  standIns,
} from './facts.ts';
import { changeBy, type Change, type Performed } from './played.ts';
import type { AskedLine, Step } from './steps.ts';
import {
  accountKey,
  applicationOf,
  found,
  itemsOf,
  namedAccount,
  pick,
  tasksOf,
  worksHere,
  type Located,
  type World,
} from './world.ts';

export type Tell = (actorId: EmployeeId | null) => Circumstances;
type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;
type TaskStep = Extract<Step, { readonly kind: 'ask' | 'remind' | 'escalate' }>;

/** Null: the step is about something else, or there is nothing it could be about. */
export function performReview(world: World, step: Step, engine: Engine, tell: Tell): Performed | null {
  switch (step.kind) {
    case 'submit':
      return ask(world, found(pick(world.people, step.who)).id, draftsOf(world, step), engine, tell);
    case 'extend':
      return extend(world, step, engine, tell);
    case 'decide':
      return decideOne(world, step, engine, tell);
    case 'bulk':
      return decideMany(world, step, engine, tell);
    case 'cancel':
      return cancelOne(world, step, engine, tell);
    case 'expire': {
      const late = world.requests.filter(({ items }) => items.some((item) => isOverdue(item, world.now)));
      const before = pick(late.length > 0 ? late : world.requests, step.request);
      if (before === undefined) return null;
      const result = engine.expireUndecided(before, tell(null));
      return { command: { type: 'review.expireUndecided', actorId: null }, result: changeBy(before, result) };
    }
    case 'reconcile':
      return reconcileOne(world, step, engine, tell);
    case 'reassign':
      return reassignOne(world, step, engine, tell);
    case 'ask':
      return askOne(world, step, engine, tell);
    case 'answer':
      return answerOne(world, step, engine, tell);
    case 'remind':
    case 'escalate':
      return waitedTooLong(world, step, engine, tell);
    case 'move':
      return moveOne(world, step, engine, tell);
    default:
      return null;
  }
}

function isOverdue({ state, decideBy }: RequestItem, now: Instant): boolean {
  return state === 'inReview' && decideBy !== null && decideBy <= now;
}

function ask(
  world: World,
  requesterId: EmployeeId,
  drafts: readonly ItemDraft[],
  engine: Engine,
  tell: Tell,
): Performed | null {
  const facts = drafts.map((draft) => itemFacts(world, draft));
  // As the command does: what is asked for already is joined, and not asked for again.
  const asking = drafts.flatMap((draft, index) => {
    const known = found(facts[index]);
    return (known.joins ?? null) === null ? [{ draft, facts: known }] : [];
  });
  if (asking.length === 0 || !worksHere(world, requesterId)) return null;
  const result = engine.submit(
    { justification: 'work', ticketReference: null, items: asking.map((one) => one.draft) },
    {
      ...tell(requesterId),
      ...reviewFacts(world, drafts),
      requesterId,
      number: world.requests.length + 1,
      items: asking.map((one) => one.facts),
    },
  );
  return { command: { type: 'request.submit', actorId: requesterId }, result: changeBy(null, result) };
}

function draftsOf(world: World, step: StepOf<'submit'>): readonly ItemDraft[] {
  const requester = found(pick(world.people, step.who));
  const drafts = step.lines.map((line): ItemDraft => {
    const grant = pick(
      world.grants.filter((one) => one.active),
      line.entitlement,
    );
    // To take away what nobody holds is refused at once.
    if (line.removal && grant !== undefined) return removalOf(grant);
    const entitlementId = found(pick(world.entitlements, line.entitlement)).id;
    const beneficiaryId = line.forSelf ? requester.id : found(pick(world.people, line.beneficiary)).id;
    const startsAt = line.later ? plusMinutes(world.now, 30) : null;
    const { serviceAccount } = line;
    // Whose account it is, is mostly known to whoever asks.
    const ownerId = namedAccount(world, { entitlementId, serviceAccount })?.ownerId ?? beneficiaryId;
    return {
      action: 'GRANT',
      beneficiaryId: line.beneficiary % 3 === 0 ? beneficiaryId : ownerId,
      entitlementId,
      term: termOf(line, world.now),
      startsAt,
      serviceAccount,
    };
  });
  // Twice the same line is refused as a whole, which would leave little to look at.
  return drafts.filter(
    (draft, index) =>
      drafts.findIndex(
        (other) =>
          other.beneficiaryId === draft.beneficiaryId &&
          other.entitlementId === draft.entitlementId &&
          accountKey(other) === accountKey(draft),
      ) === index,
  );
}

function removalOf({ employeeId, entitlementId, serviceAccount }: World['grants'][number]): ItemDraft {
  return { action: 'REVOKE', beneficiaryId: employeeId, entitlementId, term: { kind: 'permanent' }, serviceAccount };
}

function termOf({ term }: Pick<AskedLine, 'term'>, now: Instant): Term {
  if (term === 1) return { kind: 'duration', minutes: 60 };
  if (term === 2) return { kind: 'duration', minutes: 3 * 1440 };
  return term === 3 ? { kind: 'until', endsAt: plusMinutes(now, 2000) } : { kind: 'permanent' };
}

function extend(world: World, step: StepOf<'extend'>, engine: Engine, tell: Tell): Performed | null {
  const old = pick(
    itemsOf(world).filter(({ item }) => item.state === 'fulfilled' && item.term.kind !== 'permanent'),
    step.item,
  );
  if (old === undefined) return null;
  const { beneficiaryId, entitlementId, serviceAccount, id: extendsItemId } = old.item;
  const term = termOf(step, world.now);
  const drafts: readonly ItemDraft[] = [
    { action: 'GRANT', beneficiaryId, entitlementId, term, serviceAccount, extendsItemId },
  ];
  return ask(world, found(pick(world.people, step.who)).id, drafts, engine, tell);
}

/** The task a step is about: among the open ones, or among all. */
function taskFor(world: World, index: number, open: boolean) {
  return pick(
    tasksOf(world).filter(({ row }) => !open || row.state === 'open'),
    index,
  );
}

function decideOne(world: World, step: StepOf<'decide'>, engine: Engine, tell: Tell): Performed | null {
  const place = taskFor(world, step.task, step.open);
  if (place === undefined) return null;
  const { aggregate, item, row } = place;
  const deciderId = step.asReviewer ? row.reviewerId : found(pick(world.people, step.who)).id;
  if (!worksHere(world, deciderId)) return null;
  const shortenedTo: Term | null =
    step.shorter && step.verdict === 'approve' ? { kind: 'duration', minutes: 30 } : null;
  const result = engine.decide(
    aggregate,
    {
      taskId: row.id,
      verdict: step.verdict,
      reason: step.verdict === 'deny' ? 'no need' : null,
      shortenedTo,
      basedOn: step.stale ? 0 : aggregate.request.version,
    },
    decideFacts(world, aggregate, item, deciderId, tell),
  );
  return {
    command: { type: 'task.decide', verdict: step.verdict, actorId: deciderId },
    result: changeBy(aggregate, result),
  };
}

/** What is told of the world when somebody decides. */
export function decideFacts(
  world: World,
  aggregate: RequestAggregate,
  item: RequestItem,
  deciderId: EmployeeId,
  tell: Tell,
) {
  return {
    ...tell(deciderId),
    ...standIns(world, aggregate, item),
    ...authorityNow(world, aggregate),
    deciderId,
    fulfillment: applicationOf(world, item).fulfillment,
    prolongsUntil: item.extendsItemId === null ? null : (itemFacts(world, item).prolongs?.endsAt ?? null),
  };
}

/** All open tasks of a person, by the function behind `bulk.advance`. */
function decideMany(world: World, step: StepOf<'bulk'>, engine: Engine, tell: Tell): Performed | null {
  const deciderId = found(pick(world.people, step.who)).id;
  const tasks = tasksOf(world).filter(({ row }) => row.state === 'open' && row.reviewerId === deciderId);
  if (tasks.length === 0) return null;
  const decided = engine.decideTasks(
    {
      aggregates: new Map(world.requests.map((aggregate) => [aggregate.request.id, aggregate])),
      tasks: tasks.map(({ row }) => row),
      authority: {
        outOfOffice: outOfOffice(world),
        levelsNow: (_requesterId, item) =>
          authorityNow(world, found(world.requests.find(({ request }) => request.id === item.requestId))).levelsNow(
            item,
          ),
        of: (line) => reviewersOf(world, line),
      },
      prolonged: new Map(
        tasks.map(({ item }) => [
          item.id,
          item.extendsItemId === null ? null : (itemFacts(world, item).prolongs?.endsAt ?? null),
        ]),
      ),
    },
    { deciderId, verdict: step.verdict, reason: step.verdict === 'deny' ? 'no need' : null },
    { highRisk: step.highRisk, mayDecide: worksHere(world, deciderId) },
    tell(deciderId),
  );
  const changes = world.requests.flatMap((before): readonly Change[] => {
    const after = decided.aggregates.get(before.request.id);
    return after === undefined || after === before
      ? []
      : [{ before, after, facts: decided.facts.filter((fact) => fact.requestId === before.request.id) }];
  });
  return {
    command: { type: 'bulk.advance', verdict: step.verdict, actorId: deciderId },
    result: { outcome: 'done', value: changes },
  };
}

function cancelOne(world: World, step: StepOf<'cancel'>, engine: Engine, tell: Tell): Performed | null {
  const before = pick(world.requests, step.request);
  if (before === undefined) return null;
  const employeeId = step.asRequester ? before.request.requesterId : found(pick(world.people, step.who)).id;
  if (!worksHere(world, employeeId)) return null;
  const result = engine.cancel(
    before,
    { reason: null },
    { ...tell(employeeId), employeeId, isAdministrator: world.administrators.includes(employeeId) },
  );
  return { command: { type: 'request.cancel', actorId: employeeId }, result: changeBy(before, result) };
}

function reassignOne(world: World, step: StepOf<'reassign'>, engine: Engine, tell: Tell): Performed | null {
  const place = taskFor(world, step.task, true);
  if (place === undefined) return null;
  const { aggregate, item, row } = place;
  const actingId = step.asReviewer ? row.reviewerId : found(pick(world.people, step.who)).id;
  if (!worksHere(world, actingId)) return null;
  const toReviewerId = found(pick(world.people, step.to)).id;
  const result = engine.reassign(
    aggregate,
    { taskId: row.id, toReviewerId, reason: null },
    {
      ...tell(actingId),
      ...standIns(world, aggregate, item),
      actingId,
      isAdministrator: world.administrators.includes(actingId),
      worksHere: worksHere(world, toReviewerId),
    },
  );
  return { command: { type: 'task.reassign', actorId: actingId }, result: changeBy(aggregate, result) };
}

function askOne(world: World, step: TaskStep, engine: Engine, tell: Tell): Performed | null {
  const place = taskFor(world, step.task, step.who % 5 !== 0);
  if (place === undefined) return null;
  const actingId = place.row.reviewerId;
  if (!worksHere(world, actingId)) return null;
  const asked = engine.askForInformation(
    place.aggregate,
    { taskId: place.row.id, text: 'why?' },
    { ...tell(actingId), actingId },
  );
  const command = { type: 'task.ask', actorId: actingId };
  if (asked.outcome === 'refused') return { command, result: asked };
  const { message, transition } = asked.value;
  return {
    command,
    result: changeBy(place.aggregate, { outcome: 'done', value: transition }),
    besides: (after) => ({ ...after, questions: [...after.questions, message] }),
  };
}

function answerOne(world: World, step: StepOf<'answer'>, engine: Engine, tell: Tell): Performed | null {
  const question = pick(world.questions, step.question);
  const before = world.requests.find((aggregate) => aggregate.request.id === question?.requestId);
  if (question === undefined || before === undefined) return null;
  const actingId = step.who % 3 === 0 ? found(pick(world.people, step.who)).id : before.request.requesterId;
  const answered = engine.giveInformation(
    before,
    { text: 'because' },
    { ...tell(actingId), actingId, question, followers: [] },
  );
  const command = { type: 'review.answer', actorId: actingId };
  return answered.outcome === 'refused'
    ? { command, result: answered }
    : { command, result: changeBy(before, { outcome: 'done', value: answered.value.transition }) };
}

/** The first request that is other than it should be. */
function reconcileOne(
  world: World,
  step: Extract<Step, { readonly kind: 'reconcile' | 'expire' }>,
  engine: Engine,
  tell: Tell,
): Performed | null {
  for (const [index] of world.requests.entries()) {
    const aggregate = found(pick(world.requests, index + step.request));
    const result = engine.reconcile(aggregate, { ...tell(null), ...reconcileFacts(world, aggregate) });
    if (result !== null)
      return { command: { type: 'review.reconcile', actorId: null }, result: changeBy(aggregate, result) };
  }
  return null;
}

/** The first open task that has waited too long. */
function waitedTooLong(world: World, step: TaskStep, engine: Engine, tell: Tell): Performed | null {
  return firstOpen(world, step.task, ({ aggregate, item, row }) => {
    const facts = escalationFacts(world, aggregate, item, ownerOf(aggregate, row));
    const remind = step.kind === 'remind';
    const result = remind
      ? engine.remind(aggregate, row.id, { ...tell(null), settings: facts.settings })
      : engine.escalate(aggregate, row.id, { ...tell(null), ...facts });
    return result === null ? null : { type: remind ? 'task.remind' : 'task.escalate', result };
  });
}

/** The first open task that is not where it belongs; the command goes through all of them, each by itself. */
function moveOne(world: World, step: StepOf<'move'>, engine: Engine, tell: Tell): Performed | null {
  return firstOpen(world, step.who, ({ aggregate, item, row }) => {
    const result = engine.settleHolder(aggregate, row.id, { ...tell(null), ...standIns(world, aggregate, item) });
    return result === null ? null : { type: 'delegation.moveTasks', result };
  });
}

function firstOpen(
  world: World,
  beginning: number,
  turn: (place: Located<ReviewTask>) => { readonly type: string; readonly result: Result<Transition> } | null,
): Performed | null {
  const open = tasksOf(world).filter(({ row }) => row.state === 'open');
  for (const [index] of open.entries()) {
    const place = found(pick(open, index + beginning));
    const turned = turn(place);
    if (turned !== null)
      return { command: { type: turned.type, actorId: null }, result: changeBy(place.aggregate, turned.result) };
  }
  return null;
}
