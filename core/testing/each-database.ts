/** One loop over both databases: whatever reads or writes a workspace is tested on SQLite and on a real Postgres. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, inject } from 'vitest';
import { createExecutor, type Execute } from '#core/commands/execute.ts';
import { instant, plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Topic } from '#core/domain/topics.ts';
import { openDatabase, type Database, type DatabaseLocation } from '#core/persistence/open-database.ts';
import { freshPostgres } from './fresh-postgres.ts';

export interface TestWorkspace {
  readonly database: Database;
  readonly location: DatabaseLocation;
  readonly execute: Execute;
  readonly clock: TestClock;
  /** What each commit touched, in order. */
  readonly committed: (readonly Topic[])[];
  /** What works on the database ends before it is closed. */
  onClose(end: () => Promise<void>): void;
}

/** A clock that stands still until it is told otherwise. */
export interface TestClock {
  now(): Instant;
  /** Moves on by `milliseconds`. */
  pass(milliseconds: number): void;
}

export function testClock(start = '2026-03-02T08:00:00.000Z'): TestClock {
  let time = instant(start);
  return {
    now: () => time,
    pass(milliseconds) {
      time = plusMilliseconds(time, milliseconds);
    },
  };
}

/** Opens a fresh, migrated workspace; it is closed and removed after the test. */
export type OpenWorkspace = () => Promise<TestWorkspace>;

/** @param dialects fewer where a test is long and no database can make a difference to it. */
export function describeEachDatabase(
  name: string,
  tests: (open: OpenWorkspace, dialect: Database['dialect']) => void,
  dialects: readonly Database['dialect'][] = ['sqlite', 'postgres'],
): void {
  for (const dialect of dialects) {
    describe(`${name} (${dialect})`, () => {
      const cleanups: (() => Promise<void>)[] = [];
      afterEach(async () => {
        for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
      });
      tests(async () => {
        const { location, remove } = dialect === 'sqlite' ? freshFile() : await freshPostgres(inject('postgresUrl'));
        cleanups.push(remove);
        const database = await openDatabase(location);
        cleanups.push(() => database.close());
        const clock = testClock();
        const committed: (readonly Topic[])[] = [];
        const execute = createExecutor({
          database,
          now: clock.now,
          committed: (topics) => void committed.push(topics),
        });
        const onClose = (end: () => Promise<void>) => void cleanups.push(end);
        return { database, location, execute, clock, committed, onClose };
      }, dialect);
    });
  }
}

function freshFile(): { readonly location: DatabaseLocation; readonly remove: () => Promise<void> } {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const file = join(directory, 'workspace.db');
  copyFileSync(inject('sqliteTemplate'), file);
  return {
    location: { kind: 'sqlite', file },
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}
