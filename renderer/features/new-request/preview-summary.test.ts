import { describe, expect, it } from 'vitest';
import type { ApplicationId, EmployeeId, EntitlementId, Person, PreviewLine, Refusal } from '#core/contract/index.ts';
import { addEntitlement, addPeople, emptyDraft, type DraftEntitlement } from './draft.ts';
import {
  cartFigures,
  detailsOf,
  linesText,
  previewByKey,
  problemGroups,
  refusedKeys,
  remarksOn,
  reviewersText,
  reviewLevels,
  shortenText,
} from './preview-summary.ts';

const person = (id: string): Person => ({
  id: id as EmployeeId,
  fullName: id,
  workEmail: `${id}@example.com`,
  jobTitle: null,
  department: null,
  status: 'active',
});
const admin: DraftEntitlement = {
  id: 'admin' as EntitlementId,
  name: 'Admin',
  kind: 'role',
  risk: 'high',
  application: { id: 'app' as ApplicationId, name: 'App' },
  maximumDurationMinutes: 480,
};
const preview = (index: number, problems: Refusal[] = [], more: Partial<PreviewLine> = {}): PreviewLine => ({
  index,
  beneficiary: null,
  entitlement: null,
  application: null,
  problems,
  approval: 'review',
  reviewers: [],
  account: null,
  fulfillment: 'connector',
  held: false,
  joins: null,
  conflicts: [],
  policy: null,
  deniedBecause: null,
  maximumDurationMinutes: null,
  notAutomatic: null,
  levelsAsked: null,
  ...more,
});
const draft = addEntitlement(addPeople(emptyDraft(person('ana')), [person('ben')]), admin);
const keys = ['ana:admin', 'ben:admin'];
const tooLong: Refusal = { code: 'item.tooLong', message: 'At most 8 hours.', data: { maximumMinutes: 480 } };
const held: Refusal = { code: 'item.alreadyHeld', message: 'Held already.' };

describe('the problems of the cart', () => {
  it('are grouped, with the lines they are on', () => {
    const groups = problemGroups(draft, previewByKey(keys, [preview(0, [held]), preview(1, [held, tooLong])]));
    expect(groups.map((group) => [group.code, group.title, group.keys])).toEqual([
      ['item.alreadyHeld', '2 lines ask for access that is already held', keys],
      ['item.tooLong', '1 line asks for longer than is allowed', ['ben:admin']],
    ]);
  });

  it('know how short a line must be to stay', () => {
    const [group] = problemGroups(draft, previewByKey(keys, [preview(0, [tooLong])]));
    expect(group?.shorten).toEqual(new Map([['ana:admin', 480]]));
    expect(shortenText([480, 480])).toBe('Shorten to 8 hours');
    expect(shortenText([480, 60])).toBe('Shorten to the longest allowed');
  });

  it('leave out what is no longer in the cart', () => {
    expect(refusedKeys(draft, previewByKey(['carl:admin', ...keys], [preview(0, [held]), preview(2, [held])]))).toEqual(
      new Set(['ben:admin']),
    );
  });
});

