import { describe, expect, it } from 'vitest';
import type { ApplicationId, EmployeeId, EntitlementId, Person } from '#core/contract/index.ts';
import { deepStartOf, withDeepStart } from './deep-start.ts';
import { addEntitlement, emptyDraft, type DraftEntitlement } from './draft.ts';

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
const id = '019a0000-0000-7000-8000-000000000001';

describe('a start from elsewhere', () => {
  it('is read from the address, malformed parts as not named', () => {
    expect(deepStartOf({ beneficiary: id })).toEqual({ beneficiary: id, entitlement: undefined, action: 'GRANT' });
    expect(deepStartOf({ entitlement: id, action: 'REVOKE' })?.action).toBe('REVOKE');
    expect(deepStartOf({ beneficiary: 'ana', action: 'DELETE' })).toBeNull();
    expect(deepStartOf(undefined)).toBeNull();
  });

  it('takes the place of the default person in an empty draft', () => {
    const draft = withDeepStart(emptyDraft(person('me')), { person: person('ana'), entitlement: null }, 'GRANT');
    expect(draft.people.map((one) => one.id)).toEqual(['ana']);
  });

  it('is added to a draft that has something in it, and once only', () => {
    const begun = addEntitlement(emptyDraft(person('me')), entitlement('read'));
    const start = { person: person('ana'), entitlement: entitlement('write') };
    const draft = withDeepStart(withDeepStart(begun, start, 'REVOKE'), start, 'REVOKE');
    expect(draft.lines.map((line) => [line.beneficiaryId, line.entitlement.id, line.action])).toEqual([
      ['me', 'read', 'GRANT'],
      ['ana', 'write', 'REVOKE'],
    ]);
  });

  it('changes nothing when the person is not known', () => {
    const draft = emptyDraft(person('me'));
    expect(withDeepStart(draft, { person: null, entitlement: null }, 'GRANT')).toBe(draft);
  });
});
