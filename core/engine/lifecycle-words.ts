/** What the states of a request and of what is under it mean, for people; and how the request's own follows from its items. */
import type { FulfillmentState, ItemState, RequestState, StageState, TaskState } from '#core/domain/request.ts';

export const itemMeanings: Readonly<Record<ItemState, string>> = {
  inReview: 'Waits for the decision of its reviewers.',
  approved: 'Decided, and on its way into the application.',
  denied: 'A reviewer, or a policy, said no. Final.',
  dropped: 'A reviewer left this line out, without a word against the person. Final.',
  cancelled: 'Taken back before it was decided. Final.',
  expired: 'Nobody decided it in time. Final.',
  fulfilled: 'The access is there, or is gone if its removal was asked for. Temporary access ends in this state.',
  failed: 'Approved, and never delivered; the trail says why. Final.',
};

export const stageMeanings: Readonly<Record<StageState, string>> = {
  waiting: 'A level before it is not passed yet.',
  open: 'Its reviewers can decide.',
  approved: 'It has the approvals it needs.',
  denied: 'It was denied here.',
  closed: 'Ended without an outcome of its own, because the item ended.',
};

export const taskMeanings: Readonly<Record<TaskState, string>> = {
  open: 'Its reviewer can decide.',
  approved: 'Its reviewer approved.',
  denied: 'Its reviewer denied.',
  dropped: 'Its reviewer left the line out.',
  skipped: 'Its reviewer approved at an earlier level, which counts here.',
  handedOn: 'Somebody else has it now.',
  closed: 'No longer needed: somebody else decided, or the item ended.',
};

export const fulfillmentMeanings: Readonly<Record<FulfillmentState, string>> = {
  scheduled: 'Due later.',
  ready: 'Due as soon as somebody claims it.',
  running: 'Claimed, for as long as a lease lasts.',
  waiting: 'Tried; it is tried again by itself.',
  byHand: 'A person must do it.',
  done: 'Done, with its evidence.',
  failed: 'Stopped; a person sends it again, does it by hand, or says that it cannot be done.',
  cancelled: 'Must not, or need not, be done any more.',
};

/** In this order: the first that is true of the items is the request's state. */
export const requestMeanings: Readonly<Record<RequestState, string>> = {
  inReview: 'Any item is in review.',
  fulfilling: 'None is in review, and any is approved and on its way.',
  completedWithFailures: 'Nothing is open, and any failed.',
  completed: 'Nothing is open, none failed, and any is fulfilled.',
  denied: 'Nothing was to be delivered at all, and any was denied or left out.',
  expired: 'None of these, and any expired.',
  cancelled: 'All were cancelled.',
};
