/** The steps of a history that are about bringing access into the application, and about its end. */
import { plusMilliseconds, plusMinutes } from '#core/domain/instant.ts';
import {
  ticketStates,
  type FulfillmentEvidence,
  type FulfillmentTask,
  type RequestItem,
  type TicketState,
} from '#core/domain/request.ts';
import type { AttemptOutcome } from '#core/engine/record-attempt.ts';
import type { Engine } from './engine.ts';
import { prolongedBy, startFacts } from './facts.ts';
import { changeBy, type Change, type Performed } from './played.ts';
import type { Tell } from './play-review.ts';
import type { Step } from './steps.ts';
import {
  accountKey,
  namedAccount,
  found,
  fulfillmentOf,
  itemsOf,
  ownersOf,
  applicationOf,
  pick,
  type Located,
  type World,
} from './world.ts';

type TicketOutcome = Extract<AttemptOutcome, { readonly kind: 'ticket' }>;
type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;
const leaseMinutes = 5;

/** Null: the step is about something else, or there is nothing it could be about. */
export function performDelivery(world: World, step: Step, engine: Engine, tell: Tell): Performed | null {
  switch (step.kind) {
    case 'start':
      return startOne(world, step, engine, tell);
    case 'lookAgain':
      return lookAgainAtOne(world, step, engine, tell);
    case 'record':
      return recordOne(world, step, engine, tell);
    case 'hear':
      return hearOne(world, step, engine, tell);
    case 'sendAgain':
    case 'handToPerson':
    case 'byHandDone':
    case 'byHandNotPossible':
      return byPerson(world, step, engine, tell);
    case 'endEarly':
    case 'notRenew':
      return onHeld(world, step, engine, tell);
    default:
      return null;
  }
}

/** Whatever could be claimed by now, else anything at all. */
function startOne(world: World, step: StepOf<'start'>, engine: Engine, tell: Tell): Performed | null {
  const all = fulfillmentOf(world);
  const due = all.filter(({ row }) => row.nextAttemptAt !== null && row.nextAttemptAt <= world.now);
  const place = pick(due.length > 0 && step.task % 7 !== 0 ? due : all, step.task);
  if (place === undefined) return null;
  const { aggregate, item, row } = place;
  const told = tell(null);
  const prolonging = prolongedBy(world, row, item);
  const result = engine.startFulfillment(
    aggregate,
    { fulfillmentTaskId: row.id, leaseOwner: 'me', leaseUntil: plusMinutes(world.now, leaseMinutes) },
    {
      ...told,
      ...startFacts(world, row),
      prolongsHeld: prolonging?.held ?? false,
      prolongsUntil: prolonging?.endsAt ?? null,
    },
  );
  const command = { type: 'fulfillment.start', actorId: null };
  const begun = changeBy(aggregate, result);
  if (begun.outcome === 'refused' || prolonging === null) return { command, result: begun };
  const after = found(begun.value[0]).after;
  const task = after.fulfillment.find((other) => other.id === row.id);
  if (task === undefined || !['running', 'byHand', 'done'].includes(task.state)) return { command, result: begun };
  const endsAt = after.fulfillment.find((other) => other.itemId === item.id && other.cause === 'expiry')?.dueAt ?? null;
  const { id: requestId, number } = after.request;
  const moved = changeBy(
    prolonging.aggregate,
    engine.prolonged(prolonging.aggregate, prolonging.item.id, { requestId, number, itemId: item.id, endsAt }, told),
  );
  if (moved.outcome === 'refused') throw new Error(moved.refusal.message);
  const changes: readonly Change[] = [...begun.value, ...moved.value];
  return {
    command,
    result: { outcome: 'done', value: changes },
    besides: (then) => ({
      ...then,
      grants: then.grants.map((grant) =>
        grant.active && grant.itemId === prolonging.item.id ? { ...grant, itemId: item.id } : grant,
      ),
    }),
  };
}

