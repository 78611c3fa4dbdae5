import { describe, expect, it } from 'vitest';
import type { ApplicationId, EmployeeId, EntitlementId, Instant, Person, Term } from '#core/contract/index.ts';
import {
  addEntitlement,
  addForServiceAccount,
  addLine,
  addPeople,
  effectiveTerm,
  emptyDraft,
  hasContent,
  lineKey,
  removeEntitlement,
  removeLines,
  removePerson,
  setOwnStart,
  setOwnTerm,
  setServiceAccount,
  toItems,
  type DraftEntitlement,
} from './draft.ts';

const person = (id: string): Person => ({
  id: id as EmployeeId,
  fullName: id,
  workEmail: `${id}@example.com`,
  jobTitle: null,
  department: null,
  status: 'active',
});
const entitlement = (id: string): DraftEntitlement => ({
  id: id as EntitlementId,
  name: id,
  kind: 'group',
  risk: 'low',
  application: { id: 'app' as ApplicationId, name: 'App' },
  maximumDurationMinutes: null,
});
const week: Term = { kind: 'duration', minutes: 7 * 24 * 60 };
const ana = person('ana');
const ben = person('ben');

describe('the cart', () => {
  it('is people times entitlements', () => {
    let draft = addPeople(emptyDraft(ana), [ben]);
    draft = addEntitlement(draft, entitlement('read'));
    draft = addEntitlement(draft, entitlement('write'));
    expect(draft.lines.map(lineKey)).toEqual(['ana:read', 'ben:read', 'ana:write', 'ben:write']);
  });

  it('gives a person who is added later what everybody else gets', () => {
    const draft = addPeople(addEntitlement(emptyDraft(ana), entitlement('read')), [ben]);
    expect(draft.lines.map(lineKey)).toEqual(['ana:read', 'ben:read']);
  });

  it('lets the newcomer take over a term that all lines of the entitlement share', () => {
    const one = addEntitlement(emptyDraft(ana), entitlement('read'));
    const draft = addPeople(setOwnTerm(one, new Set(['ana:read']), week), [ben]);
    expect(draft.lines.map((line) => line.ownTerm)).toEqual([week, week]);
  });

  it('never gives a newcomer a REVOKE line', () => {
    const draft = addPeople(addLine(emptyDraft(ana), 'REVOKE', ana, entitlement('read')), [ben]);
    expect(draft.lines).toHaveLength(1);
  });

  it('keeps one line per person and entitlement, the newer action winning', () => {
    const granted = addEntitlement(emptyDraft(ana), entitlement('read'));
    const draft = addLine(granted, 'REVOKE', ana, entitlement('read'));
    expect(draft.lines.map((line) => line.action)).toEqual(['REVOKE']);
  });

  it('changes nothing when the same is added twice', () => {
    const draft = addEntitlement(emptyDraft(ana), entitlement('read'));
    expect(addEntitlement(draft, entitlement('read'))).toBe(draft);
    expect(addPeople(draft, [ana])).toBe(draft);
  });

  it('adds a single line without giving its person the rest of the cart', () => {
    const draft = addLine(addEntitlement(emptyDraft(ana), entitlement('read')), 'GRANT', ben, entitlement('write'));
    expect(draft.people).toEqual([ana, ben]);
    expect(draft.lines.map(lineKey)).toEqual(['ana:read', 'ben:write']);
  });

  it('removes the lines of a person who is removed', () => {
    const draft = addEntitlement(addPeople(emptyDraft(ana), [ben]), entitlement('read'));
    expect(removePerson(draft, 'ana').lines.map(lineKey)).toEqual(['ben:read']);
  });

  it('leaves a REVOKE line alone when its entitlement is taken out of what is asked for', () => {
    let draft = addEntitlement(addPeople(emptyDraft(ana), [ben]), entitlement('read'));
    draft = addLine(draft, 'REVOKE', ana, entitlement('read'));
    expect(removeEntitlement(draft, 'read').lines.map((line) => line.action)).toEqual(['REVOKE']);
  });

  it('has a line for each account of a person, and moves one to another account', () => {
    const own = addEntitlement(emptyDraft(ana), entitlement('read'));
    const both = addForServiceAccount(own, 'ana:read', 'svc.Robot');
    expect(both.lines.map(lineKey)).toEqual(['ana:read', 'ana:read:svc.robot']);
    expect(addForServiceAccount(both, 'ana:read', 'SVC.robot')).toBe(both);
    // What that account had already gives way to the newer wish.
    expect(setServiceAccount(both, 'ana:read', 'svc.robot').lines.map(lineKey)).toEqual(['ana:read:svc.robot']);
    expect(setServiceAccount(own, 'ana:read', 'svc.robot').lines.map(lineKey)).toEqual(['ana:read:svc.robot']);
    const removed = addLine(own, 'REVOKE', ana, entitlement('read'), 'svc.robot');
    expect(toItems(removed)).toMatchObject([{ action: 'GRANT' }, { action: 'REVOKE', serviceAccount: 'svc.robot' }]);
  });

  it('begins a line at its own time, at once too, and otherwise with the whole request', () => {
    const [early, late] = ['2027-01-01T08:00:00.000Z', '2027-02-01T08:00:00.000Z'].map((text) => text as Instant);
    let draft = { ...addEntitlement(addPeople(emptyDraft(ana), [ben]), entitlement('read')), startsAt: early! };
    expect(toItems(draft).map((item) => item.startsAt)).toEqual([early, early]);
    draft = setOwnStart(draft, 'ana:read', { at: late! }) as typeof draft;
    draft = setOwnStart(draft, 'ben:read', { at: null }) as typeof draft;
    expect(toItems(draft).map((item) => item.startsAt)).toEqual([late, undefined]);
    expect(toItems(setOwnStart(draft, 'ana:read', null)).map((item) => item.startsAt)).toEqual([early, undefined]);
  });

  it('removes single lines', () => {
    const draft = addEntitlement(addPeople(emptyDraft(ana), [ben]), entitlement('read'));
    expect(removeLines(draft, new Set(['ben:read'])).lines.map(lineKey)).toEqual(['ana:read']);
  });
});

describe('terms', () => {
  it('follow the whole request until a line has its own', () => {
    let draft = addEntitlement(addPeople(emptyDraft(ana), [ben]), entitlement('read'));
    draft = setOwnTerm({ ...draft, term: week }, new Set(['ana:read']), { kind: 'permanent' });
    expect(draft.lines.map((line) => effectiveTerm(draft, line))).toEqual([{ kind: 'permanent' }, week]);
  });

  it('are permanent for what is removed, whatever the request says', () => {
    const draft = { ...addLine(emptyDraft(ana), 'REVOKE', ana, entitlement('read')), term: week };
    expect(toItems(draft)).toEqual([
      { action: 'REVOKE', beneficiaryId: 'ana', entitlementId: 'read', term: { kind: 'permanent' } },
    ]);
    expect(setOwnTerm(draft, new Set(['ana:read']), week).lines[0]?.ownTerm).toBeNull();
  });
});

describe('hasContent', () => {
  it('does not count the people alone', () => {
    expect(hasContent(addPeople(emptyDraft(ana), [ben]))).toBe(false);
    expect(hasContent({ ...emptyDraft(ana), justification: 'for the audit' })).toBe(true);
  });
});
