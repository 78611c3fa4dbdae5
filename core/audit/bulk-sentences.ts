/** Sentences about decisions over many tasks. What became of each item is told by the item's own events. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { numberIn, textIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, quoted } from './words.ts';

type BulkEventType = Extract<AuditEventType, `bulkDecision.${string}`>;
export type BulkEvent = AuditEvent & { readonly type: BulkEventType };

export function bulkSentence(event: BulkEvent, story: Story): string {
  const { type, data } = event;
  const tasks = count(numberIn(data, 'tasks') ?? 0, 'task');
  switch (type) {
    case 'bulkDecision.started': {
      const reason = textIn(data, 'reason');
      return `${story.actorOf(event)} asked to ${verdictWords(data, tasks)} that a filter found${reason === null ? '' : `: ${quoted(reason)}`}`;
    }
    case 'bulkDecision.undone':
      return `${story.actorOf(event)} took back the decision to ${verdictWords(data, tasks)} before it began`;
    case 'bulkDecision.ended':
      return `The decision of ${story.names.person(data['deciderId'])} over many tasks has ended: ${count(numberIn(data, 'decided') ?? 0, 'task')} decided, ${numberIn(data, 'refused') ?? 0} refused`;
    default:
      return assertNever(type);
  }
}

function verdictWords(data: EventData, tasks: string): string {
  switch (data['verdict']) {
    case 'approve':
      return `approve ${tasks}`;
    case 'deny':
      return `deny ${tasks}`;
    default:
      return `leave out ${tasks}`;
  }
}
