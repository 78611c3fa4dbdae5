/** An organisation small enough to hold in the head, and short ways to act in it, for tests on a real database. */
import { decideTask } from '#core/commands/decide-task.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import { employeeSearchText, entitlementSearchText } from '#core/directory/search-text.ts';
import type { Actor } from '#core/domain/audit.ts';
import type { Command } from '#core/domain/command.ts';
import {
  newId,
  type AccountId,
  type ApplicationId,
  type CommandId,
  type ConnectorInstanceId,
  type EmployeeId,
  type EntitlementId,
  type GrantId,
  type RequestId,
  type RequestItemId,
} from '#core/domain/ids.ts';
import { instant, type Instant } from '#core/domain/instant.ts';
import type { Term } from '#core/domain/request.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { fromRow, type Rows, type TableName, type Tables } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

const personNames = [
  'requester',
  'colleague',
  'manager',
  'director',
  'owner',
  'secondOwner',
  'administrator',
  'secondAdministrator',
  'leaver',
] as const;
export type PersonName = (typeof personNames)[number];

/** `reviewed`: manager, then owner. `automatic`: approved by its setting. `manual`: reviewed, and fulfilled by hand. */
export const applicationNames = ['reviewed', 'automatic', 'manual'] as const;
export type ApplicationName = (typeof applicationNames)[number];

export interface Organisation {
  readonly people: Readonly<Record<PersonName, EmployeeId>>;
  readonly applications: Readonly<Record<ApplicationName, ApplicationId>>;
  /** Two of each application, by its name; granted for as long as one likes. */
  readonly entitlements: Readonly<Record<ApplicationName, readonly [EntitlementId, EntitlementId]>>;
}

export type Holder = { readonly database: Database };

/** requester and colleague -> manager -> director -> nobody; owner and secondOwner own every application; leaver has left. */
export async function organisation({ database }: Holder): Promise<Organisation> {
  const people = Object.fromEntries(personNames.map((name) => [name, newId<EmployeeId>()])) as Record<
    PersonName,
    EmployeeId
  >;
  const applications = Object.fromEntries(applicationNames.map((name) => [name, newId<ApplicationId>()])) as Record<
    ApplicationName,
    ApplicationId
  >;
  const entitlements = Object.fromEntries(
    applicationNames.map((name) => [name, [newId<EntitlementId>(), newId<EntitlementId>()]]),
  ) as unknown as Organisation['entitlements'];
  const managers: Partial<Record<PersonName, PersonName>> = {
    requester: 'manager',
    colleague: 'manager',
    manager: 'director',
    owner: 'director',
    leaver: 'manager',
  };
  await database.transaction(async (writer) => {
    await insertRows(
      writer,
      'employee',
      personNames.map((name) => {
        const manager = managers[name];
        return employeeRow({
          id: people[name],
          name,
          managerId: manager === undefined ? null : people[manager],
          status: name === 'leaver' ? 'left' : 'active',
        });
      }),
    );
    await insertRows(writer, 'role_assignment', [
      { employeeId: people.administrator, role: 'administrator' },
      { employeeId: people.secondAdministrator, role: 'administrator' },
    ]);
    await insertRows(
      writer,
      'application',
      applicationNames.map((name) => ({
        id: applications[name],
        name,
        nameKey: name.toLowerCase(),
        description: null,
        primaryOwnerId: people.owner,
        fulfillment: name === 'manual' ? ('manual' as const) : ('connector' as const),
        reviewSettings: {
          approval: name === 'automatic' ? ('auto' as const) : ('review' as const),
          reviewers: ['manager', 'applicationOwner'] as const,
        },
        version: 1,
      })),
    );
    await insertRows(
      writer,
      'secondary_owner',
      applicationNames.map((name) => ({
        applicationId: applications[name],
        employeeId: people.secondOwner,
        position: 0,
      })),
    );
    await insertRows(
      writer,
      'entitlement',
      applicationNames.flatMap((name) =>
        entitlements[name].map((id, index) =>
          entitlementRow({
            id,
            applicationId: applications[name],
            externalId: `${name}-${index}`,
            name: `${name} ${index}`,
          }),
        ),
      ),
    );
  });
  return { people, applications, entitlements };
}

export function employeeRow(given: {
  readonly id: EmployeeId;
  readonly name: string;
  readonly managerId?: EmployeeId | null;
  readonly status?: 'active' | 'left';
}): Rows['employee'] {
  const person = {
    id: given.id,
    workEmail: `${given.name.toLowerCase()}@example.com`,
    fullName: given.name,
    firstName: null,
    lastName: null,
    department: null,
    jobTitle: null,
    employmentType: null,
    organization: null,
    startDate: null,
    endDate: null,
    managerId: given.managerId ?? null,
    sourceUserId: null,
    status: given.status ?? ('active' as const),
    attributes: {},
  };
  return { ...person, searchText: employeeSearchText(person) };
}

export function entitlementRow(
  given: Pick<Rows['entitlement'], 'id' | 'applicationId' | 'externalId' | 'name'>,
): Rows['entitlement'] {
  const fields = {
    resourceId: null,
    kind: 'group',
    purpose: null,
    description: null,
    risk: 'low' as const,
    businessOwnerId: null,
    maximumDurationMinutes: null,
    reviewSettings: null,
    status: 'active' as const,
    lastSeenRunId: null,
  };
  return { ...given, ...fields, searchText: entitlementSearchText({ ...given, ...fields }, 'application') };
}

