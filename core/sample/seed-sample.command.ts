/** `workspace.seedSample`: the sample organisation's people, applications and what they hold, in one transaction. */
import { z } from 'zod';
import { done, refuse } from '#core/domain/errors.ts';
import {
  newId,
  type AccountId,
  type ApplicationId,
  type EmployeeId,
  type EntitlementId,
  type GrantId,
} from '#core/domain/ids.ts';
import { employeeSearchText, entitlementSearchText } from '#core/directory/search-text.ts';
import type { SampleApplication, SampleOrganisation, SamplePerson } from './organisation.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { defineCommand, onlySystem, type CommandContext } from '#core/commands/command-definition.ts';
import { readWorkspaceSettings, writeWorkspaceSettings } from '#core/commands/workspace-settings.ts';

export const seedSample = defineCommand({
  type: 'workspace.seedSample',
  payload: z.custom<{ readonly organisation: SampleOrganisation }>(
    (value) => typeof value === 'object' && value !== null,
  ),
  async run({ organisation }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    if ((await readWorkspaceSettings(writer)) !== null)
      return refuse('workspace.alreadySetUp', 'This workspace has been set up already.');
    const ids = new Map(organisation.people.map((person) => [person.workEmail, newId<EmployeeId>()]));
    const idOf = (email: string): EmployeeId => {
      const id = ids.get(email);
      if (id === undefined) throw new Error(`The sample organisation names ${email}, who is not in it`);
      return id;
    };
    await insertRows(
      writer,
      'employee',
      organisation.people.map((person) => employeeRow(person, organisation.name, idOf)),
    );
    await insertRows(writer, 'role_assignment', [
      ...organisation.administrators.map((email) => ({ employeeId: idOf(email), role: 'administrator' as const })),
      ...organisation.riskManagers.map((email) => ({ employeeId: idOf(email), role: 'riskManager' as const })),
    ]);
    for (const application of organisation.applications)
      await writeApplication(context, application, organisation.people, idOf);
    await writeWorkspaceSettings(writer, {
      name: organisation.name,
      kind: 'sample',
      signIn: 'choose',
      operatorId: null,
    });
    context.record({
      type: 'workspace.created',
      requestId: null,
      itemId: null,
      data: {
        name: organisation.name,
        kind: 'sample',
        employees: organisation.people.length,
        applications: organisation.applications.length,
      },
    });
    context.touch('workspace', 'directory', 'applications');
    return done({ employees: organisation.people.length });
  },
});

function employeeRow(
  person: SamplePerson,
  organization: string,
  idOf: (email: string) => EmployeeId,
): Rows['employee'] {
  const { workEmail, fullName, firstName, lastName, department, jobTitle, startDate, sourceUserId } = person;
  const row = {
    id: idOf(workEmail),
    workEmail,
    fullName,
    firstName,
    lastName,
    department,
    jobTitle,
    employmentType: 'Full-time',
    organization,
    startDate,
    endDate: null,
    managerId: person.managerEmail === null ? null : idOf(person.managerEmail),
    sourceUserId,
    status: 'active' as const,
    attributes: {},
  };
  return { ...row, searchText: employeeSearchText(row) };
}

async function writeApplication(
  context: CommandContext,
  application: SampleApplication,
  people: readonly SamplePerson[],
  idOf: (email: string) => EmployeeId,
): Promise<void> {
  const { writer, circumstances } = context;
  const applicationId = newId<ApplicationId>();
  const { name, description, fulfillment, reviewSettings } = application;
  await insertRows(writer, 'application', [
    {
      id: applicationId,
      name,
      nameKey: name.toLowerCase(),
      description,
      primaryOwnerId: idOf(application.ownerEmail),
      fulfillment,
      reviewSettings,
      version: 1,
    },
  ]);
  await insertRows(
    writer,
    'secondary_owner',
    application.secondaryOwnerEmails.map((email, position) => ({ applicationId, employeeId: idOf(email), position })),
  );
  // What a connected application holds is discovered from it, not written down here.
  if (fulfillment === 'connector') return;
  const names = new Map(people.map((person) => [person.workEmail, person.fullName]));
  const accounts = new Map<string, Rows['account']>();
  for (const email of new Set(application.entitlements.flatMap((entitlement) => entitlement.holders))) {
    accounts.set(email, {
      id: newId<AccountId>(),
      applicationId,
      employeeId: idOf(email),
      kind: 'employee',
      username: email,
      usernameKey: email,
      externalId: null,
      email,
      displayName: names.get(email) ?? null,
      status: 'active',
      lastSeenRunId: null,
    });
  }
  await insertRows(writer, 'account', [...accounts.values()]);
  for (const entitlement of application.entitlements) {
    const entitlementId = newId<EntitlementId>();
    const { kind, risk, maximumDurationMinutes } = entitlement;
    const words = { name: entitlement.name, kind, description: entitlement.description };
    await insertRows(writer, 'entitlement', [
      {
        id: entitlementId,
        applicationId,
        resourceId: null,
        externalId: entitlement.name.toLowerCase().replaceAll(' ', '-'),
        ...words,
        purpose: null,
        risk,
        businessOwnerId: null,
        maximumDurationMinutes,
        reviewSettings: null,
        status: 'active',
        lastSeenRunId: null,
        searchText: entitlementSearchText(words, name),
      },
    ]);
    const grants = entitlement.holders.flatMap((email): Rows['access_grant'][] => {
      const account = accounts.get(email);
      if (account === undefined) return [];
      return [
        {
          id: newId<GrantId>(),
          accountId: account.id,
          entitlementId,
          origin: 'import',
          requestItemId: null,
          status: 'active',
          grantedAt: circumstances.now,
          expiresAt: null,
          endedAt: null,
          lastSeenRunId: null,
        },
      ];
    });
    await insertRows(writer, 'access_grant', grants);
  }
}
