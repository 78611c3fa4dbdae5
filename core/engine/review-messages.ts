/** Asking for information and answering. The task stays open and can be decided all the while. */
import { refuse } from '#core/domain/errors.ts';
import type { EmployeeId, ReviewMessageId, ReviewTaskId } from '#core/domain/ids.ts';
import type { ReviewMessage } from '#core/domain/request.ts';
import { done, type Result } from '#core/domain/errors.ts';
import { isOpen, placeOfTask } from './hand-over.ts';
import { isInterested } from './reviewers.ts';
import { settle } from './settle.ts';
import type { Circumstances, RequestAggregate, Transition } from './state.ts';

interface Said {
  readonly transition: Transition;
  readonly message: ReviewMessage;
}

/** The reviewer of an open task asks; the people of the item are told. */
export function askForInformation(
  before: RequestAggregate,
  command: { readonly taskId: ReviewTaskId; readonly text: string },
  facts: Circumstances & { readonly actingId: EmployeeId },
): Result<Said> {
  const place = placeOfTask(before, command.taskId);
  if (place === null) return refuse('task.notFound', 'This task does not exist.');
  if (place.task.reviewerId !== facts.actingId)
    return refuse('decision.notReviewer', 'This task is another reviewer\u2019s, so only they can ask about it.');
  if (!isOpen(place))
    return refuse('decision.stale', 'This task is no longer open, so there is nothing to ask any more.', {
      requestVersion: before.request.version,
      itemState: place.item.state,
    });
  return said(before, { ...place.task, taskId: place.task.id, kind: 'question', answersId: null }, command.text, facts);
}

/** The requester, the beneficiary or whoever joined the item answers a question, while its item is in review. */
export function giveInformation(
  before: RequestAggregate,
  command: { readonly text: string },
  facts: Circumstances & {
    readonly actingId: EmployeeId;
    readonly question: ReviewMessage;
    /** Whoever joined the item. */
    readonly followers: readonly EmployeeId[];
  },
): Result<Said> {
  const { question, actingId } = facts;
  const item = before.items.find((candidate) => candidate.id === question.itemId);
  if (item === undefined) return refuse('message.notFound', 'This question does not exist.');
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
  if (!isInterested(actingId, concerned) && !facts.followers.includes(actingId))
    return refuse('access.notAllowed', 'Only whoever asked for this access or receives it can answer.');
  if (item.state !== 'inReview')
    return refuse('request.final', 'This item is no longer in review, so no answer is needed any more.');
  return said(before, { ...question, kind: 'answer', answersId: question.id }, command.text, facts);
}

function said(
  before: RequestAggregate,
  about: Pick<ReviewMessage, 'requestId' | 'itemId' | 'taskId' | 'kind' | 'answersId'>,
  text: string,
  facts: Circumstances & { readonly actingId: EmployeeId },
): Result<Said> {
  const { requestId, itemId, taskId, kind, answersId } = about;
  const id = facts.nextId<ReviewMessageId>();
  const message: ReviewMessage = {
    id,
    requestId,
    itemId,
    taskId,
    authorId: facts.actingId,
    kind,
    text,
    at: facts.now,
    answersId,
  };
  const type = kind === 'question' ? 'review.informationAsked' : 'review.informationGiven';
  const answers = answersId === null ? {} : { answersId };
  const settled = settle(before, [{ type, requestId, itemId, data: { messageId: id, text, ...answers } }], facts);
  return settled.outcome === 'refused' ? settled : done({ transition: settled.value, message });
}
