/** For the tests beside this: a small organisation with names in several alphabets, and requests that went all ways. */
import { startFulfillmentTask, recordFulfillmentAttempt } from '#core/commands/fulfillment.command.ts';
import { completeFulfillmentByHand } from '#core/commands/fulfillment-by-person.command.ts';
import { cancelRequest } from '#core/commands/cancel-request.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import type { Actor } from '#core/domain/audit.ts';
import type { Application, Employee, Entitlement } from '#core/domain/directory.ts';
import type { Result } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type EmployeeId, type EntitlementId, type RequestId } from '#core/domain/ids.ts';
import { plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Term } from '#core/domain/request.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

export interface ScenarioWorkspace {
  readonly database: Database;
  readonly execute: Execute;
  readonly clock: { now(): Instant; pass(milliseconds: number): void };
}

const permanent: Term = { kind: 'permanent' };
const fulfillment: Actor = { kind: 'system', part: 'fulfillment' };

export class AuditScenario {
  readonly people = {
    boss: newId<EmployeeId>(),
    asa: newId<EmployeeId>(),
    eleni: newId<EmployeeId>(),
    zhang: newId<EmployeeId>(),
    owner: newId<EmployeeId>(),
  };
  readonly wiki = newId<EntitlementId>();
  readonly payroll = newId<EntitlementId>();
  readonly chat = newId<EntitlementId>();
  readonly #workspace: ScenarioWorkspace;

  constructor(workspace: ScenarioWorkspace) {
    this.#workspace = workspace;
  }

