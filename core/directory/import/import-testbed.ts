/** Short ways for tests to import a text and to look at what came of it. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Execute } from '#core/commands/execute.ts';
import type { ImportKind, ImportReport } from '#core/contract/directory.contract.ts';
import { newId, type CommandId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { fromRow, type Rows, type TableName } from '#core/persistence/tables.ts';
import { importCsv, type ImportInput } from './import-directory.ts';

/** The part of a test's workspace that an import needs. */
export interface Place {
  readonly database: Database;
  readonly execute: Execute;
  readonly clock: { now(): Instant };
}

export type Options = Partial<Omit<ImportInput, 'kind'>>;

/** A source that hands over the bytes as a whole, each time it is read. */
export function bytesOf(content: string | Buffer): ImportInput['read'] {
  return async function* () {
    yield Buffer.from(content);
  };
}

export function importText(
  place: Place,
  kind: ImportKind,
  content: string | Buffer,
  options: Options = {},
): ReturnType<typeof importCsv> {
  return importCsv(
    { execute: place.execute, database: place.database, now: place.clock.now },
    {
      kind,
      mode: 'allOrNothing',
      applicationId: null,
      fileName: 'people.csv',
      read: bytesOf(content),
      commandId: newId<CommandId>(),
      actor: { kind: 'system', part: 'import' },
      ...options,
    },
  );
}

/** The report of an import that must not be refused. */
export async function imported(
  place: Place,
  kind: ImportKind,
  content: string | Buffer,
  options: Options = {},
): Promise<ImportReport> {
  const result = await importText(place, kind, content, options);
  if (result.outcome === 'refused') throw new Error(`${result.refusal.message} ${JSON.stringify(result.refusal.data)}`);
  if (result.value.rejects !== null) rmSync(dirname(result.value.rejects), { recursive: true });
  return result.value.report;
}

/** The report and the sentence of an import that must be refused for what is in the file. */
export async function refused(
  place: Place,
  kind: ImportKind,
  content: string | Buffer,
  options: Options = {},
): Promise<ImportReport & { readonly message: string }> {
  const result = await importText(place, kind, content, options);
  if (result.outcome === 'done') throw new Error(`Imported: ${JSON.stringify(result.value.report)}`);
  if (result.refusal.code !== 'directory.rejected')
    throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return { ...(result.refusal.data?.['report'] as ImportReport), message: result.refusal.message };
}

/** Everything in a table, as the domain knows it. */
export async function allOf<Name extends TableName>({ database }: Place, table: Name): Promise<readonly Rows[Name][]> {
  const rows = await database.read
    .selectFrom(table as 'account')
    .selectAll()
    .execute();
  return rows.map((row) => fromRow(table as 'account', row) as unknown as Rows[Name]);
}
