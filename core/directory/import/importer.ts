/** What the import of every kind of file is made of. */
import type { CommandContext } from '#core/commands/command-definition.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Fields } from './fields.ts';
import type { MappedHeader } from './mapped-header.ts';

export interface ImportScope {
  readonly context: CommandContext;
  /** The application chosen for the file; null when the file names it. */
  readonly applicationId: ApplicationId | null;
}

/**
 * A file is read twice: once to learn what it says as a whole, before anything is locked, and once inside
 * the transaction that writes. The same row is judged alike both times.
 */
export interface KindImporter {
  header(header: MappedHeader): void;
  /** Looks at a row of the first reading. What it says about the row is forgotten. */
  survey?(fields: Fields): void;
  /** Between the readings, at the beginning of the transaction. */
  prepare(scope: ImportScope): Promise<void>;
  /** Writes some hundred rows, and marks each as rejected or with its outcome. */
  write(rows: readonly Fields[]): Promise<void>;
  /** Remarks on the file as a whole, by the name of the column; told once. */
  remarks(): readonly { readonly column: string | null; readonly reason: string }[];
  /** What the trail says beside the counts. */
  evidence?(): Readonly<Record<string, unknown>>;
}
