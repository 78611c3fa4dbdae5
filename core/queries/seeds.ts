/** Rows for tests of queries and procedures: a small organisation, and requests made by the real commands. */
import { decideTask } from '#core/commands/decide-task.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import { employeeSearchText, entitlementSearchText } from '#core/directory/search-text.ts';
import type { Account, Application, Employee, Entitlement, Grant, Role } from '#core/domain/directory.ts';
import {
  newId,
  type AccountId,
  type ApplicationId,
  type CommandId,
  type EmployeeId,
  type EntitlementId,
  type GrantId,
  type RequestId,
  type RequestItemId,
  type ReviewTaskId,
} from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Result } from '#core/domain/errors.ts';
import type { ItemAction, Term, Verdict } from '#core/domain/request.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { Rows, TableName } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { loadViewer, type Viewer } from './visibility.ts';

interface SeededWorkspace {
  readonly database: Database;
  readonly execute: Execute;
  readonly clock: { now(): Instant };
}

export interface Line {
  readonly beneficiary: EmployeeId;
  readonly entitlement: EntitlementId;
  readonly action?: ItemAction;
  readonly term?: Term;
}

export type Seeds = ReturnType<typeof seedsOf>;

export function seedsOf({ database, execute, clock }: SeededWorkspace) {
  let people = 0;
  const insert = <Name extends TableName>(table: Name, ...rows: readonly Rows[Name][]) =>
    database.transaction((writer) => insertRows(writer, table, rows));
  const command = <Payload>(actor: EmployeeId, payload: Payload, basedOn: number | null = null) => ({
    id: newId<CommandId>(),
    payload,
    actor: { kind: 'employee' as const, employeeId: actor },
    issuedAt: clock.now(),
    basedOn,
  });

  return {
    insert,

    async employee(over: Partial<Employee> & { readonly roles?: readonly Role[] } = {}): Promise<EmployeeId> {
      people += 1;
      const { roles = [], ...fields } = over;
      const employee: Employee = {
        id: newId<EmployeeId>(),
        workEmail: `person${people}@example.com`,
        fullName: `Person ${people}`,
        firstName: null,
        lastName: null,
        department: null,
        jobTitle: null,
        employmentType: null,
        organization: null,
        startDate: null,
        endDate: null,
        managerId: null,
        sourceUserId: null,
        status: 'active',
        attributes: {},
        ...fields,
      };
      await insert('employee', { ...employee, searchText: employeeSearchText(employee) });
      await insert('role_assignment', ...roles.map((role) => ({ employeeId: employee.id, role })));
      return employee.id;
    },

    async application(name: string, over: Partial<Application> = {}): Promise<ApplicationId> {
      const { secondaryOwnerIds = [], ...fields } = over;
      const id = newId<ApplicationId>();
      await insert('application', {
        id,
        name,
        nameKey: name.toLowerCase(),
        description: null,
        primaryOwnerId: null,
        fulfillment: 'manual',
        reviewSettings: { approval: 'review', reviewers: ['manager', 'applicationOwner'] },
        version: 1,
        ...fields,
      });
      await insert(
        'secondary_owner',
        ...secondaryOwnerIds.map((employeeId, position) => ({ applicationId: id, employeeId, position })),
      );
      return id;
    },

    async entitlement(
      applicationId: ApplicationId,
      name: string,
      over: Partial<Entitlement> = {},
    ): Promise<EntitlementId> {
      const entitlement: Entitlement = {
        id: newId<EntitlementId>(),
        applicationId,
        resourceId: null,
        externalId: `external ${name}`,
        name,
        kind: 'group',
        purpose: null,
        description: null,
        risk: 'low',
        businessOwnerId: null,
        maximumDurationMinutes: null,
        reviewSettings: null,
        status: 'active',
        lastSeenRunId: null,
        ...over,
      };
      await insert('entitlement', { ...entitlement, searchText: entitlementSearchText(entitlement, '') });
      return entitlement.id;
    },

    async account(
      applicationId: ApplicationId,
      employeeId: EmployeeId | null,
      username: string,
      over: Partial<Account> = {},
    ): Promise<AccountId> {
      const id = newId<AccountId>();
      await insert('account', {
        id,
        applicationId,
        employeeId,
        kind: 'employee',
        username,
        usernameKey: username.toLowerCase(),
        externalId: null,
        email: null,
        displayName: null,
        status: 'active',
        lastSeenRunId: null,
        ...over,
      });
      return id;
    },

    async grant(accountId: AccountId, entitlementId: EntitlementId, over: Partial<Grant> = {}): Promise<GrantId> {
      const id = newId<GrantId>();
      await insert('access_grant', {
        id,
        accountId,
        entitlementId,
        origin: 'import',
        requestItemId: null,
        status: 'active',
        grantedAt: clock.now(),
        expiresAt: null,
        endedAt: null,
        lastSeenRunId: null,
        ...over,
      });
      return id;
    },

    async request(
      requester: EmployeeId,
      lines: readonly Line[],
      justification = 'Needed for work',
    ): Promise<{ readonly id: RequestId; readonly number: number }> {
      const items = lines.map(({ beneficiary, entitlement, action = 'GRANT', term = { kind: 'permanent' } }) => ({
        action,
        beneficiaryId: beneficiary,
        entitlementId: entitlement,
        term,
      }));
      const result = await execute(submitRequest, command(requester, { justification, items }));
      const { requestId, number } = valueOf(result);
      return { id: requestId, number };
    },

    /** Decides the first open task of a reviewer in a request. */
    async decide(
      reviewer: EmployeeId,
      requestId: RequestId,
      verdict: Verdict = 'approve',
      reason: string | null = 'Because',
    ): Promise<ReviewTaskId> {
      const task = await database.read
        .selectFrom('review_task')
        .select('id')
        .where('request_id', '=', requestId)
        .where('reviewer_id', '=', reviewer)
        .where('state', '=', 'open')
        .orderBy('id')
        .executeTakeFirstOrThrow();
      valueOf(await execute(decideTask, command(reviewer, { taskId: task.id, verdict, reason })));
      return task.id;
    },

    async items(requestId: RequestId): Promise<readonly RequestItemId[]> {
      const rows = await database.read
        .selectFrom('request_item')
        .select('id')
        .where('request_id', '=', requestId)
        .orderBy('id')
        .execute();
      return rows.map((row) => row.id);
    },

    async viewer(id: EmployeeId): Promise<Viewer> {
      const viewer = await loadViewer(database.read, id);
      if (viewer === null) throw new Error('Nobody active has this id');
      return viewer;
    },
  };
}

