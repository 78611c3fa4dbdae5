import { describe, expect, it } from 'vitest';
import type { ApplicationId, EmployeeId, EntitlementId, Filling, Person, ProposedLine } from '#core/contract/index.ts';
import { addLine, emptyDraft, lineKey } from './draft.ts';
import { initialChoice, restsOnText, standingText, toggled, withProposal } from './fill-choice.ts';

const person = (id: string): Person => ({
  id: id as EmployeeId,
  fullName: id,
  workEmail: `${id}@example.com`,
  jobTitle: null,
  department: null,
  status: 'active',
});
const proposed = (id: string, over: Partial<ProposedLine> = {}): ProposedLine => ({
  entitlement: {
    id: id as EntitlementId,
    name: id,
    kind: 'group',
    risk: 'low',
    application: { id: 'app' as ApplicationId, name: 'App' },
    maximumDurationMinutes: null,
  },
  standing: 'missing',
  pendingIn: null,
  temporary: false,
  share: null,
  ...over,
});
const filling: Filling = {
  restsOn: null,
  people: [
    {
      person: person('ana'),
      comparable: true,
      lines: [
        proposed('read'),
        proposed('visit', { temporary: true }),
        proposed('write', { standing: 'pending', pendingIn: 12 }),
        proposed('own', { standing: 'held' }),
      ],
      onlyTheirs: [proposed('old').entitlement],
    },
    { person: person('ben'), comparable: false, lines: [proposed('read')], onlyTheirs: [] },
  ],
};

describe('a proposal', () => {
  it('has what is missing chosen, and nothing that is temporary, held, pending or to be removed', () => {
    expect([...initialChoice(filling)]).toEqual(['ana:read', 'ben:read']);
  });

  it('is taken over without the lines that were left out', () => {
    const chosen = toggled(initialChoice(filling), 'ben:read');
    const draft = withProposal(emptyDraft(person('ana')), filling, chosen);
    expect(draft.lines.map((line) => [lineKey(line), line.action])).toEqual([['ana:read', 'GRANT']]);
    expect(withProposal(emptyDraft(person('ana')), filling, toggled(chosen, 'ben:read')).lines).toHaveLength(2);
  });

  it('leaves lines alone that are in the draft with terms of their own', () => {
    const begun = addLine(emptyDraft(person('ana')), 'GRANT', person('ana'), proposed('read').entitlement);
    const own = { ...begun, lines: begun.lines.map((line) => ({ ...line, ownTerm: { kind: 'permanent' as const } })) };
    expect(withProposal(own, filling, initialChoice(filling)).lines[0]?.ownTerm).toEqual({ kind: 'permanent' });
  });

  it('says of every other line what it is instead', () => {
    expect(filling.people[0]!.lines.map(standingText)).toEqual([
      null,
      'held for a time only',
      'asked for in request 12',
      'both hold it',
    ]);
    expect(standingText(proposed('x', { standing: 'notRequestable' }))).toBe('no longer requestable');
  });

  it('says what it rests on', () => {
    expect(restsOnText(0)).toContain('Nobody else');
    expect(restsOnText(1)).toContain('one person only');
    expect(restsOnText(12)).toBe('Compared over 12 people with this job title.');
  });
});