/** The first thing in the hands of a person that must not be given any more. */
function lookAgainAtOne(world: World, step: StepOf<'lookAgain'>, engine: Engine, tell: Tell): Performed | null {
  const waiting = fulfillmentOf(world).filter(({ row }) => row.state === 'byHand');
  for (const [index] of waiting.entries()) {
    const { aggregate, row } = found(pick(waiting, index + step.task));
    const result = engine.lookAgain(aggregate, row.id, { ...tell(null), ...startFacts(world, row) });
    if (result !== null)
      return { command: { type: 'fulfillment.lookAgain', actorId: null }, result: changeBy(aggregate, result) };
  }
  return null;
}

function recordOne(world: World, step: StepOf<'record'>, engine: Engine, tell: Tell): Performed | null {
  const place = pick(
    fulfillmentOf(world).filter(({ row }) => row.state === 'running'),
    step.task,
  );
  if (place === undefined) return null;
  const { aggregate, item, row } = place;
  const outcome = outcomeOf(world, step, row.effect === 'grant' && step.late);
  const result = engine.recordAttempt(
    aggregate,
    { fulfillmentTaskId: row.id, leaseOwner: step.task % 9 === 0 ? 'another' : 'me', outcome },
    tell(null),
  );
  return {
    command: { type: 'fulfillment.record', actorId: null },
    result: changeBy(aggregate, result),
    ...(isDone(outcome) ? { besides: withGrant(row, item) } : {}),
  };
}

/** The other system says of a ticket what became of it, mostly where one is waited for. */
function hearOne(world: World, step: StepOf<'hear'>, engine: Engine, tell: Tell): Performed | null {
  const all = fulfillmentOf(world);
  const waiting = all.filter(({ row }) => row.state === 'waiting' && row.ticket?.state === 'open');
  const place = pick(waiting.length > 0 ? waiting : all, step.task);
  if (place === undefined) return null;
  const { aggregate, item, row } = place;
  const outcome = ticketOutcome(world, step.says);
  return {
    command: { type: 'fulfillment.hearOfTicket', actorId: null },
    result: changeBy(aggregate, engine.recordTicketNews(aggregate, { fulfillmentTaskId: row.id, outcome }, tell(null))),
    ...(isDone(outcome) ? { besides: withGrant(row, item) } : {}),
  };
}

function ticketOutcome(world: World, state: TicketState): TicketOutcome {
  return {
    kind: 'ticket',
    news: { reference: 'T-1', url: null, state, note: 'model' },
    evidence: state === 'done' ? { ...evidenceAt(world), outcome: 'byTicket', readBackAt: null } : null,
    source: 'model',
    afterMilliseconds: null,
    jitter: 0.5,
  };
}

function isDone(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'done' || (outcome.kind === 'ticket' && outcome.evidence !== null);
}

function outcomeOf(world: World, { outcome, task }: StepOf<'record'>, accountCreated: boolean): AttemptOutcome {
  switch (outcome) {
    case 'done':
      return { kind: 'done', evidence: { ...evidenceAt(world), accountCreated } };
    case 'pending':
      return { kind: 'pending', waitsFor: 'a person', account: null, accountCreated, source: 'model', jitter: 0.5 };
    case 'ticket':
      return ticketOutcome(world, pick(ticketStates, task) ?? 'open');
    case 'retry':
      return { kind: 'retry', problem: 'busy', afterMilliseconds: null, jitter: 0.5 };
    case 'failed':
      return { kind: 'failed', problem: 'no', mayHaveHappened: false };
  }
}

