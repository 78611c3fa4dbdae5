import { describe, expect, it } from 'vitest';
import type { EmployeeId, Person } from '#core/contract/index.ts';
import { newSettings, settingsProblems, toSettings } from './settings-payload.ts';

const person = (id: string): Person => ({
  id: id as EmployeeId,
  fullName: id,
  workEmail: `${id}@example.com`,
  jobTitle: null,
  department: null,
  status: 'active',
});

describe('application settings', () => {
  it('are trimmed, with nothing as null', () => {
    expect(toSettings({ ...newSettings, name: '  Payroll ', description: '  ' })).toMatchObject({
      name: 'Payroll',
      description: null,
      primaryOwnerId: null,
      reviewSettings: { approval: 'review', reviewers: ['manager', 'applicationOwner'] },
    });
  });

  it('never name the primary owner a second time', () => {
    const settings = toSettings({
      ...newSettings,
      name: 'Payroll',
      primaryOwner: person('ana'),
      secondaryOwners: [person('ana'), person('ben')],
    });
    expect(settings.secondaryOwnerIds).toEqual(['ben']);
  });

  it('need a name and a kind of reviewer', () => {
    expect(Object.keys(settingsProblems({ ...newSettings, review: { ...newSettings.review, reviewers: [] } }))).toEqual(
      ['name', 'review'],
    );
    expect(settingsProblems({ ...newSettings, name: 'Payroll' })).toEqual({});
  });
});
