/** One workspace for all windows, and a session for each: it outlives the window's port, so that a reload signs nobody out. */
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import type { ParentPort } from 'electron';
import { sql } from 'kysely';
import type { EmployeeId } from '#core/contract/index.ts';
import { openWorkspace } from '#core/host.ts';
import { openLog } from '#core/log.ts';
import { createRouter } from '#core/procedures/router.ts';
import { servePort, type ServablePort } from '#core/transports/message-port.ts';
import { createSession } from '#core/transports/sessions.ts';
import type { Session, Workspace } from '#core/workspace.ts';
import { toEngineSchema, type FromEngine } from '../engine-messages.ts';
import { watchAttention } from './attention.ts';

interface ServedWindow {
  readonly session: Session;
  readonly stop: () => void;
}

/** Returns when the workspace is open and served. */
export async function serveWindows(shell: ParentPort, directory: string): Promise<void> {
  const tell = (message: FromEngine): void => shell.postMessage(message);
  const opened = await open(directory).catch((error: unknown) => {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    // The message must have left before the process does.
    setTimeout(() => process.exit(1), 100);
    return null;
  });
  if (opened === null) return;
  const { log } = opened;
  const commands = watchCommands(opened.workspace.execute);
  const workspace = { ...opened.workspace, execute: commands.execute };
  const router = createRouter({ log: (problem, error) => log.error({ err: error }, problem) });
  const windows = new Map<string, ServedWindow>();

  function serve(key: string, operatorId: string | null, port: ServablePort): void {
    let window = windows.get(key);
    if (window === undefined) {
      const session = reported(operatorId as EmployeeId | null, (id) => {
        tell({ type: 'session', window: key, operatorId: id });
        attention.look();
      });
      const client = createRouterClient(router, { context: { workspace, session } });
      const attention = watchAttention({
        changes: workspace.changes,
        session,
        newestTasks: () => client.tasks.list({ status: 'open', sort: 'newest', limit: 200 }),
        unreadNotices: () => client.notices.list({ status: 'unread', limit: 200 }),
        report: (news) => tell({ type: 'attention', window: key, ...news }),
        log: (error) => log.warn({ err: error }, 'What waits for a person could not be counted'),
      });
      window = { session, stop: attention.stop };
      windows.set(key, window);
    }
    servePort(port, { workspace, router, session: window.session, log });
  }

  shell.on('message', ({ data, ports }) => {
    const read = toEngineSchema.safeParse(data);
    const message = read.data;
    switch (message?.type) {
      case 'connect': {
        const port = ports[0];
        if (port !== undefined) serve(message.window, message.operatorId, port);
        return;
      }
      case 'forget':
        windows.get(message.window)?.stop();
        windows.delete(message.window);
        return;
      case 'power':
        log.info({ event: message.event }, 'Power');
        // What fell due while the machine slept is done now, and its lateness recorded.
        if (message.event !== 'suspend') workspace.wake();
        return;
      case 'network':
        log.info({ online: message.online }, 'Network');
        if (message.online) workspace.wake();
        return;
      case 'close':
        for (const window of windows.values()) window.stop();
        commands
          .ended()
          .then(() => workspace.close())
          .then(() => process.exit(0))
          .catch((error: unknown) => {
            log.error({ err: error }, 'The workspace did not close in order');
            process.exit(1);
          });
        return;
      case undefined:
        log.warn('The shell sent what is no message of its');
    }
  });
  const tellHosts = async (): Promise<void> => tell({ type: 'hosts', hosts: await workspace.connectedHosts() });
  workspace.changes.subscribe((topics) => {
    if (!topics.includes('applications')) return;
    tellHosts().catch((error: unknown) => log.warn({ err: error }, 'The connected systems could not be told'));
  });
  await tellHosts();
  const { version, directory: folder, database } = workspace;
  tell({ type: 'ready', directory: folder, version, database: await nameOf(database) });
}

/** With its version, for the About. */
async function nameOf({ dialect, read }: Workspace['database']): Promise<string> {
  const question = dialect === 'sqlite' ? sql`sqlite_version()` : sql`current_setting('server_version')`;
  const { rows } = await sql<{ readonly version: string }>`select ${question} as version`.execute(read);
  return `${dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'} ${rows[0]?.version ?? ''}`;
}

async function open(directory: string) {
  const log = openLog(directory, 'engine');
  return { log, workspace: await openWorkspace({ directory, log }) };
}

/** Calls that have just arrived become commands within this time, in milliseconds. */
const arrival = 50;

/** Knows which commands are under way, so that closing can wait for the last of them. */
function watchCommands(execute: Workspace['execute']) {
  const running = new Set<Promise<unknown>>();
  const watched: Workspace['execute'] = (...args) => {
    const command = execute(...args);
    running.add(command);
    const over = (): boolean => running.delete(command);
    command.then(over, over);
    return command;
  };
  return {
    execute: watched,
    async ended(): Promise<void> {
      do {
        await Promise.allSettled(running);
        await setTimeoutPromise(arrival);
      } while (running.size > 0);
    },
  };
}

/** A session that says who signed in and out. It starts with who was signed in before the engine started again. */
function reported(operatorId: EmployeeId | null, changed: (operatorId: EmployeeId | null) => void): Session {
  // Further windows are the shell's business: there is no address to hand out.
  const session = createSession(() => null);
  if (operatorId !== null) session.signIn(operatorId);
  return {
    id: session.id,
    get operatorId() {
      return session.operatorId;
    },
    signIn(employeeId) {
      session.signIn(employeeId);
      changed(employeeId);
    },
    signOut() {
      session.signOut();
      changed(null);
    },
    windowLink: () => session.windowLink(),
  };
}
