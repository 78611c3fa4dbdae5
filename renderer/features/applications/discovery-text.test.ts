import { describe, expect, it } from 'vitest';
import { seenText, summaryText, tookText } from './discovery-text.ts';

describe('words for a discovery', () => {
  it('say what was seen', () => {
    expect(seenText({ accountsSeen: 1, entitlementsSeen: 12, grantsSeen: 2300 })).toBe(
      '1 account, 12 entitlements, 2,300 grants',
    );
  });

  it('say what changed, and when nothing did', () => {
    expect(summaryText({ accountsCreated: 2, grantsEnded: 0, unknownOwners: 1 })).toBe(
      'accounts created: 2, unknown owners: 1',
    );
    expect(summaryText({ accountsCreated: 0 })).toBe('Nothing changed');
  });

  it('say how long it took', () => {
    const start = '2026-11-23T12:00:00.000Z';
    expect(tookText(start, '2026-11-23T12:00:00.850Z')).toBe('850 ms');
    expect(tookText(start, '2026-11-23T12:00:12.400Z')).toBe('12 s');
    expect(tookText(start, '2026-11-23T12:03:05.000Z')).toBe('3 min 5 s');
  });
});