/** What the workspace believes the person to hold, found by a discovery long ago. */
export async function holds(
  { database }: Holder,
  held: {
    readonly employeeId: EmployeeId;
    readonly applicationId: ApplicationId;
    readonly entitlementId: EntitlementId;
    readonly username: string;
    readonly externalId: string;
  },
): Promise<{ readonly accountId: AccountId; readonly grantId: GrantId }> {
  const { employeeId, applicationId, entitlementId, username, externalId } = held;
  const accountId = newId<AccountId>();
  const grantId = newId<GrantId>();
  await database.transaction(async (writer) => {
    await insertRows(writer, 'account', [
      {
        id: accountId,
        applicationId,
        employeeId,
        kind: 'employee',
        username,
        usernameKey: username.toLowerCase(),
        externalId,
        email: null,
        displayName: null,
        status: 'active',
        lastSeenRunId: null,
      },
    ]);
    await insertRows(writer, 'access_grant', [
      {
        id: grantId,
        accountId,
        entitlementId,
        origin: 'discovery',
        requestItemId: null,
        status: 'active',
        grantedAt: instant('2025-01-01T00:00:00.000Z'),
        expiresAt: null,
        endedAt: null,
        lastSeenRunId: null,
      },
    ]);
  });
  return { accountId, grantId };
}

/** Says how an application is reached, past the command that people use for it. */
export async function connect(
  { database }: Holder,
  applicationId: ApplicationId,
  connection: {
    readonly connector: string;
    readonly configuration?: Readonly<Record<string, unknown>>;
    readonly secretName?: string;
  },
): Promise<void> {
  await database.transaction((writer) =>
    insertRows(writer, 'connector_instance', [
      {
        id: newId<ConnectorInstanceId>(),
        applicationId,
        connector: connection.connector,
        configuration: connection.configuration ?? {},
        secretName: connection.secretName ?? 'none',
        lastTestedAt: null,
        lastTestOutcome: null,
        lastTestMessage: null,
        changedAt: null,
        lastUsedAt: null,
      },
    ]),
  );
}

/** The entitlements of an application under the ids that its server gave them. */
export async function renameEntitlements(
  { database }: Holder,
  externalIds: readonly (readonly [EntitlementId, string])[],
): Promise<void> {
  await database.transaction(async (writer) => {
    for (const [id, externalId] of externalIds)
      await writer.updateTable('entitlement').set({ external_id: externalId }).where('id', '=', id).execute();
  });
}

/** All rows of a table, in the order of their ids (or whatever column comes first). */
export async function rowsOf<Name extends TableName>(
  { database }: Holder,
  table: Name,
): Promise<readonly Rows[Name][]> {
  const rows = await database.read
    .selectFrom(table as 'employee')
    .selectAll()
    .execute();
  const all = rows.map((row) => fromRow(table, row as unknown as Tables[Name]));
  const key = (row: Rows[Name]) => String(Object.values(row)[0]).padStart(20, '0');
  return all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** How many rows each table has. */
export async function rowCounts(
  holder: Holder,
  tables: readonly TableName[],
): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries(
    await Promise.all(tables.map(async (table) => [table, (await rowsOf(holder, table)).length] as const)),
  );
}

export interface CommandOptions {
  readonly id?: CommandId;
  readonly basedOn?: number | null;
  readonly issuedAt?: Instant;
}

/** A command as a person (by id) or a part of Gatehouse hands it in. */
export function commandOf<Payload>(
  who: EmployeeId | Actor,
  payload: Payload,
  options: CommandOptions = {},
): Omit<Command<never, Payload>, 'type'> {
  return {
    id: options.id ?? newId<CommandId>(),
    payload,
    actor: typeof who === 'string' ? { kind: 'employee', employeeId: who } : who,
    issuedAt: options.issuedAt ?? instant('2026-03-02T08:00:00.000Z'),
    basedOn: options.basedOn ?? null,
  };
}

export const discoveryActor: Actor = { kind: 'system', part: 'discovery' };

export interface LineOptions {
  readonly action?: 'GRANT' | 'REVOKE';
  readonly term?: Term;
  readonly startsAt?: Instant;
  readonly serviceAccount?: string;
  readonly extendsItemId?: RequestItemId;
}

/** One line of a request. */
export function line(
  beneficiaryId: EmployeeId,
  entitlementId: EntitlementId,
  { action = 'GRANT', term = { kind: 'permanent' }, ...further }: LineOptions = {},
) {
  return { action, beneficiaryId, entitlementId, term, ...further };
}

/** Submits, and answers with the new request's id. @throws Error when it is refused. */
export async function submitted(
  execute: Execute,
  requesterId: EmployeeId,
  lines: readonly ReturnType<typeof line>[],
): Promise<RequestId> {
  const result = await execute(submitRequest, commandOf(requesterId, { justification: 'work', items: lines }));
  if (result.outcome === 'refused') throw new Error(result.refusal.message);
  return result.value.requestId;
}

/** Approves every open task of a request as its reviewer. @throws Error when one is refused. */
export async function approved(holder: Holder & { readonly execute: Execute }, requestId: RequestId): Promise<void> {
  const decided = new Set<RequestItemId>();
  for (const task of await rowsOf(holder, 'review_task')) {
    if (task.requestId !== requestId || task.state !== 'open' || decided.has(task.itemId)) continue;
    decided.add(task.itemId);
    const result = await holder.execute(
      decideTask,
      commandOf(task.reviewerId, { taskId: task.id, verdict: 'approve' }),
    );
    if (result.outcome === 'refused') throw new Error(result.refusal.message);
  }
}
