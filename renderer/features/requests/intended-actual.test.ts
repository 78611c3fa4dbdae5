import { describe, expect, it } from 'vitest';
import type { FulfillmentView, Instant, ItemView, RequestId } from '#core/contract/index.ts';
import { intendedActual } from './intended-actual.ts';

const at = (text: string): Instant => text as Instant;

function work(over: Partial<FulfillmentView>): FulfillmentView {
  return {
    effect: 'grant',
    cause: 'decision',
    state: 'done',
    dueAt: at('2026-11-23T10:00:00.000Z'),
    nextAttemptAt: null,
    attempts: 1,
    lastProblem: null,
    endedAt: at('2026-11-23T10:00:01.000Z'),
    latenessSeconds: 1,
    evidence: seen(true),
    maySendAgain: false,
    mayCompleteByHand: false,
    ...over,
  } as FulfillmentView;
}

function seen(held: boolean | null): NonNullable<FulfillmentView['evidence']> {
  return {
    outcome: held === null ? 'byHand' : 'applied',
    accountCreated: false,
    heldAfterwards: held,
    readBackAt: held === null ? null : at('2026-11-23T10:00:01.000Z'),
    source: 'http://127.0.0.1:9/scim/v2',
    facts: {},
    file: null,
  };
}

function item(over: Partial<ItemView>): ItemView {
  return {
    action: 'GRANT',
    state: 'fulfilled',
    expiresAt: null,
    expiredAt: null,
    fulfillment: [work({})],
    lastSeen: null,
    ...over,
  } as ItemView;
}

describe('intended beside actual', () => {
  it('intends nothing before the decision and after a denial', () => {
    expect(intendedActual(item({ state: 'inReview', fulfillment: [] }))).toBeNull();
    expect(intendedActual(item({ state: 'denied', fulfillment: [] }))).toBeNull();
  });

  it('believes what was looked at last', () => {
    const later = (held: boolean, time = '2026-11-24T10:00:00.000Z') =>
      ({ held, at: at(time), by: 'discovery' }) as const;
    expect(intendedActual(item({ lastSeen: later(false) }))).toMatchObject({
      verdict: 'differs',
      actual: expect.stringMatching(/^not held, seen by the discovery of /),
    });
    expect(intendedActual(item({ lastSeen: later(true) }))).toMatchObject({ verdict: 'agrees' });
    expect(intendedActual(item({ lastSeen: later(false, '2026-11-22T10:00:00.000Z') }))?.verdict).toBe('agrees');
    const byHand = item({ fulfillment: [work({ evidence: seen(null) })] });
    expect(intendedActual(byHand)?.verdict).toBe('open');
    expect(intendedActual({ ...byHand, lastSeen: later(true) })).toMatchObject({
      verdict: 'agrees',
      actual: expect.stringMatching(/^held, confirmed by the discovery of /),
    });
  });

  it('intends nothing where nobody decided, a reviewer left it out, or another item prolongs it', () => {
    expect(intendedActual(item({ state: 'expired', fulfillment: [] }))).toBeNull();
    expect(intendedActual(item({ state: 'dropped', fulfillment: [] }))).toBeNull();
    const moved = item({ fulfillment: [work({}), work({ cause: 'expiry', effect: 'revoke', state: 'cancelled' })] });
    const by = (state: ItemView['state']) => [{ requestId: 'r' as RequestId, number: 9, state }];
    expect(intendedActual({ ...moved, prolongedBy: by('fulfilled') })).toBeNull();
    expect(intendedActual({ ...moved, prolongedBy: by('denied') })).not.toBeNull();
  });

  it('agrees when the access that was given was read back', () => {
    const line = intendedActual(item({}));
    expect(line).toMatchObject({ intended: 'held', verdict: 'agrees' });
    expect(line?.actual).toContain('from http://127.0.0.1:9/scim/v2');
  });

  it('differs when access that should be gone is still seen', () => {
    expect(intendedActual(item({ action: 'REVOKE', fulfillment: [work({ effect: 'revoke' })] }))?.verdict).toBe(
      'differs',
    );
  });

  it('is open while nothing was read back, and when a person did it by hand', () => {
    expect(
      intendedActual(
        item({ state: 'approved', fulfillment: [work({ state: 'running', endedAt: null, evidence: null })] }),
      )?.verdict,
    ).toBe('open');
    expect(intendedActual(item({ fulfillment: [work({ evidence: seen(null) })] }))?.verdict).toBe('open');
  });

  it('still intends the access while its end is only planned, and its absence once the end is under way', () => {
    const planned = work({ cause: 'expiry', effect: 'revoke', state: 'scheduled', endedAt: null, evidence: null });
    expect(intendedActual(item({ fulfillment: [work({}), planned] }))?.verdict).toBe('agrees');
    const due = { ...planned, state: 'waiting' as const };
    expect(intendedActual(item({ fulfillment: [work({}), due] }))).toMatchObject({
      intended: 'not held any more',
      verdict: 'differs',
    });
    const done = work({
      cause: 'expiry',
      effect: 'revoke',
      endedAt: at('2026-11-23T11:00:00.000Z'),
      evidence: seen(false),
    });
    expect(
      intendedActual(item({ fulfillment: [work({}), done], expiredAt: at('2026-11-23T11:00:00.000Z') }))?.verdict,
    ).toBe('agrees');
  });
});