function valueOf<Value>(result: Result<Value>): Value {
  if (result.outcome === 'refused') throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.value;
}

export type Cast = Awaited<ReturnType<typeof smallOrganisation>>;

/**
 * One person in every part: a requester with a manager, a beneficiary, two owners of `payroll`, the owner of
 * `wiki`, a risk manager, an administrator, and somebody who has nothing to do with any of it.
 */
export async function smallOrganisation(seeds: Seeds) {
  const manager = await seeds.employee({ fullName: 'Mona Manager' });
  const requester = await seeds.employee({ fullName: 'Rita Requester', managerId: manager });
  const beneficiary = await seeds.employee({ fullName: 'Ben Beneficiary', managerId: manager });
  const owner = await seeds.employee({ fullName: 'Olga Owner' });
  const secondOwner = await seeds.employee({ fullName: 'Sven Second' });
  const wikiOwner = await seeds.employee({ fullName: 'Willi Wiki' });
  const riskManager = await seeds.employee({ fullName: 'Rolf Risk', roles: ['riskManager'] });
  const administrator = await seeds.employee({ fullName: 'Ada Admin', roles: ['administrator'] });
  const stranger = await seeds.employee({ fullName: 'Stella Stranger' });
  const payroll = await seeds.application('Payroll', { primaryOwnerId: owner, secondaryOwnerIds: [secondOwner] });
  const wiki = await seeds.application('Wiki', { primaryOwnerId: wikiOwner });
  const payrollAdmins = await seeds.entitlement(payroll, 'Payroll admins', { risk: 'high' });
  const payrollReaders = await seeds.entitlement(payroll, 'Payroll readers');
  const wikiEditors = await seeds.entitlement(wiki, 'Wiki editors');
  return {
    manager,
    requester,
    beneficiary,
    owner,
    secondOwner,
    wikiOwner,
    riskManager,
    administrator,
    stranger,
    payroll,
    wiki,
    payrollAdmins,
    payrollReaders,
    wikiEditors,
  };
}
