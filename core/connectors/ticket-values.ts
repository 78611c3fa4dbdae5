/** The placeholders of templates that ask others for a change, with what each stands for. */
import type { TicketDraft } from '#core/connectors/connector.ts';
import type { TemplateValues } from './text-template.ts';

export function valuesOf(draft: TicketDraft): TemplateValues {
  const { person, account, entitlement, requester } = draft;
  const grants = draft.effect === 'grant';
  return {
    key: draft.key,
    action: draft.effect,
    actionWords: grants ? 'Give' : 'Remove',
    isGrant: grants ? 'yes' : '',
    isRevoke: grants ? '' : 'yes',
    cause: draft.cause,
    requestNumber: String(draft.requestNumber),
    itemId: draft.itemId,
    justification: draft.justification,
    requesterName: requester.name,
    requesterEmail: requester.email,
    personName: person.displayName,
    personEmail: person.email,
    personFirstName: person.firstName ?? '',
    personLastName: person.lastName ?? '',
    personDepartment: person.department ?? '',
    personJobTitle: person.jobTitle ?? '',
    personEmployeeId: person.employeeId,
    accountUsername: account?.username ?? '',
    accountId: account?.externalId ?? '',
    applicationName: draft.application,
    entitlementName: entitlement.name,
    entitlementId: entitlement.externalId,
    entitlementKind: entitlement.kind,
    dueAt: draft.dueAt,
    endsAt: draft.expiresAt ?? '',
  };
}

/** What a template is tried with before anything is asked for. */
export const sampleDraft: TicketDraft = {
  key: '01890000-0000-7000-8000-000000000000',
  mayBeOpen: false,
  effect: 'grant',
  cause: 'decision',
  requestNumber: 1042,
  itemId: '01890000-0000-7000-8000-000000000001',
  justification: 'To close the books of the quarter.',
  requester: { name: 'Grace Hopper', email: 'grace@example.com' },
  person: {
    username: 'ada@example.com',
    email: 'ada@example.com',
    displayName: 'Ada Byron',
    firstName: 'Ada',
    lastName: 'Byron',
    department: 'Finance',
    jobTitle: 'Analyst',
    employeeId: 'E-7',
  },
  account: { username: 'ada', externalId: 'u-7' },
  application: 'Ledger',
  entitlement: { externalId: 'approvers', name: 'Approvers', kind: 'group' },
  dueAt: '2026-01-05T08:00:00.000Z' as TicketDraft['dueAt'],
  expiresAt: '2026-04-01T00:00:00.000Z' as TicketDraft['dueAt'],
};

export const placeholders: readonly string[] = Object.keys(valuesOf(sampleDraft));
