/** Every state in words, with the tone it is shown in and what it means. */
import type {
  FulfillmentState,
  ItemAction,
  ItemState,
  RequestState,
  StageState,
  TaskState,
} from '#core/contract/index.ts';

export type Tone = 'neutral' | 'waiting' | 'active' | 'good' | 'bad';

export interface StateWords {
  readonly label: string;
  readonly tone: Tone;
  readonly meaning: string;
}

export const requestStateWords: Readonly<Record<RequestState, StateWords>> = {
  inReview: { label: 'In review', tone: 'waiting', meaning: 'Reviewers still have to decide.' },
  fulfilling: {
    label: 'Being delivered',
    tone: 'active',
    meaning: 'Everything is decided; the access is being changed in the application.',
  },
  completed: { label: 'Completed', tone: 'good', meaning: 'Everything that was approved is in place.' },
  completedWithFailures: {
    label: 'Completed with failures',
    tone: 'bad',
    meaning: 'Some of it could not be done in the application.',
  },
  denied: { label: 'Denied', tone: 'bad', meaning: 'Nothing was approved.' },
  cancelled: { label: 'Cancelled', tone: 'neutral', meaning: 'Withdrawn before it was decided.' },
  expired: { label: 'Expired', tone: 'neutral', meaning: 'Nobody decided in time.' },
};

const itemStateWords: Readonly<Record<ItemState, StateWords>> = {
  inReview: { label: 'In review', tone: 'waiting', meaning: 'Reviewers still have to decide.' },
  approved: { label: 'Approved', tone: 'active', meaning: 'Decided, and on its way into the application.' },
  denied: { label: 'Denied', tone: 'bad', meaning: 'A reviewer denied it.' },
  dropped: { label: 'Left out', tone: 'neutral', meaning: 'A reviewer left this line out.' },
  expired: { label: 'Expired', tone: 'neutral', meaning: 'Nobody decided in time.' },
  cancelled: { label: 'Cancelled', tone: 'neutral', meaning: 'Withdrawn before it was decided.' },
  fulfilled: { label: 'Delivered', tone: 'good', meaning: 'The access is in place in the application.' },
  failed: { label: 'Failed', tone: 'bad', meaning: 'It was approved but could not be done in the application.' },
};

export function itemWords(state: ItemState, action: ItemAction): StateWords {
  if (state === 'fulfilled' && action === 'REVOKE') {
    return { label: 'Removed', tone: 'good', meaning: 'The access is gone from the application.' };
  }
  return itemStateWords[state];
}

export const stageStateWords: Readonly<Record<StageState, StateWords>> = {
  waiting: { label: 'Not yet', tone: 'neutral', meaning: 'Opens when the level before it has approved.' },
  open: { label: 'Open', tone: 'waiting', meaning: 'One of its reviewers has to decide.' },
  approved: { label: 'Approved', tone: 'good', meaning: 'This level approved.' },
  denied: { label: 'Denied', tone: 'bad', meaning: 'This level denied.' },
  closed: { label: 'Not needed', tone: 'neutral', meaning: 'Ended without a decision, because the item had ended.' },
};

export const taskStateWords: Readonly<Record<TaskState, StateWords>> = {
  open: { label: 'Open', tone: 'waiting', meaning: 'Waits for a decision.' },
  approved: { label: 'Approved', tone: 'good', meaning: 'The reviewer approved.' },
  denied: { label: 'Denied', tone: 'bad', meaning: 'The reviewer denied.' },
  dropped: { label: 'Left out', tone: 'neutral', meaning: 'The reviewer left this line out.' },
  skipped: { label: 'Skipped', tone: 'good', meaning: 'This reviewer approved at an earlier level already.' },
  handedOn: { label: 'Handed on', tone: 'neutral', meaning: 'Somebody else has this task now.' },
  closed: { label: 'Not needed', tone: 'neutral', meaning: 'Somebody else decided, or the item ended.' },
};

export const fulfillmentStateWords: Readonly<Record<FulfillmentState | 'awaited', StateWords>> = {
  scheduled: { label: 'Scheduled', tone: 'neutral', meaning: 'Due at a later time.' },
  ready: { label: 'Starting', tone: 'active', meaning: 'Will be done as soon as a console or worker takes it.' },
  running: { label: 'Running', tone: 'active', meaning: 'Is being done in the application right now.' },
  waiting: {
    label: 'Will be tried again',
    tone: 'waiting',
    meaning: 'The last attempt did not succeed; the next one is planned.',
  },
  awaited: {
    label: 'Waits for others',
    tone: 'active',
    meaning: 'It was asked for, and taken up. Gatehouse looks whether it is done.',
  },
  byHand: { label: 'To be done by hand', tone: 'waiting', meaning: 'A person has to do it in the application.' },
  done: { label: 'Done', tone: 'good', meaning: 'Done in the application.' },
  failed: { label: 'Given up', tone: 'bad', meaning: 'Gatehouse stopped trying; a person can send it again.' },
  cancelled: { label: 'Cancelled', tone: 'neutral', meaning: 'No longer needed.' },
};
