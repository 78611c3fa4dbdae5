/** What every procedure stands on: who is calling, how refusals are answered, and what faults may say. */
import { randomUUID } from 'node:crypto';
import { implement, ORPCError } from '@orpc/server';
import { contract } from '#core/contract/index.ts';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';
import type { CommandId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Actor } from '#core/domain/audit.ts';
import { QueryRefused } from '#core/queries/query-refused.ts';
import { loadViewer, type Viewer } from '#core/queries/visibility.ts';
import type { CallContext, Workspace } from '#core/workspace.ts';

/** Takes a fault and where it happened. */
export type Log = (problem: string, error: unknown) => void;

export type Procedures = ReturnType<typeof createProcedures>;

/** `anyone` needs nobody signed in; `signedIn` adds the viewer to the context, or refuses. */
export function createProcedures(log: Log) {
  const base = implement(contract).$context<CallContext>();
  const anyone = base.use(async ({ next, errors, path }) => {
    try {
      return await next();
    } catch (error) {
      if (error instanceof QueryRefused) throw errors.REFUSED({ message: error.message, data: error.refusal });
      throw presentable(error, path, log);
    }
  });
  const signedIn = anyone.use(async ({ context, next }) => next({ context: { viewer: await requireViewer(context) } }));
  return { base, anyone, signedIn };
}

/** Whoever is signed in; null when nobody is. Somebody who has left is signed out. */
export async function currentViewer({ workspace, session }: CallContext): Promise<Viewer | null> {
  if (session.operatorId === null) return null;
  const viewer = await loadViewer(workspace.database.read, session.operatorId);
  if (viewer === null) session.signOut();
  return viewer;
}

async function requireViewer(context: CallContext): Promise<Viewer> {
  const viewer = await currentViewer(context);
  if (viewer === null) throw new QueryRefused('access.notSignedIn', 'Nobody is signed in. Sign in and try again.');
  return viewer;
}

/** What a window may be told of something thrown: faults in words for people as they are, anything else by a number in the log. */
function presentable(error: unknown, path: readonly string[], log: Log): unknown {
  const procedure = path.join('.');
  if (error instanceof ORPCError && error.status < 500) return error;
  const correlationId = randomUUID();
  log(`${procedure} failed (${correlationId}): ${messageOf(error)}`, error);
  const message =
    error instanceof GatehouseError
      ? error.message
      : `Gatehouse met an unexpected problem. The log has the details under ${correlationId}.`;
  // Without the cause: whatever carries the answer must not be able to tell it.
  return new ORPCError('INTERNAL_SERVER_ERROR', { message, data: { correlationId } });
}

interface Caller {
  readonly workspace: Workspace;
  readonly viewer: Viewer;
}

export function actorOf(viewer: Viewer): Actor {
  return { kind: 'employee', employeeId: viewer.id };
}

/** A command as the person signed in issues it now. */
export function issued<Payload>(
  { workspace, viewer }: Caller,
  commandId: CommandId,
  payload: Payload,
  basedOn: number | null = null,
): {
  readonly id: CommandId;
  readonly payload: Payload;
  readonly actor: Actor;
  readonly issuedAt: Instant;
  readonly basedOn: number | null;
} {
  return { id: commandId, payload, actor: actorOf(viewer), issuedAt: workspace.now(), basedOn };
}
