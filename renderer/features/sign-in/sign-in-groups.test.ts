import { expect, it } from 'vitest';
import type { Operator } from '#core/contract/index.ts';
import { groupOperators } from './sign-in-groups.ts';

function operator(over: Partial<Operator>): Operator {
  return { person: { fullName: 'Ana' }, roles: [], ownsApplications: 0, managesPeople: 0, ...over } as Operator;
}

it('puts each person into the first group that fits and leaves out empty groups', () => {
  const groups = groupOperators([
    operator({ roles: ['administrator', 'riskManager'] }),
    operator({ managesPeople: 3, ownsApplications: 1 }),
    operator({}),
  ]);
  expect(groups.map((group) => group.title)).toEqual(['Administrators', 'Application owners', 'Team members']);
});