function byPerson(
  world: World,
  step: StepOf<'sendAgain' | 'handToPerson' | 'byHandDone' | 'byHandNotPossible'>,
  engine: Engine,
  tell: Tell,
): Performed | null {
  const waiting = fulfillmentOf(world).filter(({ row }) => ['byHand', 'failed', 'waiting'].includes(row.state));
  const place = pick(waiting.length > 0 ? waiting : fulfillmentOf(world), step.task);
  if (place === undefined) return null;
  const { aggregate, item, row } = place;
  const actorId = pick([...ownersOf(applicationOf(world, item)), ...world.administrators], step.task) ?? null;
  if (step.kind === 'sendAgain')
    return {
      command: { type: 'fulfillment.sendAgain', actorId },
      result: changeBy(aggregate, engine.sendAgain(aggregate, row.id, tell(actorId))),
    };
  if (step.kind === 'handToPerson') {
    const command = { fulfillmentTaskId: row.id, note: 'by hand' };
    return {
      command: { type: 'fulfillment.handToPerson', actorId },
      result: changeBy(aggregate, engine.handToPerson(aggregate, command, tell(actorId))),
    };
  }
  const done = step.kind === 'byHandDone';
  const result = engine.completeByHand(
    aggregate,
    { fulfillmentTaskId: row.id, outcome: done ? 'done' : 'notPossible', note: 'by hand' },
    {
      ...tell(actorId),
      ...startFacts(world, row),
      evidence: { ...evidenceAt(world), outcome: 'byHand', readBackAt: null },
    },
  );
  return {
    command: { type: 'fulfillment.completeByHand', actorId },
    result: changeBy(aggregate, result),
    ...(done ? { besides: withGrant(row, item) } : {}),
  };
}

function onHeld(world: World, step: StepOf<'endEarly' | 'notRenew'>, engine: Engine, tell: Tell): Performed | null {
  const temporary = itemsOf(world).filter(({ item }) => item.term.kind !== 'permanent');
  const delivered = temporary.filter(({ item }) => item.state === 'fulfilled');
  const place: Located<RequestItem> | undefined = pick(delivered.length > 0 ? delivered : temporary, step.item);
  if (place === undefined) return null;
  const { aggregate, item } = place;
  const employeeId = item.beneficiaryId;
  const told = tell(employeeId);
  if (step.kind === 'endEarly')
    return {
      command: { type: 'access.endEarly', actorId: employeeId },
      result: changeBy(aggregate, engine.endEarly(aggregate, { itemId: item.id, reason: 'done' }, told)),
    };
  return {
    command: { type: 'item.notRenew', actorId: employeeId },
    result: changeBy(aggregate, engine.notRenew(aggregate, { itemId: item.id, reason: null }, { ...told, employeeId })),
  };
}

/** The grants of the organisation once a task was performed. */
function withGrant(task: FulfillmentTask, item: RequestItem) {
  return (world: World): World => {
    const serviceAccount = accountKey(item);
    const mine = (grant: World['grants'][number]) =>
      grant.active &&
      grant.employeeId === item.beneficiaryId &&
      grant.entitlementId === item.entitlementId &&
      grant.serviceAccount === serviceAccount;
    if (task.effect === 'revoke')
      return { ...world, grants: world.grants.map((grant) => (mine(grant) ? { ...grant, active: false } : grant)) };
    const explained = world.grants.map((grant) => (mine(grant) ? { ...grant, itemId: item.id } : grant));
    const { beneficiaryId: employeeId, entitlementId, id: itemId, applicationId } = item;
    const grant = { employeeId, entitlementId, serviceAccount, itemId, active: true };
    const others = world.serviceAccounts.filter((one) => one !== namedAccount(world, item));
    return {
      ...world,
      // Whoever was said to own it does from then on.
      serviceAccounts:
        serviceAccount === null
          ? world.serviceAccounts
          : [...others, { applicationId, name: serviceAccount, ownerId: employeeId }],
      grants: explained.some(mine) ? explained : [...explained, grant],
    };
  };
}

function evidenceAt(world: World): FulfillmentEvidence {
  return {
    outcome: 'applied',
    accountId: null,
    accountCreated: false,
    grantId: null,
    heldAfterwards: true,
    readBackAt: plusMilliseconds(world.now, 5),
    source: 'model',
    facts: {},
  };
}
