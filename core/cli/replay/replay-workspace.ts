/** A fresh workspace for replays and measurements: the product as it is, delivering into an application in memory. */
import { createApplication } from '#core/commands/application.command.ts';
import type { CommandDefinition } from '#core/commands/command-definition.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { setUpWorkspace } from '#core/commands/set-up-workspace.command.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import { createMemoryApplication, memoryConnector, type MemoryApplication } from '#core/connectors/memory/index.ts';
import type { Actor } from '#core/domain/audit.ts';
import { done, GatehouseError, refuse, type Result } from '#core/domain/errors.ts';
import {
  newId,
  type ApplicationId,
  type CommandId,
  type EmployeeId,
  type EntitlementId,
  type RequestId,
  type ReviewTaskId,
} from '#core/domain/ids.ts';
import type { RequestState } from '#core/domain/request.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { openWorkspace, type OpenWorkspace, type WorkspaceOptions } from '#core/host.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import { prepareReplay, type PreparedEntitlement, type PreparedPerson } from './prepare.command.ts';

export interface ReplayWorkspace {
  readonly workspace: OpenWorkspace;
  readonly application: MemoryApplication;
  readonly applicationId: ApplicationId;
  /** Opens it again, after it was closed. */
  reopen(options?: Pick<WorkspaceOptions, 'runtime' | 'now'>): Promise<OpenWorkspace>;
}

/** Somebody asks for something, and their manager decides. */
export interface RecordedDecision {
  readonly beneficiaryId: EmployeeId;
  readonly managerId: EmployeeId;
  readonly entitlementId: EntitlementId;
  readonly approved: boolean;
  readonly justification: string;
}

const setup: Actor = { kind: 'system', part: 'replay' };
const preparedAtOnce = 2_000;

/**
 * Sets up a new workspace in `directory` with one application that its requesters' managers review.
 * @throws GatehouseError when there is a workspace in it already.
 */
export async function openReplayWorkspace(
  directory: string,
  organisation: string,
  approval: ReviewSettings['approval'] = 'review',
): Promise<ReplayWorkspace> {
  const application = createMemoryApplication();
  const parts = {
    directory,
    connectors: [memoryConnector(application)],
    // Nothing in a replay is secret, and it must run where there is no keychain.
    secrets: createMemorySecretStore(),
  };
  const workspace = await openWorkspace(parts);
  try {
    valueOf(
      await system(workspace, setUpWorkspace, {
        organisation,
        fullName: 'Replay Administrator',
        workEmail: 'administrator@history.example',
      }),
    );
    const { applicationId } = valueOf(
      await system(workspace, createApplication, {
        name: 'Recorded resources',
        description: 'The resources of a recorded history, in memory.',
        fulfillment: 'connector',
        reviewSettings: { approval, reviewers: ['manager'] },
      }),
    );
    const draft = { applicationId, connector: 'memory', configuration: {}, secrets: {} };
    valueOf(await workspace.connectors.setConnection(draft, { actor: setup, commandId: newId<CommandId>() }));
    return { workspace, application, applicationId, reopen: (options = {}) => openWorkspace({ ...parts, ...options }) };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

/** Adds people and entitlements, managers before those they manage. */
export async function prepare(
  { workspace, applicationId }: ReplayWorkspace,
  people: readonly PreparedPerson[],
  entitlements: readonly PreparedEntitlement[],
): Promise<void> {
  for (let start = 0; start < Math.max(people.length, entitlements.length); start += preparedAtOnce) {
    const end = start + preparedAtOnce;
    valueOf(
      await system(workspace, prepareReplay, {
        applicationId,
        people: people.slice(start, end),
        entitlements: entitlements.slice(start, end),
      }),
    );
  }
}

const tasksOf = prepared((reader, requestId: RequestId) =>
  reader.selectFrom('review_task').select(['id', 'reviewer_id', 'state']).where('request_id', '=', requestId),
);

/** Hands in one request and has the manager decide it, with the commands a person's clicks issue. What was approved is delivered by the runtime. */
export async function submitAndDecide(
  replay: ReplayWorkspace,
  recorded: RecordedDecision,
): Promise<Result<{ readonly requestState: RequestState }>> {
  const submitted = await submit(replay, recorded);
  return submitted.outcome === 'refused' ? submitted : decide(replay, recorded, submitted.value.taskId);
}

/** Answers with the task that the manager was given. */
export async function submit(
  { workspace }: ReplayWorkspace,
  recorded: RecordedDecision,
): Promise<Result<{ readonly taskId: ReviewTaskId }>> {
  const { beneficiaryId, managerId, entitlementId, justification } = recorded;
  const submitted = await workspace.execute(submitRequest, {
    id: newId<CommandId>(),
    actor: { kind: 'employee', employeeId: beneficiaryId },
    issuedAt: workspace.now(),
    basedOn: null,
    payload: {
      justification,
      ticketReference: null,
      items: [{ action: 'GRANT', beneficiaryId, entitlementId, term: { kind: 'permanent' } }],
    },
  });
  if (submitted.outcome === 'refused') return submitted;
  // The product lets people follow the open request. A history that has the same line twice has one decision too many.
  if (!submitted.value.isNew)
    return refuse('item.alreadyPending', `Request ${submitted.value.number} already asks for the same.`);
  const tasks = await tasksOf(workspace.database.read, submitted.value.requestId);
  const task = tasks.find(({ reviewer_id, state }) => reviewer_id === managerId && state === 'open');
  if (task === undefined) return refuse('task.notFound', 'The manager of the history was not asked to review it.');
  return done({ taskId: task.id });
}

export function decide(
  { workspace }: ReplayWorkspace,
  { managerId, approved }: RecordedDecision,
  taskId: ReviewTaskId,
): Promise<Result<{ readonly requestState: RequestState }>> {
  return workspace.execute(decideTask, {
    id: newId<CommandId>(),
    actor: { kind: 'employee', employeeId: managerId },
    issuedAt: workspace.now(),
    basedOn: 1,
    payload: {
      taskId,
      verdict: approved ? 'approve' : 'deny',
      reason: approved ? null : 'Denied in the recorded history.',
    },
  });
}

/** Resolves with the next delivery that is recorded: of what replays issue, nothing else changes who holds what. */
export function nextDelivery({ workspace }: ReplayWorkspace): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = workspace.changes.subscribe((topics) => {
      if (!topics.includes('directory')) return;
      unsubscribe();
      resolve();
    });
  });
}

async function system<Type extends string, Payload, Value>(
  workspace: OpenWorkspace,
  definition: CommandDefinition<Type, Payload, Value>,
  payload: unknown,
): Promise<Result<Value>> {
  return workspace.execute(definition, {
    id: newId<CommandId>(),
    actor: setup,
    issuedAt: workspace.now(),
    basedOn: null,
    payload,
  });
}

/** A refusal of the preparation leaves nothing to replay into. */
function valueOf<Value>(result: Result<Value>): Value {
  if (result.outcome === 'done') return result.value;
  throw new GatehouseError(result.refusal.code, result.refusal.message, result.refusal.data ?? {});
}
