/** The cases of the contract suite for connectors that ask others to make the change. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { TicketDraft } from './connector.ts';
import { never, oddNames, succeeded, uniqueName, type ContractCase, type Open } from './contract-harness.ts';
import { sampleDraft } from './ticket-values.ts';

/** Long enough for a question to be on its way. */
const underWayMilliseconds = 100;

const needs = ['test', 'openTicket', 'readTicket'] as const;

function draftOf(more: Partial<TicketDraft> = {}): TicketDraft {
  return { ...sampleDraft, key: `key-${uniqueName()}`, mayBeOpen: false, ...more };
}

export const ticketCases: readonly ContractCase[] = [
  {
    title: 'opens one ticket for one task, however often it is asked, and another for another',
    needs,
    async check({ tickets }, connector) {
      const draft = draftOf();
      const first = await connector.openTicket(draft, never);
      expect(first.kind).toBe('applied');
      const { reference, state } = succeeded(first);
      expect(state).toBe('open');
      const again = succeeded(await connector.openTicket({ ...draft, mayBeOpen: true }, never));
      expect(again.reference).toBe(reference);
      expect(await tickets?.opened(draft.key)).toHaveLength(1);
      const other = draftOf();
      expect(succeeded(await connector.openTicket(other, never)).reference).not.toBe(reference);
      expect(await tickets?.opened(other.key)).toHaveLength(1);
    },
  },
  {
    title: 'writes whatever people and entitlements are called, and whatever was said, unchanged',
    needs,
    async check({ tickets }, connector) {
      for (const name of oddNames) {
        const draft = draftOf({
          justification: `${name}\n\tand {{key}} on the next line`,
          entitlement: { ...sampleDraft.entitlement, name },
          person: { ...sampleDraft.person, displayName: `Person ${name}` },
        });
        succeeded(await connector.openTicket(draft, never));
        const [text = ''] = (await tickets?.opened(draft.key)) ?? [];
        for (const written of [name, draft.justification, draft.person.displayName]) expect(text).toContain(written);
      }
    },
  },
  {
    title: 'says what became of a ticket: closed meanwhile, in a state it does not know, or gone',
    needs,
    async check({ tickets }, connector) {
      const { reference } = succeeded(await connector.openTicket(draftOf(), never));
      expect(succeeded(await connector.readTicket(reference, never)).state).toBe('open');
      await tickets?.move(reference, 'unknown');
      const unknown = await connector.readTicket(reference, never);
      // Never done: it is looked at again.
      expect(unknown.kind === 'already' ? unknown.value.state : unknown.kind).toMatch(/^(?:open|retryable)$/);
      await tickets?.move(reference, 'done');
      expect(succeeded(await connector.readTicket(reference, never)).state).toBe('done');
      await tickets?.move(reference, 'gone');
      expect((await connector.readTicket(reference, never)).kind).toBe('notFound');
    },
  },
  {
    title: 'stops at once when it is cancelled, before it asks and while it waits, and opens one ticket afterwards',
    needs,
    async check(harness, connector) {
      const draft = draftOf();
      expect((await connector.openTicket(draft, AbortSignal.abort())).kind).toBe('retryable');
      const patient = harness.open({ timeoutSeconds: 90 }) as Open;
      const speak = await harness.hush();
      const stop = new AbortController();
      const began = performance.now();
      const waiting = Promise.all([patient.openTicket(draft, stop.signal), patient.readTicket('any', stop.signal)]);
      await wait(underWayMilliseconds);
      stop.abort();
      for (const outcome of await waiting) expect(outcome.kind).toBe('retryable');
      // By the signal, and not by its own patience.
      expect(performance.now() - began).toBeLessThan(60_000);
      await speak();
      expect(await harness.tickets?.opened(draft.key)).toEqual([]);
      succeeded(await patient.openTicket(draft, never));
      expect(await harness.tickets?.opened(draft.key)).toHaveLength(1);
      await patient.close();
    },
  },
  {
    title: 'waits for an answer about a ticket no longer than it is told',
    needs,
    async check(harness) {
      const connector = harness.open({ timeoutSeconds: 1 }) as Open;
      const speak = await harness.hush();
      const [tested, opened, read] = await Promise.all([
        connector.test(never),
        connector.openTicket(draftOf(), never),
        connector.readTicket('any', never),
      ]);
      expect([tested.passed, opened.kind, read.kind]).toEqual([false, 'retryable', 'retryable']);
      await speak();
      await connector.close();
    },
  },
];
