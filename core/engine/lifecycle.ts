/**
 * Everything that can become of a line of a request, as data: docs/guide/request-lifecycle.md is written from it, and
 * the engine's properties hold every change they see against it, and see every line of it happen.
 */
import type { AuditEventType } from '#core/domain/audit.ts';
import type { FulfillmentState, ItemState, StageState, TaskState, TaskVia } from '#core/domain/request.ts';
import type { Verdict } from '#core/domain/request.ts';

/** `delivery`: what an item asks of the application. `end`: the removal at the end of its temporary access. */
export type Subject = 'item' | 'stage' | 'task' | 'delivery' | 'end';

export interface LifecycleLine {
  readonly subject: Subject;
  /** Any of these; `none`: it was not there before. */
  readonly from: readonly string[];
  /** The same state as before: something is recorded that changes no state. */
  readonly to: string;
  /** How a task came to its reviewer, where that tells two lines apart. */
  readonly via?: TaskVia;
  /** The one fact of the trail that names the change. Null: what the application accepted is only read again. */
  readonly event: AuditEventType | null;
  /** When it is so, in words. */
  readonly when: string;
}

export interface LifecycleCommand {
  /** The command's type. */
  readonly type: string;
  readonly verdict?: Verdict;
  /** What it does, as a sentence. */
  readonly does: string;
  readonly who: string;
  readonly lines: readonly LifecycleLine[];
  /** What it writes beside the events of its lines. */
  readonly besides?: readonly AuditEventType[];
  /** It does nothing of its own with a request: each line is as with this command. */
  readonly like?: string;
}

type From<State> = readonly (State | 'none')[];
type Row<State> = (
  from: From<State>,
  to: State,
  event: AuditEventType | null,
  when: string,
  more?: { readonly via: TaskVia },
) => LifecycleLine;

function rowsOf<State extends string>(subject: Subject): Row<State> {
  return (from, to, event, when, more) => ({ subject, from, to, event, when, ...more });
}

const item = rowsOf<ItemState>('item');
const stage = rowsOf<StageState>('stage');
const task = rowsOf<TaskState>('task');
const delivery = rowsOf<FulfillmentState>('delivery');
const end = rowsOf<FulfillmentState>('end');

const reviewer = 'The reviewer of the open task, unless they asked, benefit, or stand in for somebody who does.';
const gatehouse = 'Gatehouse itself, when it is due.';
const manages = 'An owner of the application, or an administrator.';

/** What ends an item that is in review takes everything open under it along. */
function ended(
  to: 'denied' | 'dropped' | 'cancelled' | 'expired',
  event: AuditEventType,
  when: string,
  stages: From<StageState> = ['open', 'waiting'],
): readonly LifecycleLine[] {
  return [
    item(['inReview'], to, event, when),
    stage(stages, 'closed', event, 'The item has ended.'),
    task(['open'], 'closed', event, 'The item has ended.'),
  ];
}

/** What approval asks of the application. */
const deliveries: readonly LifecycleLine[] = [
  delivery(['none'], 'ready', 'item.approved', 'It is delivered at once, by a connector or by a person.'),
  delivery(['none'], 'scheduled', 'item.approved', 'It was asked for from a later time on.'),
  end(['none'], 'scheduled', 'item.approved', 'The access is temporary: its end is there before it can be delivered.'),
];

/** What the opening of a level does, for its reviewers who are away or approved before. */
const handed: readonly LifecycleLine[] = [
  task(['none'], 'handedOn', 'review.delegated', 'Its reviewer is out of office.'),
  task(['none'], 'open', 'review.delegated', 'It goes to whoever stands in.', { via: 'delegated' }),
];

const claimable = ['scheduled', 'ready', 'waiting', 'running'] as const;

