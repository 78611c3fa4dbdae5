/** Recomputes a chain of events: was any of them changed, taken out of the middle, or put in between? */
import type { AuditEvent } from '#core/domain/audit.ts';
import { hashOf } from './append-events.ts';

export type ChainVerification =
  | {
      readonly intact: true;
      readonly events: number;
      /** The hash of the last event; null for no events. */ readonly head: string | null;
    }
  | {
      readonly intact: false;
      readonly events: number;
      /** The first event that does not fit. */
      readonly brokenAt: number;
      readonly problem: 'contentChanged' | 'previousMissing' | 'beginningMissing' | 'outOfOrder';
      /** The problem in a sentence. */
      readonly message: string;
    };

/**
 * Checks the events of one chain (all of a request, or all outside requests) in the order of their sequence.
 * It cannot see events missing from the end, nor a chain that was written anew from its beginning.
 */
export function verifyChain(events: readonly AuditEvent[]): ChainVerification {
  let previous: AuditEvent | null = null;
  for (const event of events) {
    const problem = problemOf(event, previous);
    if (problem !== null) {
      return {
        intact: false,
        events: events.length,
        brokenAt: event.sequence,
        problem,
        message: messages[problem](event.sequence),
      };
    }
    previous = event;
  }
  return { intact: true, events: events.length, head: previous?.hash ?? null };
}

type Problem = Extract<ChainVerification, { intact: false }>['problem'];

function problemOf(event: AuditEvent, previous: AuditEvent | null): Problem | null {
  if (previous !== null && event.sequence <= previous.sequence) return 'outOfOrder';
  const { hash, ...content } = event;
  if (hashOf(content) !== hash) return 'contentChanged';
  if (previous === null) return event.previousHash === null ? null : 'beginningMissing';
  return event.previousHash === previous.hash ? null : 'previousMissing';
}

const messages: Readonly<Record<Problem, (sequence: number) => string>> = {
  contentChanged: (sequence) => `Event ${sequence} is not what was recorded: its content does not match its hash.`,
  previousMissing: (sequence) =>
    `Event ${sequence} does not follow the event before it: one in between was removed, or that one was replaced.`,
  beginningMissing: (sequence) => `Event ${sequence} is not the first one recorded: what was before it is missing.`,
  outOfOrder: (sequence) => `Event ${sequence} is not in the order of the trail.`,
};
