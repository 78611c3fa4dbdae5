/** The disk that holds the database and the log is full while a console is in use: nobody is told of it by a dead process. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import NativeDatabase from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { chainProblems } from '#core/cli/replay/checks.ts';
import { writeWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import type { ConnectorDefinition } from '#core/connectors/connector.ts';
import { createMemoryApplication, memoryConnector, type MemoryApplication } from '#core/connectors/memory/index.ts';
import { newId, type CommandId, type EntitlementId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import { createRouter } from '#core/procedures/router.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import { connect, line, organisation, rowsOf } from '#core/testing/builders.ts';
import { openLoopbackConsole } from '#core/testing/loopback-console.ts';
import { mountFolder } from '#core/testing/mounted-folder.ts';
import { serveLoopback } from '#core/transports/loopback-server.ts';
import { openWorkspace } from './host.ts';
import { openLog } from './log.ts';

/** Longer than a lease, in milliseconds. */
const leaseIsOver = 120_000;

/** The application in memory, whose writes wait for `gate`. */
function gated(application: MemoryApplication, gate: Promise<void>, reached: () => void): ConnectorDefinition {
  const definition = memoryConnector(application);
  return {
    ...definition,
    open(settings) {
      const connector = definition.open(settings as never);
      return {
        ...connector,
        async grant(...parameters) {
          reached();
          await gate;
          return (await connector.grant?.(...parameters)) ?? { kind: 'refused', message: 'cannot' };
        },
      };
    },
  } as ConnectorDefinition;
}

/** Takes what is left of a disk, down to the last block. Gives it back when called. */
function fillUp(directory: string): () => void {
  // What a database has set aside for its log counts as room.
  const database = new NativeDatabase(join(directory, 'workspace.db'));
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  const file = join(directory, 'filler');
  const handle = openSync(file, 'w');
  for (let size = 1_048_576; size >= 1; size = Math.floor(size / 4)) {
    try {
      for (;;) writeSync(handle, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(handle);
  return () => rmSync(file);
}

it('a full disk is said in words at every door, ends no process, and loses nothing once there is room again', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-full-'));
  const disk = mountFolder(directory, '24m') ?? context.skip('this process may not mount a file system');
  const complaints = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const application = createMemoryApplication();
  const [open, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const log = openLog(directory, 'console');
  const errors = vi.spyOn(log, 'error');
  const told = () => errors.mock.calls.map(([, text]) => String(text));
  let ahead = 0;
  const options = {
    directory,
    log,
    secrets: createMemorySecretStore(),
    connectors: [gated(application, open.promise, reached.resolve)],
    now: () => instant(Date.now() + ahead),
  };
  let workspace = await openWorkspace(options);
  try {
    const built = await organisation(workspace);
    await connect(workspace, built.applications.automatic, { connector: 'memory' });
    await workspace.database.transaction((writer) =>
      writeWorkspaceSettings(writer, { name: 'Test', kind: 'own', signIn: 'choose', operatorId: null }),
    );
    const server = await serveLoopback({
      workspace,
      router: createRouter({ log: (problem, error) => log.error({ err: error }, problem) }),
      log,
      rendererDirectory: directory,
    });
    const { client, close } = await openLoopbackConsole(server.link());
    await client.session.signIn({ employeeId: built.people.requester });
    const submission = (entitlementId: EntitlementId) => ({
      commandId: newId<CommandId>(),
      justification: 'work',
      items: [line(built.people.requester, entitlementId)],
    });
    expect(await client.requests.submit(submission(built.entitlements.automatic[0]))).toMatchObject({
      outcome: 'done',
    });
    await reached.promise;

    // The disk fills up while the application is being written to.
    let giveBack = fillUp(directory);
    const refused = submission(built.entitlements.reviewed[0]);
    await expect(client.requests.submit(refused)).rejects.toThrow('The disk is full');
    open.resolve();
    await vi.waitFor(() => expect(told().join()).toContain('A fulfillment task stopped unexpectedly'), 20_000);
    expect(complaints).toHaveBeenCalledWith(expect.stringContaining('Gatehouse goes on without it'));
    expect((await client.requests.list({})).rows.map((row) => row.number)).toEqual([1]);

    // Room again: the same command goes through, and the delivery is finished without being done twice.
    giveBack();
    expect(await client.requests.submit(refused)).toMatchObject({ outcome: 'done', value: { number: 2 } });
    ahead = leaseIsOver;
    workspace.wake();
    await workspace.fulfillment.idle();
    expect(await rowsOf(workspace, 'fulfillment_task')).toMatchObject([
      { state: 'done', evidence: { outcome: 'already' } },
    ]);
    // The account and the membership.
    expect(application.writes).toBe(2);

    // It is closed in order even though nothing can be written any more.
    giveBack = fillUp(directory);
    await expect(client.requests.submit(submission(built.entitlements.manual[0]))).rejects.toThrow('The disk is full');
    close();
    await server.close();
    await workspace.close();
    expect(told()).toContain('The trail got no checkpoint');
    giveBack();
    workspace = await openWorkspace(options);
    expect((await rowsOf(workspace, 'access_request')).map((request) => request.number)).toEqual([1, 2]);
    expect(await rowsOf(workspace, 'access_grant')).toHaveLength(1);
    expect(await chainProblems({ workspace })).toEqual([]);
  } finally {
    // Whatever became of it: a mounted folder must not stay.
    await workspace.close().finally(() => {
      complaints.mockRestore();
      disk.unmount();
      rmSync(directory, { recursive: true });
    });
  }
}, 120_000);
