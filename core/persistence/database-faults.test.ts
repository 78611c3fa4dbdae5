/** SQLite files in trouble: wrong, damaged, read-only, on a full disk, shared by processes. Nothing that was acknowledged is lost. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createExecutor, wallClock } from '#core/commands/execute.ts';
import type { CommandId } from '#core/domain/ids.ts';
import { commandOf, line, organisation, rowsOf } from '#core/testing/builders.ts';
import { startConsole } from '#core/testing/console-process.ts';
import { fill, type Filled } from '#core/testing/fill-disk.ts';
import { freshPostgres } from '#core/testing/fresh-postgres.ts';
import { mountFolder } from '#core/testing/mounted-folder.ts';
import { openDatabase, type Database, type DatabaseLocation } from './open-database.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  // Each of them, whatever became of the one before: a mounted folder must not stay.
  const problems: unknown[] = [];
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup();
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, 'Something could not be cleaned up');
});

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-faults-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function opened(file: string): Promise<Database> {
  const database = await openDatabase({ kind: 'sqlite', file });
  cleanups.push(() => database.close());
  return database;
}

function write(database: Database, name: string, size = 10) {
  const execute = createExecutor({ database, now: wallClock, committed: () => undefined });
  return execute(fill, commandOf({ kind: 'system', part: 'setup' }, { name, size }));
}

/** A small file system of its own; null where this process may not mount one. */
function mountedFolder(size: string) {
  const directory = folder();
  const mounted = mountFolder(directory, size);
  if (mounted === null) return null;
  cleanups.push(mounted.unmount);
  return { directory, remount: mounted.remount };
}

