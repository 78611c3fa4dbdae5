/** What must hold whatever happens. Each check plays a history and answers with what it found wrong, in sentences. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { FulfillmentTask, RequestItem, ReviewTask } from '#core/domain/request.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import type { Engine } from './engine.ts';
import { observe } from './observe.ts';
import { isApproved, plannedReviewer, problemsOfPlan, reviewersNow } from './oracle.ts';
import { play, takeStep } from './play.ts';
import type { Change, Taken } from './played.ts';
import type { History } from './steps.ts';
import { accountKey, concernedIn, found, itemsOf, namedAccount, type World } from './world.ts';

export type Check = (history: History, engine: Engine) => readonly string[];

/** Every change of every step, looked at by itself. */
function eachChange(look: (change: Change, taken: Taken) => readonly string[]): Check {
  return (history, engine) =>
    play(history, engine).flatMap((taken, index) =>
      taken.changes.flatMap((change) => look(change, taken).map((problem) => `step ${index}: ${problem}`)),
    );
}

export const nobodyDecidesTheirOwn = eachChange(({ before, after }, taken) => {
  const decided = added(before?.decisions, after.decisions).flatMap(({ deciderId, itemId }) =>
    deciderId !== null && concernedAt(taken.before, after, itemId).has(deciderId)
      ? [`${deciderId} decided ${itemId}, which concerns them`]
      : [],
  );
  const opened = added(before?.tasks, after.tasks).flatMap((task) => {
    const concerned = concernedAt(taken.before, after, task.itemId);
    return task.state === 'open' && concerned.has(task.reviewerId) && !isUnavoidable(after, task, concerned)
      ? [`${task.reviewerId} got a task of ${task.itemId}, which concerns them`]
      : [];
  });
  return [...decided, ...opened];
});

/**
 * Planned before its reviewer came to stand in for somebody concerned, or theirs since the organisation changed, at a
 * level that has too few others: without the task nobody could give it to somebody else. It cannot be decided, which
 * the check of decisions sees.
 */
function isUnavoidable(aggregate: RequestAggregate, task: ReviewTask, concerned: ReadonlySet<EmployeeId>): boolean {
  const item = found(aggregate.items.find((one) => one.id === task.itemId));
  const stage = found(aggregate.stages.find((one) => one.id === task.stageId));
  const others = item.plan.levels
    .filter((level) => level.level === stage.level)
    .flatMap((level) => level.reviewers.filter((reviewer) => !concerned.has(reviewer)));
  const themselves = [aggregate.request.requesterId, item.beneficiaryId];
  return (
    ['planned', 'rerouted'].includes(task.via) && others.length < stage.needed && !themselves.includes(task.reviewerId)
  );
}

/**
 * Whoever owns a service account, or was the first to ask for it, is the one whom its lines are for: so it is the owner
 * who asks or receives, and nobody takes an account over by asking for it or by having something delivered to it.
 */
export const serviceAccountsKeepTheirOwner: Check = (history, engine) =>
  play(history, engine).flatMap(({ step, before, after, changes }, index) => {
    const asked = changes
      .flatMap((change) => (change.before === null ? change.after.items : []))
      .filter((item) => item.serviceAccount !== null)
      .flatMap((item) => {
        const first = itemsOf(before).find(
          ({ item: other }) =>
            accountKey(other) === accountKey(item) &&
            other.applicationId === item.applicationId &&
            ['inReview', 'approved'].includes(other.state),
        );
        const owner = namedAccount(before, item)?.ownerId ?? first?.item.beneficiaryId ?? item.beneficiaryId;
        return owner === item.beneficiaryId
          ? []
          : [`${item.serviceAccount} of ${owner} was asked for as ${item.beneficiaryId}'s`];
      });
    const taken = before.serviceAccounts.flatMap(({ applicationId, name, ownerId }) => {
      const now = after.serviceAccounts.find((one) => one.applicationId === applicationId && one.name === name);
      return ownerId === null || step.kind === 'link' || now?.ownerId === ownerId
        ? []
        : [`${name} of ${ownerId} became ${now?.ownerId}'s`];
    });
    return [...asked, ...taken].map((problem) => `step ${index}: ${problem}`);
  });

