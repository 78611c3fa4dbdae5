/** Callers of the contract for tests: a workspace around a real database, sessions, and clients in the same process. */
import { createRouterClient, ORPCError } from '@orpc/server';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type CommandId, type EmployeeId, type SyncRunId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { WorkspaceSettings } from '#core/domain/workspace-settings.ts';
import type { ConnectionDraft, Session, Workspace } from '#core/workspace.ts';
import { createRouter } from './router.ts';

/** What a test opened, as far as callers need it. */
interface OpenedWorkspace extends Pick<Workspace, 'database' | 'execute'> {
  readonly clock: { now(): Instant };
}

export const chooseAnyone: WorkspaceSettings = { name: 'Test', kind: 'sample', signIn: 'choose', operatorId: null };

const noUpload = refuse('upload.notFound', 'none is taken here');

/** A workspace on a real database whose connections, discoveries and keychain only write down what they were asked. */
export function workspaceOf({ database, execute, clock }: OpenedWorkspace, over: Partial<Workspace> = {}) {
  const asked: string[] = [];
  const workspace: Workspace = {
    directory: '/nowhere',
    version: '0.0.0',
    database,
    execute,
    now: clock.now,
    changes: { number: 0, publish: () => undefined, subscribe: () => () => undefined },
    secrets: {
      availability: async () => ({ available: true, message: 'Secrets are kept in memory.' }),
      read: async () => null,
      write: async () => undefined,
      remove: async () => undefined,
    },
    connectors: {
      describe: () => [],
      test: async (draft: ConnectionDraft) => {
        asked.push(`test ${draft.applicationId}`);
        return done({ passed: true, checks: [] });
      },
      setConnection: async (draft) => {
        asked.push(`set ${draft.applicationId}`);
        return done({});
      },
      secretsPresent: async () => ({}),
    },
    discovery: {
      start: async (applicationId) => {
        asked.push(`discover ${applicationId}`);
        return done({ runId: newId<SyncRunId>() });
      },
      answer: async () => done({}),
    },
    uploads: {
      begin: async () => noUpload,
      append: async () => noUpload,
      take: async () => noUpload,
      discard: async () => undefined,
      close: async () => undefined,
    },
    takeReport: async () => ({ status: 401, message: 'none is taken here' }),
    createSample: async () => done({ employees: 7 }),
    close: async () => undefined,
    ...over,
  };
  return { workspace, asked };
}

export function sessionOf(employeeId: EmployeeId | null): Session & { operatorId: EmployeeId | null } {
  const session = {
    id: 'test',
    operatorId: employeeId,
    signIn(id: EmployeeId) {
      session.operatorId = id;
    },
    signOut() {
      session.operatorId = null;
    },
    windowLink: () => 'http://127.0.0.1/once',
  };
  return session;
}

export function clientOf(workspace: Workspace, session: Session, log?: (problem: string, error: unknown) => void) {
  return createRouterClient(createRouter(log === undefined ? {} : { log }), { context: { workspace, session } });
}

export async function errorOf(call: Promise<unknown>): Promise<ORPCError<string, unknown>> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ORPCError)) throw new Error(`Expected an ORPCError, got ${String(error)}`);
  return error as ORPCError<string, unknown>;
}

export const commandId = () => newId<CommandId>();
