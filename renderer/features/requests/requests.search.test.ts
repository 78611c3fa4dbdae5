import { describe, expect, it } from 'vitest';
import { isJumped, isNarrowed, noConditions, requestsSearch } from './requests.search.ts';

/** What an address may hold is anything. */
const read = (given: Record<string, unknown>) => requestsSearch(given as Parameters<typeof requestsSearch>[0]);

describe('The address of the list of requests', () => {
  it('keeps what it is narrowed to, how it is sorted and where it begins', () => {
    const whole = {
      scope: 'visible',
      status: 'completed',
      search: 'Zhang',
      application: 'a',
      requester: 'b',
      states: ['completed', 'denied'],
      sort: 'oldest',
      number: 42,
    };
    expect(read(whole)).toEqual(whole);
    expect(read({ from: '2026-03-02' })).toEqual({ scope: 'mine', status: 'open', from: '2026-03-02' });
  });

  it('leaves out what it does not know, and what does not go together', () => {
    const plain = { scope: 'mine', status: 'open' };
    expect(read({ scope: 'x', status: 1, search: '', sort: 'newest', number: 'ten', from: 'soon' })).toEqual(plain);
    expect(read({ states: ['denied'], number: 0 })).toEqual(plain);
    expect(read({ states: 'inReview', number: 1.5 })).toEqual(plain);
    expect(read({ number: 3, from: '2026-03-02' })).toEqual({ ...plain, number: 3 });
    expect(read({ sort: 'changed', number: 3 })).toEqual({ ...plain, sort: 'changed' });
  });

  it('tells a narrowed list from one that begins elsewhere', () => {
    expect([isNarrowed(read({ number: 3 })), isJumped(read({ number: 3 }))]).toEqual([false, true]);
    expect([isNarrowed(read({ states: ['inReview'] })), isJumped(read({ states: ['inReview'] }))]).toEqual([
      true,
      false,
    ]);
    const cleared = read({ ...read({ requester: 'b', from: '2026-03-02' }), ...noConditions });
    expect([isNarrowed(cleared), isJumped(cleared)]).toEqual([false, false]);
  });
});
