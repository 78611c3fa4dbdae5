/** Before the tests of core: one Postgres server for all of them, and in it a migrated workspace to copy. `inject('postgresUrl')` has its address. */
import type { TestProject } from 'vitest/node';
import { makeTemplate } from '#core/testing/fresh-postgres.ts';
import { startPostgres } from '#core/testing/postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's maintenance database; each test file creates its own beside it. */
    readonly postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await makeTemplate(server.url);
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