function concernedAt(world: World, aggregate: RequestAggregate, itemId: string): ReadonlySet<EmployeeId> {
  return concernedIn(world, aggregate.request, found(aggregate.items.find((item) => item.id === itemId)));
}

/** Whoever decides is one of those who review this now, or stands where one of them handed it on. */
export const decidersReviewItNow = eachChange(({ before, after }, taken) =>
  added(before?.decisions, after.decisions).flatMap((decision) => {
    const task = after.tasks.find((one) => one.id === decision.taskId);
    if (task === undefined || before === null) return [];
    const reviewing = reviewersNow(taken.before, before, task);
    const place = plannedReviewer(before, task);
    return reviewing === null || reviewing.has(place)
      ? []
      : [`${decision.deciderId} decided ${decision.itemId} in the place of ${place}, who does not review it any more`];
  }),
);

function added<Row extends { readonly id: string }>(before: readonly Row[] | undefined, after: readonly Row[]) {
  const known = new Set(before?.map((row) => row.id));
  return after.filter((row) => !known.has(row.id));
}

export const provisionedOnlyWhenApproved = eachChange(({ before, after }, taken) => {
  const plans = before === null ? after.items.flatMap((item) => problemsOfPlan(taken.before, after, item)) : [];
  const early = after.items.filter((item) => {
    const was = before?.items.find((other) => other.id === item.id);
    const delivery = deliveryOf(after, item);
    const begun = delivery !== undefined && ['running', 'byHand', 'done'].includes(delivery.state);
    const begunNow = begun && delivery !== (before === null ? undefined : deliveryOf(before, item));
    const approvedNow = item.state === 'approved' && was?.state !== 'approved';
    return (begunNow || approvedNow) && !isApproved(after, item);
  });
  return [...plans, ...early.map((item) => `${item.id} goes its way without the approvals it needs`)];
});

function deliveryOf(aggregate: RequestAggregate, item: RequestItem) {
  return aggregate.fulfillment.find((task) => task.itemId === item.id && task.cause === 'decision');
}

const finalItems = ['denied', 'dropped', 'cancelled', 'expired', 'failed', 'fulfilled'];
const finalRequests = ['completed', 'completedWithFailures', 'denied', 'cancelled', 'expired'];

export const nothingChangesAfterTheEnd = eachChange(({ before, after }) => {
  if (before === null) return [];
  const items = before.items.filter(
    (item) =>
      finalItems.includes(item.state) &&
      same(withoutEnd(item), withoutEnd(after.items.find((other) => other.id === item.id))) === false,
  );
  const problems = items.map((item) => `${item.id} was ${item.state} and changed`);
  if (!finalRequests.includes(before.request.state)) return problems;
  const still = (aggregate: RequestAggregate) => [
    { ...aggregate.request, version: 0 },
    aggregate.stages,
    aggregate.tasks,
    aggregate.decisions,
    aggregate.items.map(withoutEnd),
    deliveries(aggregate).map((task) => ({ ...task, unconfirmedSince: null })),
  ];
  const confirmation = deliveries(after).every(
    ({ id, unconfirmedSince }) =>
      unconfirmedSince === null ||
      unconfirmedSince === before.fulfillment.find((task) => task.id === id)?.unconfirmedSince,
  );
  return confirmation && same(still(before), still(after))
    ? problems
    : [...problems, `${before.request.id} had ended and changed`];
});

/** What was done for the decision. Nothing in it goes on, but that a confirmation of it may stop being waited for. */
function deliveries({ fulfillment }: RequestAggregate): readonly FulfillmentTask[] {
  return fulfillment.filter((task) => task.cause === 'decision');
}

