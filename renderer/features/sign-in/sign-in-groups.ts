/** Sorts the people to choose from into groups that make sense to somebody who wants to try a part of the console. */
import type { Operator } from '#core/contract/index.ts';

export interface OperatorGroup {
  readonly title: string;
  readonly says: string;
  readonly people: readonly Operator[];
}

const kinds: readonly {
  readonly title: string;
  readonly says: string;
  readonly holds: (operator: Operator) => boolean;
}[] = [
  {
    title: 'Administrators',
    says: 'see everything and set up applications',
    holds: (operator) => operator.roles.includes('administrator'),
  },
  {
    title: 'Risk managers',
    says: 'see the whole workspace and its figures',
    holds: (operator) => operator.roles.includes('riskManager'),
  },
  {
    title: 'Application owners',
    says: 'review requests for their applications',
    holds: (operator) => operator.ownsApplications > 0,
  },
  { title: 'Managers', says: 'review requests of their people', holds: (operator) => operator.managesPeople > 0 },
  { title: 'Team members', says: 'ask for access', holds: () => true },
];

/** Each person is in the first group that fits; empty groups are left out; order within a group is kept. */
export function groupOperators(operators: readonly Operator[]): readonly OperatorGroup[] {
  const groups = kinds.map(({ title, says }) => ({ title, says, people: [] as Operator[] }));
  for (const operator of operators) {
    const kind = kinds.findIndex((candidate) => candidate.holds(operator));
    groups[kind]?.people.push(operator);
  }
  return groups.filter((group) => group.people.length > 0);
}
