/** Faults of the database in words a person can act on: what, where, and what to do. */
import { GatehouseError, messageOf } from '#core/domain/errors.ts';

const sqliteFaults: readonly { readonly prefix: string; readonly code: string; readonly advice: string }[] = [
  {
    prefix: 'SQLITE_FULL',
    code: 'database.full',
    advice: 'The disk is full. Free some space; nothing of this change was kept.',
  },
  {
    prefix: 'SQLITE_READONLY',
    code: 'database.readOnly',
    advice: 'It cannot be written. Check the permissions of the file and its folder.',
  },
  {
    prefix: 'SQLITE_CANTOPEN',
    code: 'database.cannotOpen',
    advice: 'It cannot be opened. Check that the folder exists and may be written.',
  },
  {
    prefix: 'SQLITE_NOTADB',
    code: 'database.notADatabase',
    advice: 'It is not a SQLite database. Choose another workspace folder or restore the file from a backup.',
  },
  { prefix: 'SQLITE_CORRUPT', code: 'database.corrupt', advice: 'It is damaged. Restore it from a backup.' },
  {
    prefix: 'SQLITE_BUSY',
    code: 'database.busy',
    advice: 'Another process holds it for too long. Close other consoles or workers of this workspace and try again.',
  },
  {
    prefix: 'SQLITE_IOERR',
    code: 'database.inputOutput',
    advice: 'The disk reported an error. Check the disk; nothing of this change was kept.',
  },
];

/** The fault behind `error`, or `error` itself when it is not one of the database's environment. */
export function databaseFault(error: unknown, where: string): Error {
  if (error instanceof GatehouseError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const text = typeof code === 'string' ? code : '';
  const known = sqliteFaults.find((fault) => text.startsWith(fault.prefix));
  if (known !== undefined)
    return new GatehouseError(known.code, `Trouble with ${where}. ${known.advice}`, { sqlite: text }, error);
  if (/directory does not exist/.test(messageOf(error))) {
    return new GatehouseError('database.cannotOpen', `Trouble with ${where}. Its folder does not exist.`, {}, error);
  }
  if (
    ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', '57P01', '57P03', '3D000', '28P01', '28000'].includes(text)
  ) {
    return new GatehouseError(
      'database.unreachable',
      `Trouble with ${where}: ${messageOf(error)}. Check the address, the credentials and that the server runs.`,
      { cause: text },
      error,
    );
  }
  return error instanceof Error ? error : new Error(messageOf(error));
}