export const lifecycle: readonly LifecycleCommand[] = [
  {
    type: 'request.submit',
    does: 'Asks for access, or for its removal. Every line becomes an item with the review it needs. A line that wishes for no more than an open request asks for joins that one instead.',
    who: 'Everybody who works here, for themselves or for others.',
    besides: ['request.submitted', 'request.followed', 'request.resubmitted'],
    lines: [
      item(['none'], 'inReview', 'item.reviewStarted', 'Always, with the plan of its review.'),
      item(['inReview'], 'inReview', 'review.automatic', 'A policy or the application decides by itself.'),
      item(['inReview'], 'approved', 'item.approved', 'The automatic decision approved it.'),
      item(['inReview'], 'denied', 'item.denied', 'The automatic decision denied it.'),
      stage(['none'], 'open', 'item.reviewStarted', 'The first level.'),
      stage(['none'], 'waiting', 'item.reviewStarted', 'Every further level.'),
      task(['none'], 'open', 'item.reviewStarted', 'One for each reviewer of the first level.', { via: 'planned' }),
      ...handed,
      ...deliveries,
    ],
  },
  {
    type: 'task.decide',
    verdict: 'approve',
    does: 'Approves at a level, with the term that was asked for or a shorter one.',
    who: reviewer,
    lines: [
      item(['inReview'], 'approved', 'item.approved', 'It was the last approval that the last level needed.'),
      item(['inReview'], 'inReview', 'item.shortened', 'Approved for a shorter time.'),
      stage(['open'], 'approved', 'review.approved', 'The level has the approvals it needs.'),
      stage(['waiting'], 'open', 'review.approved', 'The level before it was passed.'),
      stage(['waiting'], 'approved', 'review.approved', 'Enough of its reviewers approved at an earlier level.'),
      task(['open'], 'approved', 'review.approved', 'The reviewer’s own.'),
      task(['open'], 'closed', 'review.approved', 'It stands for the same reviewer, or the level was passed.'),
      task(['none'], 'open', 'review.approved', 'One for each reviewer of the level that opens.', { via: 'planned' }),
      task(['none'], 'skipped', 'review.skipped', 'Its reviewer approved at an earlier level.'),
      task(['none'], 'closed', 'review.approved', 'The level is passed by those who were skipped.', { via: 'planned' }),
      task(['none'], 'closed', 'review.delegated', 'The level is passed by those who were skipped.', {
        via: 'delegated',
      }),
      ...handed,
      ...deliveries,
    ],
  },
  {
    type: 'task.decide',
    verdict: 'deny',
    does: 'Denies, with a reason. One denial ends the item, whatever the level and whoever else was asked.',
    who: reviewer,
    lines: [
      ...ended('denied', 'item.denied', 'At once.', ['waiting']),
      stage(['open'], 'denied', 'review.denied', 'The level at which it was denied.'),
      task(['open'], 'denied', 'review.denied', 'The reviewer’s own.'),
    ],
  },
  {
    type: 'task.decide',
    verdict: 'drop',
    does: 'Leaves the line out, without a word against the person.',
    who: reviewer,
    lines: [
      ...ended('dropped', 'item.dropped', 'At once.'),
      task(['open'], 'dropped', 'item.dropped', 'The reviewer’s own.'),
    ],
  },
  {
    type: 'request.cancel',
    does: 'Takes back every item that is still in review. What was approved already goes its way.',
    who: 'The requester, or an administrator.',
    lines: ended('cancelled', 'item.cancelled', 'It is still in review.'),
  },
  {
    type: 'review.expireUndecided',
    does: 'Ends what nobody decided in the time its application gives.',
    who: gatehouse,
    lines: ended('expired', 'item.expired', 'It is still in review when its time to be decided is over.'),
  },
  {
    type: 'task.reassign',
    does: 'Gives an open task to somebody else who may decide it. Nobody can give it to who asked, benefits, or stands in for them.',
    who: 'The reviewer of the task, or an administrator; never who asked or benefits.',
    lines: [
      task(['open'], 'handedOn', 'review.reassigned', 'The task that is given away.'),
      task(['none'], 'open', 'review.reassigned', 'The task of whoever decides now.', { via: 'reassigned' }),
    ],
  },
  {
    type: 'delegation.moveTasks',
    does: 'Brings the open tasks of somebody who went out of office to who stands in for them, and back when they return.',
    who: gatehouse,
    lines: [
      task(['open'], 'handedOn', 'review.delegated', 'Its reviewer is out of office.'),
      task(['none'], 'open', 'review.delegated', 'It goes to whoever stands in.', { via: 'delegated' }),
      task(['open'], 'handedOn', 'review.returned', 'Its reviewer is back.'),
      task(['none'], 'open', 'review.returned', 'It is its reviewer’s again.', { via: 'returned' }),
    ],
  },
  {
    type: 'review.reconcile',
    does: 'Follows the organisation: levels that are not decided get the people who are right for them now, tasks of who left go back, and what was to be given to who left is taken back. Decisions that were taken stay.',
    who: 'Gatehouse itself, when a manager, an owner, a group, a role or the directory changed.',
    lines: [
      ...ended('cancelled', 'item.cancelled', 'The person it would be given to no longer works here.'),
      item(['inReview'], 'inReview', 'review.rerouted', 'A level has other reviewers, or another number of them.'),
      item(
        ['inReview'],
        'approved',
        'item.approved',
        'With the reviewers of now, the last level has the approvals it needs.',
      ),
      stage(
        ['open', 'waiting'],
        'approved',
        'review.rerouted',
        'With the reviewers of now, the level has the approvals it needs.',
      ),
      stage(['waiting'], 'open', 'review.rerouted', 'The level before it was passed.'),
      task(['open'], 'handedOn', 'review.rerouted', 'Its place is somebody else’s now.'),
      task(['open'], 'closed', 'review.rerouted', 'Its place is gone, or the level was passed.'),
      task(['none'], 'open', 'review.rerouted', 'One for each new place.', { via: 'rerouted' }),
      task(['none'], 'open', 'review.rerouted', 'One for each reviewer of the level that opens.', { via: 'planned' }),
      task(['none'], 'closed', 'review.rerouted', 'The level is passed without it.'),
      task(['none'], 'skipped', 'review.skipped', 'Its reviewer approved at an earlier level.'),
      task(['open'], 'handedOn', 'review.returned', 'Whoever held it left: it goes back to the planned reviewer.'),
      task(['none'], 'open', 'review.returned', 'It is the planned reviewer’s again.', { via: 'returned' }),
      task(
        ['open'],
        'closed',
        'review.taskClosed',
        'Whoever held it left, and somebody else has one for the same place.',
      ),
      ...handed,
      ...deliveries,
    ],
  },
  {
    type: 'task.remind',
    does: 'Reminds the reviewer of a task that waits.',
    who: gatehouse,
    lines: [task(['open'], 'open', 'review.reminded', 'It has waited for as long as the settings say.')],
  },
  {
    type: 'task.escalate',
    does: 'Asks the reviewer’s manager too, or, where there is none who may decide, an owner or administrators. Either decision settles it.',
    who: gatehouse,
    lines: [
      task(['open'], 'open', 'review.escalated', 'Its reviewer keeps the task that waited too long.'),
      task(['none'], 'open', 'review.escalated', 'One for each person who is asked too.', { via: 'escalated' }),
    ],
  },
  {
    type: 'task.ask',
    does: 'Asks who is concerned for information. The task can be decided all the while.',
    who: 'The reviewer of the open task.',
    lines: [task(['open'], 'open', 'review.informationAsked', 'The task stays as it is.')],
  },
  {
    type: 'review.answer',
    does: 'Answers a reviewer’s question.',
    who: 'The requester, the beneficiary, or whoever was joined to the request.',
    lines: [item(['inReview'], 'inReview', 'review.informationGiven', 'The item stays as it is.')],
  },
  {
    type: 'fulfillment.start',
    does: 'Claims what is due, for as long as a lease lasts. Verdict, person, entitlement and conflicts of duty are looked at once more before anything is sent.',
    who: 'Gatehouse itself, from whichever console or worker comes first.',
    lines: [
      delivery(['scheduled', 'ready', 'waiting'], 'running', 'fulfillment.started', 'Nothing speaks against it.'),
      delivery(['running'], 'running', 'fulfillment.started', 'Its lease is over: whoever had it is gone.'),
      delivery(claimable, 'byHand', 'fulfillment.handedToPerson', 'The application is fulfilled by hand.'),
      delivery(claimable, 'cancelled', 'fulfillment.refused', 'It must not be delivered any more; the trail says why.'),
      delivery(
        claimable,
        'failed',
        'fulfillment.failed',
        'A rule about duties forbids it by now, and nobody reviewed that: a person looks first.',
      ),
      delivery(
        ['ready'],
        'done',
        'access.granted',
        'It prolongs access that is held, in an application fulfilled by hand: only the end moves.',
      ),
      delivery(
        ['byHand', 'failed'],
        'cancelled',
        'fulfillment.refused',
        'The access was never delivered, and its end has come.',
      ),
      item(['approved'], 'failed', 'fulfillment.refused', 'It must not be delivered any more.'),
      item(
        ['approved'],
        'fulfilled',
        'access.granted',
        'It prolongs access that is held, in an application fulfilled by hand.',
      ),
      end(['scheduled', 'ready', 'waiting', 'byHand'], 'cancelled', 'access.extended', 'Its access was prolonged.'),
      end(['scheduled'], 'cancelled', 'fulfillment.refused', 'What it would end was never delivered.'),
      end(
        ['scheduled', 'ready', 'waiting', 'running'],
        'cancelled',
        'fulfillment.refused',
        'Another request explains the access by now, or it is gone already.',
      ),
      end(['scheduled', 'ready', 'waiting'], 'running', 'fulfillment.started', 'Its time has come.'),
      delivery(['waiting'], 'running', null, 'The application accepted it before: it is only read again.'),
      end(['waiting'], 'running', null, 'The application accepted it before: it is only read again.'),
      end(['running'], 'running', 'fulfillment.started', 'Its lease is over: whoever had it is gone.'),
      end(claimable, 'byHand', 'fulfillment.handedToPerson', 'The application is fulfilled by hand.'),
    ],
  },
  {
    type: 'fulfillment.record',
    does: 'Records what an attempt came to, with what was read back.',
    who: 'Gatehouse itself, whoever holds the lease.',
    lines: [
      item(['approved'], 'fulfilled', 'access.granted', 'The access was seen in the application.'),
      item(['approved'], 'fulfilled', 'access.removed', 'The access was seen to be gone.'),
      item(['approved'], 'approved', 'account.created', 'The person had no account before.'),
      delivery(['running'], 'done', 'access.granted', 'The access was seen in the application.'),
      delivery(['running'], 'done', 'access.removed', 'The access was seen to be gone.'),
      delivery(
        ['running'],
        'waiting',
        'fulfillment.retrying',
        'A passing fault, a credential that is not accepted, or something to be done outside first; a removal is never given up.',
      ),
      delivery(
        ['running'],
        'waiting',
        'fulfillment.accepted',
        'The application took it; it is read until it is there.',
      ),
      delivery(['running'], 'waiting', null, 'What was accepted is still not there.'),
      delivery(['running'], 'failed', 'fulfillment.failed', 'Trying again by itself is of no use.'),
      end(['running'], 'done', 'access.expired', 'The access was seen to be gone, with how late.'),
      end(['running'], 'waiting', 'fulfillment.retrying', 'Any fault: the end of access is never given up.'),
      end(['running'], 'waiting', 'fulfillment.accepted', 'The application took it; it is read until it is gone.'),
      end(['running'], 'waiting', null, 'What was accepted is still not done.'),
    ],
  },
  {
    type: 'fulfillment.sendAgain',
    does: 'Tries at once what failed or waits.',
    who: manages,
    lines: [
      delivery(['failed', 'waiting'], 'ready', 'fulfillment.sentAgain', 'A person asked for it.'),
      end(['waiting'], 'ready', 'fulfillment.sentAgain', 'A person asked for it.'),
    ],
  },
  {
    type: 'fulfillment.sendAllAgain',
    does: 'Does the same for everything of an application, except for what the application has accepted.',
    who: manages,
    lines: [],
    like: 'fulfillment.sendAgain',
  },
  {
    type: 'fulfillment.hearOfTicket',
    does: 'Takes what another system reports of a ticket, signed by it.',
    who: 'Gatehouse itself, when it is told.',
    lines: [
      item(['approved'], 'fulfilled', 'access.granted', 'The other system says that the access was given.'),
      item(['approved'], 'fulfilled', 'access.removed', 'The other system says that the access was taken away.'),
      delivery(['waiting'], 'done', 'access.granted', 'The other system says that the access was given.'),
      delivery(['waiting'], 'done', 'access.removed', 'The other system says that the access was taken away.'),
      delivery(['waiting'], 'failed', 'fulfillment.failed', 'It was turned down.'),
      delivery(
        ['waiting'],
        'waiting',
        'fulfillment.accepted',
        'The other system has it again, after an attempt that failed.',
      ),
      delivery(['waiting'], 'waiting', 'fulfillment.retrying', 'A removal was turned down; it is asked for once more.'),
      end(['waiting'], 'done', 'access.expired', 'The other system says that the access was taken away.'),
      end(['waiting'], 'waiting', 'fulfillment.retrying', 'It was turned down; it is asked for once more.'),
    ],
  },
  {
    type: 'fulfillment.renewLeases',
    does: 'Keeps what is being performed with whoever performs it. It changes no state.',
    who: 'Gatehouse itself, whoever holds the leases.',
    lines: [],
  },
  {
    type: 'fulfillment.keepInitialPassword',
    does: 'Says where the first password of a new account is kept, before the account is made. It changes no state.',
    who: 'Gatehouse itself, whoever holds the lease.',
    lines: [],
    besides: ['fulfillment.passwordKept'],
  },
  {
    type: 'fulfillment.handToPerson',
    does: 'Leaves to people what failed or waits: no more attempts are made.',
    who: manages,
    lines: [
      delivery(['failed', 'waiting'], 'byHand', 'fulfillment.handedToPerson', 'A person asked for it.'),
      end(['waiting'], 'byHand', 'fulfillment.handedToPerson', 'A person asked for it.'),
    ],
  },
  {
    type: 'fulfillment.lookAgain',
    does: 'Looks once more at what waits for a person, when people, entitlements or rules changed.',
    who: gatehouse,
    lines: [
      item(['approved'], 'failed', 'fulfillment.refused', 'It must not be delivered any more.'),
      delivery(
        ['byHand'],
        'cancelled',
        'fulfillment.refused',
        'It must not be delivered any more; the trail says why.',
      ),
      delivery(
        ['byHand'],
        'failed',
        'fulfillment.failed',
        'A rule about duties forbids it by now, and nobody reviewed that: a person looks first.',
      ),
      end(['scheduled'], 'cancelled', 'fulfillment.refused', 'What it would end is not delivered.'),
    ],
  },
  {
    type: 'fulfillment.completeByHand',
    does: 'Says that it was done in the application by hand, or that it cannot be done. What must not be given any more is not taken as done.',
    who: manages,
    lines: [
      item(['approved'], 'fulfilled', 'access.granted', 'The access was given.'),
      item(['approved'], 'fulfilled', 'access.removed', 'The access was taken away.'),
      item(['approved'], 'failed', 'fulfillment.refused', 'It cannot be done.'),
      delivery(['byHand', 'failed', 'waiting'], 'done', 'access.granted', 'The access was given.'),
      delivery(['byHand', 'waiting'], 'done', 'access.removed', 'The access was taken away.'),
      delivery(['byHand', 'failed', 'waiting'], 'cancelled', 'fulfillment.refused', 'It cannot be done.'),
      end(['scheduled'], 'cancelled', 'fulfillment.refused', 'What it would end cannot be delivered.'),
      end(['byHand', 'waiting'], 'done', 'access.expired', 'The access was taken away. This end cannot be skipped.'),
    ],
  },
  {
    type: 'access.endEarly',
    does: 'Brings the end of temporary access forward to now.',
    who: 'The person who has the access, who asked for it, an owner of the application, or an administrator.',
    lines: [end(['scheduled'], 'scheduled', 'access.endedEarly', 'Its removal is due at once.')],
  },
  {
    type: 'item.notRenew',
    does: 'Decides that temporary access is not to be prolonged: it ends at its time, and nobody is reminded of that.',
    who: 'The person who has the access, their manager, an owner of the application, or an administrator.',
    lines: [item(['fulfilled'], 'fulfilled', 'item.notRenewed', 'Nothing else changes.')],
  },
  {
    type: 'bulk.advance',
    does: 'Decides the tasks of a bulk decision, gives them on (as `task.reassign` does) or asks about them (as `task.ask` does), each by itself: one that is refused stands in the way of no other.',
    who: 'Gatehouse itself, in the name of the reviewer who started it and may still decide.',
    lines: [],
    besides: ['bulkDecision.ended'],
    like: 'task.decide',
  },
  {
    type: 'bulk.start',
    does: 'Starts one decision, hand-over or question over all tasks that a filter finds. It waits a few seconds in which it can be taken back.',
    who: 'Every reviewer, over their own open tasks.',
    lines: [],
    besides: ['bulkDecision.started'],
  },
  {
    type: 'bulk.undo',
    does: 'Takes a bulk decision back before anything was decided.',
    who: 'Whoever started it.',
    lines: [],
    besides: ['bulkDecision.undone'],
  },
  {
    type: 'delegation.create',
    does: 'Says that somebody is out of office and who stands in. Open tasks move after it, new ones go there at once.',
    who: 'Everybody for themselves; an administrator for others.',
    lines: [],
    besides: ['delegation.planned', 'delegation.started'],
  },
  {
    type: 'delegation.end',
    does: 'Ends an absence, or withdraws one that has not begun. Open tasks come back after it.',
    who: 'Everybody for themselves; an administrator for others.',
    lines: [],
    besides: ['delegation.ended'],
  },
  {
    type: 'delegation.turn',
    does: 'Begins or ends an absence whose time has come, or one of whose people has left.',
    who: gatehouse,
    lines: [],
    besides: ['delegation.started', 'delegation.ended'],
  },
  {
    type: 'access.remindEnds',
    does: 'Tells people that their temporary access ends soon. It changes nothing of a request.',
    who: gatehouse,
    lines: [],
  },
];

/** `task.decide (approve)`. */
export function commandName({ type, verdict }: Pick<LifecycleCommand, 'type' | 'verdict'>): string {
  return verdict === undefined ? type : `${type} (${verdict})`;
}

/** One name for each change that the table allows. */
export function changeKey(
  command: Pick<LifecycleCommand, 'type' | 'verdict'>,
  change: Pick<LifecycleLine, 'subject' | 'to' | 'event'> & { readonly from: string; readonly via?: TaskVia },
): string {
  const via = change.via === undefined ? '' : ` (${change.via})`;
  return `${commandName(command)}: ${change.subject} ${change.from} -> ${change.to}${via}, ${change.event ?? 'no event'}`;
}