/** What goes on in an item after it has ended: the end of its temporary access. */
function withoutEnd(item: RequestItem | undefined) {
  return { ...item, expiresAt: null, expiredAt: null, notRenewed: null, changedInVersion: 0 };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export const sameCommandsSameState: Check = (history, engine) => {
  const [first, second] = [play(history, engine), play(history, engine)];
  return first.flatMap((taken, index) => {
    const outcome = ({ refused, changes }: Taken) => [refused, changes.map(({ after, facts }) => [after, facts])];
    return same(outcome(taken), outcome(found(second[index]))) ? [] : [`step ${index} came out in two ways`];
  });
};

export const oneEventForEachChange: Check = (history, engine) =>
  play(history, engine).flatMap((taken, index) =>
    observe(taken).violations.map((problem) => `step ${index}: ${problem}`),
  );

/** A refusal changes nothing, not even in place what it was given; what is done raises the version of what it changed. */
export const refusalsChangeNothing: Check = (history, engine) => {
  let current = history.world;
  return history.steps.flatMap((step, index) => {
    const given = JSON.stringify(current.requests);
    const taken = takeStep(current, step, engine);
    current = taken.after;
    if (JSON.stringify(taken.before.requests) !== given)
      return [`step ${index} changed what it was given${taken.refused === null ? '' : ' and was refused'}`];
    if (taken.refused !== null) return [];
    const stale = taken.changes.filter(({ before, after }) => after.request.version <= (before?.request.version ?? 0));
    return stale.map(({ after }) => `step ${index} left ${after.request.id} in its version`);
  });
};

export const progressIsHonest: Check = (history, engine) =>
  play(history, engine).flatMap((taken, index) =>
    taken.changes
      .flatMap((change) => [...progressOfRequest(change, engine), ...progressOfPeople(taken, engine)])
      .map((problem) => `step ${index}: ${problem}`),
  );

function progressOfRequest({ before, after }: Change, engine: Engine): readonly string[] {
  const now = fractionOfAll(after, engine);
  const was = before === null ? 0 : fractionOfAll(before, engine);
  const open = after.items.some((item) => item.state === 'inReview');
  // A level that follows the organisation may come to need more people than it did: that is work added.
  const more = neededIn(after) > neededIn(before ?? after);
  return [
    ...(now >= 0 && now <= 1 ? [] : [`the request is at ${now}`]),
    ...(now >= was || more ? [] : [`the request fell from ${was} to ${now}`]),
    ...((now === 1) === !open ? [] : [`the request is at ${now}, and ${open ? 'something' : 'nothing'} is in review`]),
  ];
}

function neededIn({ stages }: RequestAggregate): number {
  return stages.reduce((sum, stage) => sum + stage.needed, 0);
}

function fractionOfAll(aggregate: RequestAggregate, engine: Engine): number {
  const stages = aggregate.stages.map((stage) => ({
    ...stage,
    taken: aggregate.decisions.filter((decision) => decision.stageId === stage.id).length,
    skipped: aggregate.tasks.filter((task) => task.stageId === stage.id && task.state === 'skipped').length,
  }));
  return engine.progressOfAll(stages).fraction;
}

function progressOfPeople({ before, after }: Taken, engine: Engine): readonly string[] {
  return after.people.flatMap(({ id }) => {
    const mine = (world: World) =>
      world.requests.flatMap(({ tasks }) => tasks.filter((task) => task.reviewerId === id));
    const [old, tasks] = [mine(before), mine(after)];
    const [was, now] = [engine.progressOfMine(old).fraction, engine.progressOfMine(tasks).fraction];
    const open = tasks.some((task) => task.state === 'open');
    return [
      ...(now >= 0 && now <= 1 ? [] : [`${id} is at ${now}`]),
      ...(now >= was || tasks.length > old.length ? [] : [`${id} fell from ${was} to ${now}`]),
      ...((now === 1) === !open ? [] : [`${id} is at ${now}, and has ${open ? 'something' : 'nothing'} to do`]),
    ];
  });
}
