/** Sentences about decisions over many tasks. What became of each item is told by the item's own events. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { numberIn, termIn, textIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, quoted, termWords } from './words.ts';

type BulkEventType = Extract<AuditEventType, `bulkDecision.${string}`>;
export type BulkEvent = AuditEvent & { readonly type: BulkEventType };

export function bulkSentence(event: BulkEvent, story: Story): string {
  const { type, data } = event;
  const tasks = count(numberIn(data, 'tasks') ?? 0, 'task');
  switch (type) {
    case 'bulkDecision.started': {
      const reason = textIn(data, 'reason');
      return `${story.actorOf(event)} asked to ${deedWords(data, `${tasks} that a filter found`, story)}${reason === null ? '' : `: ${quoted(reason)}`}`;
    }
    case 'bulkDecision.undone':
      return `${story.actorOf(event)} took back the decision to ${deedWords(data, tasks, story)} before it began`;
    case 'bulkDecision.ended':
      return `The decision of ${story.names.person(data['deciderId'])} over many tasks has ended: ${count(numberIn(data, 'decided') ?? 0, 'task')} ${doneWords(data)}, ${numberIn(data, 'refused') ?? 0} refused`;
    default:
      return assertNever(type);
  }
}

function deedWords(data: EventData, tasks: string, { names }: Story): string {
  switch (data['verdict']) {
    case 'approve': {
      const term = termIn(data, 'shortenedTo');
      return term === null ? `approve ${tasks}` : `approve ${tasks}, ${termWords(term)}`;
    }
    case 'deny':
      return `deny ${tasks}`;
    case 'reassign':
      return `give ${tasks} to ${names.person(data['toReviewerId'])}`;
    case 'ask':
      return `ask about ${tasks}`;
    default:
      return `leave out ${tasks}`;
  }
}

function doneWords({ verdict }: EventData): string {
  if (verdict === 'reassign') return 'given on';
  return verdict === 'ask' ? 'asked about' : 'decided';
}
