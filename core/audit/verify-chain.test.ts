import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '#core/domain/audit.ts';
import { newId, type RequestId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import { hashOf } from './append-events.ts';
import { verifyChain } from './verify-chain.ts';

const requestId = newId<RequestId>();

/** A chain as it is written: sequence numbers with gaps, because other requests lie in between. */
function chain(length: number): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (let index = 0; index < length; index += 1) {
    events.push(
      sealed({
        id: newId(),
        sequence: 10 + index * 3,
        type: 'item.denied',
        requestId,
        itemId: null,
        actor: { kind: 'system', part: 'replay' },
        at: instant(index),
        commandId: newId(),
        data: { reason: `reason ${index}`, nested: { number: index } },
        previousHash: events.at(-1)?.hash ?? null,
      }),
    );
  }
  return events;
}

function sealed(content: Omit<AuditEvent, 'hash'>): AuditEvent {
  return { ...content, hash: hashOf(content) };
}

function withEvent(events: readonly AuditEvent[], index: number, change: Partial<AuditEvent>): readonly AuditEvent[] {
  return events.with(index, { ...events[index]!, ...change });
}

describe('a chain of events', () => {
  it('is intact as it was written, whatever its length', () => {
    expect(verifyChain([])).toEqual({ intact: true, events: 0, head: null });
    const events = chain(5);
    expect(verifyChain(events)).toEqual({ intact: true, events: 5, head: events[4]!.hash });
  });

  it.each<[string, Partial<AuditEvent>]>([
    ['data', { data: { reason: 'another' } }],
    ['nested data', { data: { reason: 'reason 2', nested: { number: 3 } } }],
    ['time', { at: instant(99) }],
    ['actor', { actor: { kind: 'system', part: 'import' } }],
    ['type', { type: 'item.approved' }],
    ['command', { commandId: newId() }],
    ['hash', { hash: '0'.repeat(64) }],
  ])('is broken at the first event whose %s was changed', (_what, change) => {
    expect(verifyChain(withEvent(chain(5), 2, change))).toMatchObject({
      intact: false,
      brokenAt: 16,
      problem: 'contentChanged',
    });
  });

  it('is broken behind an event that was taken out or sealed anew', () => {
    const events = chain(5);
    expect(verifyChain(events.toSpliced(2, 1))).toMatchObject({ brokenAt: 19, problem: 'previousMissing' });
    const { hash: _hash, ...content } = events[2]!;
    const forged = sealed({ ...content, data: { reason: 'forged' } });
    expect(verifyChain(events.with(2, forged))).toMatchObject({ brokenAt: 19, problem: 'previousMissing' });
  });

  it('is broken where its beginning is missing, where events changed places, and where one is there twice', () => {
    const events = chain(5);
    expect(verifyChain(events.slice(1))).toMatchObject({ brokenAt: 13, problem: 'beginningMissing' });
    expect(verifyChain([events[0]!, events[2]!, events[1]!])).toMatchObject({
      brokenAt: 16,
      problem: 'previousMissing',
    });
    expect(verifyChain([events[0]!, events[0]!])).toMatchObject({ brokenAt: 10, problem: 'outOfOrder' });
  });
});
