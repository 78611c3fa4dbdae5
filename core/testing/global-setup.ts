/**
 * Before the tests of core: one Postgres server for all of them, and a migrated workspace to copy in it and as a
 * SQLite file; 'inject' says where they are. And a place for the program of consoles that run by themselves.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '#core/persistence/open-database.ts';
import { makeTemplate } from '#core/testing/fresh-postgres.ts';
import { startPostgres } from '#core/testing/postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's maintenance database; each test file creates its own beside it. */
    readonly postgresUrl: string;
    /** A migrated SQLite file; each test copies it. */
    readonly sqliteTemplate: string;
    /** Made by the first test that starts such a console. */
    readonly consoleFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await makeTemplate(server.url);
  project.provide('postgresUrl', server.url);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-template-'));
  const file = join(folder, 'workspace.db');
  await (await openDatabase({ kind: 'sqlite', file })).close();
  project.provide('sqliteTemplate', file);
  // Two folders below the root, as the sources are that read what lies in `resources`, and where packages are found.
  const modules = join(import.meta.dirname, '..', '..', 'node_modules');
  const name = `.gatehouse-console-${randomUUID()}`;
  project.provide('consoleFolder', join(modules, name));
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true });
    const left = (await readdir(modules)).filter((entry) => entry.startsWith(name));
    for (const entry of left) await rm(join(modules, entry), { recursive: true });
  };
}
