/** Sentences about requests beyond their first way: joined, asked for again, prolonged, ended early; and about bundles. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { listIn, numberIn, textIn, textsIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, quoted, timeWords } from './words.ts';

type RequestEventType = Extract<
  AuditEventType,
  | 'request.followed'
  | 'request.resubmitted'
  | 'access.extended'
  | 'access.endedEarly'
  | 'item.notRenewed'
  | `accessRole.${string}`
>;
export type RequestEvent = AuditEvent & { readonly type: RequestEventType };

export function requestSentence(event: RequestEvent, story: Story): string {
  const { type, data } = event;
  switch (type) {
    case 'request.followed':
      return `${story.names.person(data['employeeId'])} asked for the same (${count(listIn(data, 'itemIds').length, 'item')}) and follows this request from now on`;
    case 'request.resubmitted':
      return `${story.actorOf(event)} asked for this again in request ${numberIn(data, 'number') ?? 'without a number'}`;
    case 'access.extended':
      return `${story.subject(event)} was prolonged by request ${numberIn(data, 'number') ?? 'without a number'}: ${endWords(data)}`;
    case 'access.endedEarly':
      return `${story.actorOf(event)} ended ${story.subject(event)} early; it was to end at ${timeIn(data, 'plannedEnd')}${because(data)}`;
    case 'item.notRenewed':
      return `${story.actorOf(event)} decided not to renew ${story.subject(event)}${because(data)}`;
    case 'accessRole.created':
      return `The role ${quoted(textIn(data, 'name') ?? 'without a name')} was made from ${count(textsIn(data, 'entitlementIds').length, 'entitlement')}`;
    case 'accessRole.changed':
      return `The role ${quoted(textIn(data, 'name') ?? 'without a name')} was changed to version ${numberIn(data, 'version') ?? 'not named'}: ${count(textsIn(data, 'entitlementIds').length, 'entitlement')}, ${data['state'] === 'inactive' ? 'not offered any more' : 'offered to everybody'}`;
    default:
      return assertNever(type);
  }
}

function endWords(data: EventData): string {
  const before = timeIn(data, 'from');
  return textIn(data, 'to') === null
    ? `it has no end any more; it was to end at ${before}`
    : `it ends at ${timeIn(data, 'to')}, not at ${before}`;
}

function timeIn(data: EventData, name: string): string {
  return timeWords(textIn(data, name) ?? 'a time that is not named');
}

function because(data: EventData): string {
  const reason = textIn(data, 'reason');
  return reason === null ? '' : `: ${quoted(reason)}`;
}
