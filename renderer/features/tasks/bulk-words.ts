/** What is done with many tasks at once, in words. */
import type { BulkView } from '#core/contract/index.ts';
import { counted, termWords } from '#renderer/ui/format.ts';

export const bulkDeeds = ['approve', 'deny', 'drop', 'shorten', 'reassign', 'ask'] as const;
/** As it is chosen: to approve for a shorter time is a choice of its own. */
export type BulkDeed = (typeof bulkDeeds)[number];

export interface DeedWords {
  /** On the button that does it. */
  readonly verb: string;
  readonly title: string;
  readonly reason: string;
}

export const deedWords: Readonly<Record<BulkDeed, DeedWords>> = {
  approve: { verb: 'Approve', title: 'Approve many tasks', reason: 'Reason (optional)' },
  deny: { verb: 'Deny', title: 'Deny many tasks', reason: 'Why are they denied?' },
  drop: { verb: 'Leave out', title: 'Leave out many tasks', reason: 'Reason (optional)' },
  shorten: {
    verb: 'Approve',
    title: 'Approve many tasks for a shorter time',
    reason: 'Reason (optional)',
  },
  reassign: { verb: 'Give on', title: 'Give many tasks to somebody else', reason: 'Why (optional)' },
  ask: { verb: 'Ask about', title: 'Ask about many tasks', reason: 'Your question' },
};

const doing = {
  approve: 'Approving',
  deny: 'Denying',
  drop: 'Leaving out',
  reassign: 'Giving on',
  ask: 'Asking about',
};
const done = { approve: 'approved', deny: 'denied', drop: 'left out', reassign: 'given on', ask: 'asked about' };
const wish = { approve: 'Approve', deny: 'Deny', drop: 'Leave out', reassign: 'Give', ask: 'Ask about' };

export function doingWords({ verdict }: Pick<BulkView, 'verdict'>): string {
  return doing[verdict];
}

/** `12 tasks given on to Noah Weber, 3 refused`. */
export function endedWords(
  bulk: Pick<BulkView, 'verdict' | 'decided' | 'refused' | 'toReviewer' | 'shortenedTo'>,
): string {
  const refused = bulk.refused === 0 ? '' : `, ${bulk.refused.toLocaleString('en')} refused`;
  return `${counted(bulk.decided, 'task')} ${done[bulk.verdict]}${more(bulk)}${refused}`;
}

/** `Give 15 tasks to Noah Weber`. */
export function wishWords(bulk: Pick<BulkView, 'verdict' | 'total' | 'toReviewer' | 'shortenedTo'>): string {
  return `${wish[bulk.verdict]} ${counted(bulk.total, 'task')}${more(bulk)}`;
}

/** What a single result says when it was done. */
export function resultWords({ verdict }: Pick<BulkView, 'verdict'>): string {
  if (verdict === 'reassign') return 'Given on';
  return verdict === 'ask' ? 'Asked' : 'Decided';
}

function more({ toReviewer, shortenedTo }: Pick<BulkView, 'toReviewer' | 'shortenedTo'>): string {
  if (toReviewer !== null) return ` to ${toReviewer.fullName}`;
  return shortenedTo === null ? '' : ` ${termWords(shortenedTo)}`;
}
