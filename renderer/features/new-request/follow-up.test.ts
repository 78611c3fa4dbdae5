import { describe, expect, it } from 'vitest';
import type {
  ApplicationId,
  EmployeeId,
  EntitlementId,
  Instant,
  ItemView,
  Person,
  RequestDetail,
  RequestId,
  RequestItemId,
} from '#core/contract/index.ts';
import { emptyDraft, toItems } from './draft.ts';
import { withAgain, withExtension } from './follow-up.ts';

const person = (id: string): Person => ({
  id: id as EmployeeId,
  fullName: id,
  workEmail: `${id}@example.com`,
  jobTitle: null,
  department: null,
  status: 'active',
});
const at = (text: string) => `2026-03-${text}.000Z` as Instant;
const now = new Date(at('02T08:00:00'));

const item = (over: Partial<ItemView>): ItemView =>
  ({
    id: 'item' as RequestItemId,
    action: 'GRANT',
    beneficiary: person('ben'),
    application: { id: 'app' as ApplicationId, name: 'App' },
    entitlement: { id: 'read' as EntitlementId, name: 'Read', kind: 'group', risk: 'low' },
    term: { kind: 'duration', minutes: 60 },
    state: 'fulfilled',
    serviceAccount: null,
    maximumDurationMinutes: null,
    fulfilledAt: at('01T08:00:00'),
    expiresAt: at('03T08:00:00'),
    mayExtend: true,
    ...over,
  }) as ItemView;
const request = (items: ItemView[]): RequestDetail =>
  ({
    id: 'request' as RequestId,
    number: 7,
    justification: 'for the audit',
    ticketReference: 'INC-1',
    items,
  }) as unknown as RequestDetail;

describe('an extension', () => {
  it('asks for as long again after the end, for the beneficiary alone', () => {
    const draft = withExtension(emptyDraft(person('me')), request([item({})]), 'item', now);
    expect(draft.people.map((one) => one.id)).toEqual(['ben']);
    expect(toItems({ ...draft, startsAt: at('02T09:00:00') })).toEqual([
      {
        action: 'GRANT',
        beneficiaryId: 'ben',
        entitlementId: 'read',
        term: { kind: 'until', endsAt: at('05T08:00:00') },
        extendsItemId: 'item',
      },
    ]);
  });

  it('stays within the longest time from now', () => {
    const draft = withExtension(
      emptyDraft(person('me')),
      request([item({ maximumDurationMinutes: 2880 })]),
      'item',
      now,
    );
    expect(draft.lines[0]?.ownTerm).toEqual({ kind: 'until', endsAt: at('04T08:00:00') });
  });

  it('is not begun for what can no longer be prolonged', () => {
    const draft = emptyDraft(person('me'));
    expect(withExtension(draft, request([item({ mayExtend: false })]), 'item', now)).toBe(draft);
    expect(withExtension(draft, request([item({})]), 'other', now)).toBe(draft);
  });
});

describe('asking again', () => {
  it('takes over what came to nothing, with its reason and the link', () => {
    const denied = item({ id: 'a' as RequestItemId, state: 'denied', serviceAccount: 'nightly' });
    const draft = withAgain(emptyDraft(person('me')), request([denied, item({})]), now);
    expect(draft).toMatchObject({
      justification: 'for the audit',
      ticketReference: 'INC-1',
      resubmits: { requestId: 'request', number: 7 },
      lines: [{ ownTerm: { kind: 'duration', minutes: 60 }, serviceAccount: 'nightly' }],
    });
    expect(draft.people.map((one) => one.id)).toEqual(['ben']);
  });

  it('does not ask for an end that has passed, nor over a justification that is there', () => {
    const expired = item({ state: 'expired', term: { kind: 'until', endsAt: at('01T09:00:00') } });
    const draft = withAgain({ ...emptyDraft(person('me')), justification: 'mine' }, request([expired]), now);
    expect(draft.lines[0]?.ownTerm).toBeNull();
    expect(draft.justification).toBe('mine');
  });
});
