/** The folder that is exchanged through: whether it may be used, and its files read whole and unchanged. */
import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorFault } from '#core/connectors/connector.ts';
import { consentFile, type CsvExchangeConfiguration } from './configuration.ts';

/** Larger files are no list of accounts. */
const maximumBytes = 200_000_000;

export interface FileText {
  readonly text: string;
  /** By the clock of the file system, which is the only one that is compared. */
  readonly writtenAt: number;
  /** Changes with every other content. */
  readonly version: string;
}

/** The folder's real path. @throws ConnectorFault */
export async function usableFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    await access(join(real, consentFile));
    return real;
  } catch (error) {
    throw fault(
      isMissing(error)
        ? `The folder ${folder} is not there, or holds no file called ${consentFile}. Whoever owns the folder puts that file into it to agree.`
        : `The folder ${folder} cannot be used (${codeOf(error)}).`,
    );
  }
}

/** A file of the folder as it was at one moment. @throws ConnectorFault `retryable` while it is still written. */
export async function readWhole(
  folder: string,
  name: string,
  { encoding, quietSeconds, readyFile }: CsvExchangeConfiguration,
): Promise<FileText> {
  const path = join(folder, name);
  // A link could lead to any file of this machine, which a column of names would then show.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error: unknown) => {
    throw fault(
      isMissing(error)
        ? `The file ${name} is not in the folder.`
        : codeOf(error) === 'ELOOP'
          ? `The file ${name} is a link. It must be the file itself.`
          : `The file ${name} cannot be read (${codeOf(error)}).`,
    );
  });
  try {
    const before = await handle.stat();
    if (!before.isFile()) throw fault(`${name} is not a file.`);
    if (before.size > maximumBytes) throw fault(`The file ${name} is larger than 200 MB.`);
    if (readyFile !== '') await requireReady(join(folder, readyFile), readyFile, name, before.mtimeMs);
    const age = Date.now() - before.mtimeMs;
    if (readyFile === '' && age >= 0 && age < quietSeconds * 1000)
      throw passing(
        `The file ${name} was changed a moment ago and may still be written. It is read once it was left alone for ${quietSeconds} seconds.`,
        quietSeconds * 1000,
      );
    const bytes = await handle.readFile();
    const after = await handle.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs || bytes.length !== before.size)
      throw passing(`The file ${name} was changed while it was read.`, 5_000);
    return {
      text: decoded(bytes, encoding, name),
      writtenAt: before.mtimeMs,
      version: `${before.mtimeMs} ${before.size}`,
    };
  } finally {
    await handle.close();
  }
}

async function requireReady(path: string, ready: string, name: string, writtenAt: number): Promise<void> {
  const at = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    (error: unknown) => {
      if (isMissing(error)) return null;
      throw fault(`The file ${ready} cannot be looked at (${codeOf(error)}).`);
    },
  );
  if (at === null || at < writtenAt)
    throw passing(`The export ${name} is not complete: ${ready} was not written after it yet.`, 60_000);
}

function decoded(bytes: Uint8Array, encoding: CsvExchangeConfiguration['encoding'], name: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError)
      throw fault(
        `The file ${name} is not in ${encoding}: line ${lineOfFirstBadByte(bytes, encoding)} holds something else. Choose its encoding on the connection's page, or have it exported in UTF-8.`,
      );
    throw error;
  }
}

function lineOfFirstBadByte(bytes: Uint8Array, encoding: string): number {
  const lenient = new TextDecoder(encoding).decode(bytes);
  return lenient.slice(0, lenient.indexOf('\uFFFD')).split('\n').length;
}

/** Only a person can mend it. */
export function fault(message: string): ConnectorFault {
  return new ConnectorFault({ kind: 'needsPerson', message });
}

export function passing(message: string, afterMilliseconds: number | null): ConnectorFault {
  return new ConnectorFault({ kind: 'retryable', message, afterMilliseconds });
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
