/** Sentences about how a review goes besides its decisions: who was skipped, who stands in, what was shortened. */
import type { AuditEvent } from '#core/domain/audit.ts';
import { numberIn, termIn, textIn } from './event-data.ts';
import type { Story } from './story.ts';
import { reviewerKindWords, termWords } from './words.ts';

type ReviewEventType = 'review.skipped' | 'review.delegated' | 'item.shortened';

export function reviewSentence(event: AuditEvent & { readonly type: ReviewEventType }, story: Story): string {
  const { data, type } = event;
  switch (type) {
    case 'review.skipped':
      return `${story.names.person(data['reviewerId'])} approved ${story.subject(event)} at an earlier level and is skipped${atLevel(event)}`;
    case 'review.delegated':
      return `${story.names.person(data['fromReviewerId'])} is out of office, so ${story.names.person(data['toReviewerId'])} reviews ${story.subject(event)} instead${atLevel(event)}`;
    case 'item.shortened': {
      const to = termIn(data, 'to');
      const from = termIn(data, 'from');
      return `${story.actorOf(event)} shortened ${story.subject(event)}${to === null ? '' : `: ${termWords(to)}`}${from === null ? '' : ` (${termWords(from)} was asked for)`}`;
    }
  }
}

function atLevel({ data }: AuditEvent): string {
  const level = numberIn(data, 'level');
  const kind = textIn(data, 'reviewerKind');
  return level === null ? '' : ` at level ${level}${kind === null ? '' : ` (${reviewerKindWords(kind)})`}`;
}
