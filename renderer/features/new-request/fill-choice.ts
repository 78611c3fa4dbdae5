/** Which of the proposed lines are taken: everything that is missing, until somebody leaves it out. */
import type { Filling, Person, ProposedLine } from '#core/contract/index.ts';
import { addWhole, lineKey, type Draft } from './draft.ts';

/** The key of a proposed line, the same as that of the draft's line. */
export function proposalKey(personId: string, line: Pick<ProposedLine, 'entitlement'>): string {
  return lineKey({ beneficiaryId: personId, entitlement: line.entitlement });
}

/** What is chosen at first: all that is missing, but not what the colleague holds for a time only. */
export function initialChoice(filling: Filling): ReadonlySet<string> {
  return new Set(
    filling.people.flatMap(({ person, lines }) =>
      lines
        .filter((line) => line.standing === 'missing' && !line.temporary)
        .map((line) => proposalKey(person.id, line)),
    ),
  );
}

export function toggled(chosen: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** The draft with the chosen lines; whatever the draft had for the same pair stays as it was. */
export function withProposal(draft: Draft, filling: Filling, chosen: ReadonlySet<string>): Draft {
  const known = new Set(draft.lines.filter((line) => line.action === 'GRANT').map(lineKey));
  return filling.people.reduce(
    (next, { person, lines }) =>
      lines
        .filter((line) => chosen.has(proposalKey(person.id, line)) && !known.has(proposalKey(person.id, line)))
        .reduce((inner, line) => addWhole(inner, person, newLine(person, line)), next),
    draft,
  );
}

function newLine(person: Person, { entitlement }: ProposedLine) {
  return {
    action: 'GRANT' as const,
    beneficiaryId: person.id,
    entitlement,
    ownTerm: null,
    serviceAccount: null,
    extendsItemId: null,
    ownStart: null,
  };
}

/** What a line that is not proposed is instead; the engine's word for it is not a person's. */
export function standingText(line: ProposedLine): string | null {
  switch (line.standing) {
    case 'missing':
      return line.temporary ? 'held for a time only' : null;
    case 'held':
      return 'both hold it';
    case 'pending':
      return `asked for in request ${line.pendingIn ?? ''}`.trim();
    case 'notRequestable':
      return 'no longer requestable';
  }
}

/** What a proposal by job title rests on. */
export function restsOnText(count: number): string {
  if (count === 0) return 'Nobody else with this job title works here, so there is nothing to go by.';
  return count === 1
    ? 'This rests on one person only, so it may be theirs alone rather than the job’s.'
    : `Compared over ${count} people with this job title.`;
}