describe('who reviews', () => {
  it('is said level by level', () => {
    const level = (number: number, ...names: string[]) => ({
      level: number,
      kind: 'manager',
      people: names.map(person),
      needed: 1,
      fallbackReason: null,
    });
    expect(reviewersText(preview(0, [], { reviewers: [level(2, 'Bo', 'Cy', 'Di'), level(1, 'Ana')] }))).toBe(
      'Reviewed by Ana, then Bo or 2 others',
    );
    expect(reviewersText(preview(0, [], { approval: 'auto' }))).toContain('at once');
  });

  it('says how many of a level must approve, and when a policy decides', () => {
    const levels = (...needed: readonly [names: string[], needed: number][]) =>
      needed.map(([names, count], index) => ({
        level: index + 1,
        kind: 'designated',
        people: names.map(person),
        needed: count,
        fallbackReason: null,
      }));
    const reviewed = (...needed: readonly [names: string[], needed: number][]) =>
      reviewersText(preview(0, [], { reviewers: levels(...needed) }));
    expect(reviewed([['Ana'], 1], [['Bo', 'Cy', 'Di'], 2])).toBe(
      'Reviewed by Ana, then 2 of 3 reviewers (Bo, Cy, Di), who must approve',
    );
    expect(reviewed([['Ana', 'Bo', 'Cy', 'Di'], 4])).toBe('Reviewed by all 4 reviewers');
    const automatic = { approval: 'auto', policy: 'Readers' } as const;
    expect(reviewersText(preview(0, [], automatic))).toBe('Approved at once by the policy “Readers”');
    const denied = preview(0, [], { ...automatic, deniedBecause: 'Closed until June' });
    expect(reviewersText(denied)).toBe('Denied at once by the policy “Readers”');
    expect(remarksOn(denied)).toEqual(['It would be denied: “Closed until June”.']);
    expect(detailsOf(denied, true)).toEqual([]);
  });

  it('names everybody of every level, as what they are asked, and says where and why others take their place', () => {
    const level = (number: number, kind: string, names: string[], needed: number, fallbackReason: string | null) => ({
      level: number,
      kind,
      people: names.map(person),
      needed,
      fallbackReason,
    });
    const line = preview(0, [], {
      reviewers: [
        level(2, 'administrator', ['Ed', 'Flo', 'Gus', 'Hal', 'Ida'], 1, 'Nobody is the owner.'),
        level(1, 'businessOwner', ['Ana', 'Bo', 'Cy', 'Di', 'Eve'], 5, null),
      ],
      levelsAsked: 3,
      notAutomatic: 'The application would have approved it.',
    });
    expect(reviewLevels(line)).toEqual([
      { head: '1. Business owner, all 5 must approve', names: 'Ana, Bo, Cy, Di, Eve' },
      { head: '2. Administrator, 1 of 5 must approve', names: 'Ed, Flo, Gus, Hal, Ida' },
    ]);
    expect(remarksOn(line)).toEqual([
      'Level 2 is reviewed by administrators instead: nobody is the owner.',
      '3 levels of review were asked for; there is somebody for 2.',
      'The application would have approved it.',
    ]);
  });
});

describe('the figures', () => {
  it('count what can be submitted, and an account once', () => {
    const lines = [
      preview(0, [], { approval: 'auto', account: { state: 'willBeCreated', username: 'ana', attributes: [] } }),
      preview(1, [held]),
    ];
    expect(cartFigures(draft, previewByKey(keys, lines))).toEqual({
      grants: 1,
      revokes: 0,
      people: 1,
      automatic: 1,
      newAccounts: 1,
      joined: 0,
    });
    expect(linesText(1, 1)).toBe('1 line for 1 person');
  });
});

describe('what is said of a line', () => {
  it('is that it joins an open request, instead of who would review it', () => {
    const joining = preview(0, [], { joins: 12 });
    expect(remarksOn(joining)).toEqual(['Request 12 already asks for this: you will follow it.']);
    expect(detailsOf(joining, true)).toEqual([]);
    expect(cartFigures(draft, previewByKey(keys, [joining, preview(1)]))).toMatchObject({ joined: 1, automatic: 0 });
  });

  it('names the duties it touches, and what comes of that', () => {
    const duty = (effect: 'warn' | 'requireLevel' | 'forbid') => ({ name: 'Pay and approve', effect, with: ['Payer'] });
    const told = (effect: 'warn' | 'requireLevel' | 'forbid') =>
      remarksOn(preview(0, [], { conflicts: [duty(effect)] }));
    expect(told('warn')).toEqual(['“Pay and approve” keeps this apart from Payer; reviewers will see it.']);
    expect(told('requireLevel')).toEqual([
      '“Pay and approve” keeps this apart from Payer, so a further level reviews it.',
    ]);
    // What is forbidden is among the problems already.
    expect(told('forbid')).toEqual([]);
  });

  it('has the policy, the delivery and the longest time where there is something to say', () => {
    const told = preview(0, [], {
      approval: 'auto',
      policy: 'Low risk',
      fulfillment: 'manual',
      maximumDurationMinutes: 480,
    });
    expect(detailsOf(told, true)).toEqual(['Delivered by hand', 'At most 8 hours']);
    expect(detailsOf(preview(0, [], { maximumDurationMinutes: 480 }), false)).toEqual([]);
    expect(reviewersText(preview(0))).toBe('Reviewers are chosen when it is submitted');
  });
});