  async fill(): Promise<void> {
    const { boss, asa, eleni, zhang, owner } = this.people;
    const [wikiId, payrollId, chatId] = [newId<ApplicationId>(), newId<ApplicationId>(), newId<ApplicationId>()];
    await this.#workspace.database.transaction(async (writer) => {
      await insertRows(writer, 'employee', [
        employee(boss, 'Николай Петров', 'nikolai', 'Head of Finance', null),
        employee(asa, 'Åsa Öberg', 'asa', 'Controller', boss),
        employee(eleni, 'Ελένη Παπαδοπούλου', 'eleni', 'Analyst', boss),
        employee(zhang, '张伟 (Zhang Wei)', 'zhang', '=cmd|calc', boss),
        employee(owner, 'Tomás O’Neill', 'tomas', 'Platform owner', null),
      ]);
      await insertRows(writer, 'role_assignment', [{ employeeId: owner, role: 'administrator' }]);
      await insertRows(writer, 'application', [
        application(wikiId, 'Wiki', owner, {
          fulfillment: 'connector',
          reviewSettings: { approval: 'review', reviewers: ['manager', 'applicationOwner'] },
        }),
        application(payrollId, 'Payroll', owner, {
          fulfillment: 'manual',
          reviewSettings: { approval: 'review', reviewers: ['applicationOwner'] },
        }),
        application(chatId, 'Chat', null, {
          fulfillment: 'connector',
          reviewSettings: { approval: 'auto', reviewers: ['manager'] },
          version: 3,
        }),
      ]);
      await insertRows(writer, 'entitlement', [
        entitlement(this.wiki, wikiId, 'Editors'),
        entitlement(this.payroll, payrollId, 'Payslip reader'),
        entitlement(this.chat, chatId, 'All hands'),
      ]);
    });
  }

  /** A request whose three items are given by a connector after a retry, by hand, and denied; the first one ends late. */
  async eventful(justification: string): Promise<RequestId> {
    const { asa, boss, eleni, owner, zhang } = this.people;
    const requestId = await this.submit(asa, justification, [
      [eleni, this.wiki, { kind: 'duration', minutes: 480 }],
      [zhang, this.payroll, permanent],
      [zhang, this.wiki, permanent],
    ]);
    const [first, second, third] = await this.#tasks(requestId);
    await this.decide(boss, first, 'approve', 'Covers for Åsa until the audit ends');
    await this.decide(owner, second, 'approve', null);
    await this.decide(boss, third, 'deny', 'Not needed for her role; ask for “Readers”.');
    const effects = await this.#effects(requestId);
    const grant = effects.find((task) => task.effect === 'grant' && task.state === 'ready')?.id ?? '';
    await this.attempt(grant, {
      kind: 'retry',
      problem: 'The server answered 503 (Service Unavailable).',
      afterMilliseconds: null,
      jitter: 0.5,
    });
    this.#workspace.clock.pass(4_000);
    await this.attempt(grant, this.done(true, true));
    const byHand = effects.findLast((task) => task.effect === 'grant')?.id ?? '';
    await this.#begin(byHand);
    await this.ok(
      this.#run(owner, completeFulfillmentByHand, {
        fulfillmentTaskId: byHand,
        outcome: 'done',
        note: 'Added to the group in the payroll portal, see change CHG-77.',
      }),
    );
    this.#workspace.clock.pass(480 * 60_000 + 185_000);
    await this.attempt(effects.find((task) => task.effect === 'revoke')?.id ?? '', this.done(false, false));
    return requestId;
  }

  async submit(
    actor: EmployeeId,
    justification: string,
    lines: readonly (readonly [EmployeeId, EntitlementId, Term])[],
    ticketReference: string | null = 'INC-4711',
  ): Promise<RequestId> {
    const items = lines.map(([beneficiaryId, entitlementId, term]) => ({
      action: 'GRANT',
      beneficiaryId,
      entitlementId,
      term,
    }));
    const { requestId } = await this.ok(this.#run(actor, submitRequest, { justification, ticketReference, items }));
    return requestId;
  }

  async cancel(actor: EmployeeId, requestId: RequestId, reason: string): Promise<void> {
    await this.ok(this.#run(actor, cancelRequest, { requestId, reason }));
  }

  async decide(
    actor: EmployeeId,
    taskId: string | undefined,
    verdict: 'approve' | 'deny',
    reason: string | null,
  ): Promise<void> {
    await this.ok(this.#run(actor, decideTask, { taskId, verdict, reason }));
  }

  async attempt(fulfillmentTaskId: string, attempt: unknown): Promise<void> {
    const { clock } = this.#workspace;
    const lease = await this.#begin(fulfillmentTaskId);
    clock.pass(800);
    await this.ok(this.#run(fulfillment, recordFulfillmentAttempt, { ...lease, attempt }));
  }

  async #begin(fulfillmentTaskId: string) {
    const lease = { fulfillmentTaskId, leaseOwner: 'console' };
    const leaseUntil = plusMilliseconds(this.#workspace.clock.now(), 60_000);
    await this.ok(this.#run(fulfillment, startFulfillmentTask, { ...lease, leaseUntil }));
    return lease;
  }

  done(heldAfterwards: boolean, accountCreated: boolean) {
    return {
      kind: 'done',
      outcome: 'applied',
      account: { externalId: 'u-17', username: 'eleni', email: 'eleni@example.com', displayName: 'Ελένη Παπαδοπούλου' },
      accountCreated,
      heldAfterwards,
      readBackAt: this.#workspace.clock.now(),
      source: 'https://wiki.example.com/scim/v2/Groups/9',
      facts: { userId: 'u-17', groupId: '9' },
    };
  }

  /** The ids of the request's review tasks, in the order of its items. */
  async #tasks(requestId: RequestId): Promise<readonly string[]> {
    const rows = await this.#workspace.database.read
      .selectFrom('review_task')
      .select('id')
      .where('request_id', '=', requestId)
      .orderBy('item_id')
      .execute();
    return rows.map((row) => row.id);
  }

  async #effects(requestId: RequestId) {
    return this.#workspace.database.read
      .selectFrom('fulfillment_task')
      .select(['id', 'effect', 'state'])
      .where('request_id', '=', requestId)
      .orderBy('id')
      .execute();
  }

  #run<Type extends string, Payload, Value>(
    actor: EmployeeId | Actor,
    definition: Parameters<typeof this.execute<Type, Payload, Value>>[0],
    payload: unknown,
  ): Promise<Result<Value>> {
    return this.execute(definition, {
      id: newId(),
      payload,
      actor: typeof actor === 'string' ? { kind: 'employee', employeeId: actor } : actor,
      issuedAt: this.#workspace.clock.now(),
      basedOn: null,
    });
  }

  readonly execute: Execute = (definition, command) => this.#workspace.execute(definition, command);

  async ok<Value>(result: Promise<Result<Value>>): Promise<Value> {
    const settled = await result;
    if (settled.outcome === 'refused') throw new Error(`${settled.refusal.code}: ${settled.refusal.message}`);
    return settled.value;
  }
}

function employee(
  id: EmployeeId,
  fullName: string,
  user: string,
  jobTitle: string,
  managerId: EmployeeId | null,
): Employee & { searchText: string } {
  return {
    id,
    workEmail: `${user}@example.com`,
    fullName,
    firstName: null,
    lastName: null,
    department: 'Finance',
    jobTitle,
    employmentType: null,
    organization: null,
    startDate: null,
    endDate: null,
    managerId,
    sourceUserId: null,
    status: 'active',
    attributes: {},
    searchText: fullName.toLowerCase(),
  };
}

function application(
  id: ApplicationId,
  name: string,
  primaryOwnerId: EmployeeId | null,
  settings: Pick<Application, 'fulfillment' | 'reviewSettings'> & { version?: number },
) {
  return { id, name, nameKey: name.toLowerCase(), description: null, primaryOwnerId, version: 1, ...settings };
}

function entitlement(
  id: EntitlementId,
  applicationId: ApplicationId,
  name: string,
): Entitlement & { searchText: string } {
  return {
    id,
    applicationId,
    resourceId: null,
    externalId: `group-${name}`,
    name,
    kind: 'group',
    purpose: null,
    description: null,
    risk: 'low',
    businessOwnerId: null,
    lastSeenRunId: null,
    maximumDurationMinutes: null,
    reviewSettings: null,
    status: 'active',
    searchText: name.toLowerCase(),
  };
}
