/** Sentences about what becomes of review tasks over time: hand-overs, reminders, questions, and who is out of office. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { numberIn, textIn, textsIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, list, quoted, reviewerKindWords, timeWords } from './words.ts';

type TaskEventType = Extract<
  AuditEventType,
  | 'review.reassigned'
  | 'review.returned'
  | 'review.rerouted'
  | 'review.reminded'
  | 'review.escalated'
  | 'review.informationAsked'
  | 'review.informationGiven'
  | `delegation.${string}`
>;
export type TaskEvent = AuditEvent & { readonly type: TaskEventType };

export function taskSentence(event: TaskEvent, story: Story): string {
  const { type, data } = event;
  const { names } = story;
  const subject = story.subject(event);
  const [from, to] = [names.person(data['fromReviewerId']), names.person(data['toReviewerId'])];
  switch (type) {
    case 'review.reassigned':
      return `${story.actorOf(event)} gave the review of ${subject}${level(data)} from ${from} to ${to}${because(data)}`;
    case 'review.returned':
      return data['reason'] === 'left'
        ? `${from} no longer works here, so the review of ${subject}${level(data)} is with ${to} again`
        : `${to} is back in office, so the review of ${subject}${level(data)} is with them again instead of with ${from}`;
    case 'review.rerouted':
      return rerouted(data, subject, story);
    case 'review.reminded':
      return `${names.person(data['reviewerId'])} was reminded to review ${subject}${level(data)}`;
    case 'review.escalated':
      return escalated(data, subject, from, story);
    case 'review.informationAsked':
      return `${story.actorOf(event)} asked about ${subject}: ${quoted(textIn(data, 'text') ?? '')}`;
    case 'review.informationGiven':
      return `${story.actorOf(event)} answered about ${subject}: ${quoted(textIn(data, 'text') ?? '')}`;
    case 'delegation.planned':
    case 'delegation.started':
    case 'delegation.ended':
      return delegation(type, data, story);
    default:
      return assertNever(type);
  }
}

function rerouted(data: EventData, subject: string, { names }: Story): string {
  const people = (name: string) => textsIn(data, name).map((id) => names.person(id));
  const now = list(people('after'), 'or') || 'nobody who is named';
  const before = list(people('before'), 'or') || 'nobody who is named';
  const fallback = textIn(data, 'fallbackReason');
  const why = fallback === null ? '' : `: ${fallback.replace(/\.$/, '')}`;
  return `The review of ${subject}${level(data)} is for ${now} (${reviewerKindWords(textIn(data, 'reviewerKind'))}) from now on, not for ${before}${why}`;
}

function escalated(data: EventData, subject: string, from: string, { names }: Story): string {
  const days = numberIn(data, 'days');
  const waited = `${from} has not reviewed ${subject}${level(data)} for ${days === null ? 'some time' : count(days, 'day')}`;
  const to = textsIn(data, 'toReviewerIds').map((id) => names.person(id));
  const as = textIn(data, 'as');
  return to.length === 0
    ? `${waited}, and there is nobody else who may be asked`
    : `${waited}, so ${list(to)} ${to.length === 1 ? 'was' : 'were'} asked too (as ${reviewerKindWords(as)})`;
}

function delegation(type: Extract<TaskEventType, `delegation.${string}`>, data: EventData, { names }: Story): string {
  const [away, delegate] = [names.person(data['delegatorId']), names.person(data['delegateId'])];
  const end = textIn(data, 'endsAt');
  switch (type) {
    case 'delegation.planned': {
      const from = timeWords(textIn(data, 'startsAt') ?? 'a time that is not named');
      return `${away} will be out of office from ${from}${end === null ? ', until they end it' : ` until ${timeWords(end)}`}; ${delegate} reviews for them`;
    }
    case 'delegation.started':
      return `${away} is out of office${end === null ? '' : ` until ${timeWords(end)}`}; ${delegate} reviews for them`;
    case 'delegation.ended':
      return `${delegate} no longer reviews for ${away}${because(data)}`;
  }
}

function level(data: EventData): string {
  const number = numberIn(data, 'level');
  return number === null ? '' : ` at level ${number}`;
}

function because(data: EventData): string {
  const reason = textIn(data, 'reason');
  return reason === null ? '' : `: ${quoted(reason)}`;
}