describe('a file', () => {
  it('that is no database is refused and left as it is', async () => {
    const file = join(folder(), 'workspace.db');
    writeFileSync(file, 'This is a letter, not a database.\n'.repeat(100));
    const before = readFileSync(file);
    await expect(openDatabase({ kind: 'sqlite', file })).rejects.toMatchObject({
      code: 'database.notADatabase',
      message: expect.stringContaining(file),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it('in a folder that is not there, or in the place of a folder, cannot be opened, and it is said where', async () => {
    const directory = folder();
    await expect(
      openDatabase({ kind: 'sqlite', file: join(directory, 'missing', 'workspace.db') }),
    ).rejects.toMatchObject({ code: 'database.cannotOpen', message: expect.stringContaining('missing') });
    mkdirSync(join(directory, 'workspace.db'));
    await expect(openDatabase({ kind: 'sqlite', file: join(directory, 'workspace.db') })).rejects.toMatchObject({
      code: 'database.cannotOpen',
    });
  });

  it('that is damaged is called so, whenever that is found out', async () => {
    const file = join(folder(), 'workspace.db');
    const database = await openDatabase({ kind: 'sqlite', file });
    for (let index = 0; index < 20; index += 1) await write(database, `row-${index}`, 3000);
    await database.close();
    // Every page but the first, which says that it is a database.
    const { size } = statSync(file);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
    closeSync(handle);
    const use = async () => {
      const damaged = await openDatabase({ kind: 'sqlite', file });
      try {
        await write(damaged, 'more');
      } finally {
        await damaged.close();
      }
    };
    await expect(use()).rejects.toMatchObject({ code: 'database.corrupt', message: expect.stringContaining('backup') });
  });

  it('that may only be read is refused with what to do', async () => {
    const mounted = mountedFolder('8m');
    const directory = mounted?.directory ?? folder();
    const file = join(directory, 'workspace.db');
    const database = await openDatabase({ kind: 'sqlite', file });
    await write(database, 'kept');
    await database.close();
    if (mounted !== null) mounted.remount('ro');
    else {
      chmodSync(file, 0o444);
      chmodSync(directory, 0o555);
      cleanups.push(() => chmodSync(directory, 0o755));
    }
    const use = async () => write(await opened(file), 'more');
    await expect(use()).rejects.toMatchObject({
      code: expect.stringMatching(/^database\.(readOnly|cannotOpen)$/),
      message: expect.stringContaining(file),
    });
  });
});

describe('a full disk', () => {
  it('stops a command with a clear fault; everything acknowledged before is there, nothing of the command is, and it goes on once there is room', async () => {
    const mounted = mountedFolder('3m');
    const directory = mounted?.directory ?? folder();
    const file = join(directory, 'workspace.db');
    const program = join(import.meta.dirname, '../testing/fill-disk.ts');
    // Where no disk can be made, the size of files is limited: the same place in the code, another error of the system.
    const { stdout } =
      mounted === null
        ? await promisify(execFile)('bash', [
            '-c',
            `trap '' XFSZ; ulimit -f 3000; exec "$0" "$1" "$2"`,
            process.execPath,
            program,
            file,
          ])
        : await promisify(execFile)(process.execPath, [program, file]);
    const filled = JSON.parse(stdout) as Filled;
    expect(filled.acknowledged.length).toBeGreaterThan(3);
    expect(filled.code).toMatch(mounted === null ? /^database\.(full|inputOutput)$/ : /^database\.full$/);
    expect(filled.message).toContain('nothing of this change was kept');
    expect(filled.rowsRead).toBe(filled.acknowledged.length);
    mounted?.remount('size=32m');
    const database = await opened(file);
    const records = new Set<CommandId>((await rowsOf({ database }, 'command_record')).map((record) => record.id));
    expect(filled.acknowledged.filter((id) => !records.has(id))).toEqual([]);
    expect(records.has(filled.failed!)).toBe(false);
    expect(records.size).toBe(filled.acknowledged.length);
    await write(database, 'after');
    const events = await rowsOf({ database }, 'audit_event');
    expect(events.map((event) => event.sequence)).toEqual(
      filled.acknowledged.map((_, index) => index + 1).concat(filled.acknowledged.length + 1),
    );
  }, 60_000);

  it('that has room again serves the same process, without opening anew', async (context) => {
    const mounted = mountedFolder('3m') ?? context.skip('this process may not mount a file system');
    const database = await opened(join(mounted.directory, 'workspace.db'));
    let count = 0;
    const fillUp = async () => {
      for (;;) {
        await write(database, `row-${count}`, 60_000);
        count += 1;
      }
    };
    await expect(fillUp()).rejects.toMatchObject({ code: 'database.full' });
    mounted.remount('size=32m');
    await write(database, 'after');
    expect(await rowsOf({ database }, 'setting')).toHaveLength(count + 1);
  }, 60_000);
});

describe('several processes', () => {
  it('write to one file at once and lose nothing', async () => {
    const directory = folder();
    const location: DatabaseLocation = { kind: 'sqlite', file: join(directory, 'workspace.db') };
    const database = await opened(location.file);
    const built = await organisation({ database });
    const consoles = await Promise.all(
      [1, 2, 3].map(() => startConsole({ directory, location, ahead: 0, runtime: false, secrets: {} })),
    );
    cleanups.push(() => Promise.all(consoles.map((each) => each.kill())));
    const people = Object.values(built.people).filter((id) => id !== built.people.leaver);
    const wanted = people.flatMap((who) =>
      [...built.entitlements.reviewed, ...built.entitlements.automatic, ...built.entitlements.manual].map(
        (entitlementId) => line(who, entitlementId),
      ),
    );
    const results = await Promise.all(
      wanted.map((item, index) =>
        consoles[index % 3]!.tell({
          kind: 'submit',
          command: commandOf(built.people.requester, { justification: 'work', items: [item] }),
        }),
      ),
    );
    const done = results.filter((result) => (result as { readonly outcome: string }).outcome === 'done');
    // Some of them nobody may review; they are refused, not lost.
    expect(done.length).toBeGreaterThan(40);
    expect(await rowsOf({ database }, 'access_request')).toHaveLength(done.length);
    expect(
      (await rowsOf({ database }, 'access_request')).map((request) => request.number).toSorted((a, b) => a - b),
    ).toEqual(done.map((_, index) => index + 1));
    expect(await rowsOf({ database }, 'command_record')).toHaveLength(wanted.length);
    const events = await rowsOf({ database }, 'audit_event');
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  }, 60_000);

  it.each(['sqlite', 'postgres'] as const)(
    'open a workspace that does not exist yet at the same moment (%s)',
    async (dialect) => {
      const directory = folder();
      let location: DatabaseLocation = { kind: 'sqlite', file: join(directory, 'workspace.db') };
      if (dialect === 'postgres') {
        const fresh = await freshPostgres(inject('postgresUrl'), { empty: true });
        cleanups.push(fresh.remove);
        location = fresh.location;
      }
      const open = async () => {
        // SQLite waits for its lock without letting this process go on: there each console is a process of its own.
        if (dialect === 'postgres') return (await openDatabase(location)).close();
        return (await startConsole({ directory, location, ahead: 0, runtime: false, secrets: {} })).kill();
      };
      await Promise.all(Array.from({ length: dialect === 'postgres' ? 6 : 4 }, open));
      const database = await openDatabase(location);
      cleanups.push(() => database.close());
      expect(await rowsOf({ database }, 'setting')).toEqual([]);
    },
    60_000,
  );
});
