/** Whom handing a task on, and asking or answering about it, is told to; the same for one task and for many. */
import type { EmployeeId } from '#core/domain/ids.ts';
import type { RequestItem, ReviewMessage } from '#core/domain/request.ts';
import type { NewNotice } from './notices.ts';

export interface HandedOn {
  readonly item: Pick<RequestItem, 'id' | 'requestId'>;
  readonly toReviewerId: EmployeeId;
  readonly byId: EmployeeId;
  readonly reason: string | null;
}

export function handedOnNotice({ item, toReviewerId, byId, reason }: HandedOn): NewNotice {
  return {
    to: [toReviewerId],
    kind: 'taskReassigned',
    requestId: item.requestId,
    itemId: item.id,
    data: { personId: byId, reason },
  };
}

export function saidNotice(message: ReviewMessage, to: readonly EmployeeId[]): NewNotice {
  return {
    to,
    kind: message.kind === 'question' ? 'informationAsked' : 'informationGiven',
    requestId: message.requestId,
    itemId: message.itemId,
    data: { personId: message.authorId, text: message.text.slice(0, 300), messageId: message.id },
  };
}
