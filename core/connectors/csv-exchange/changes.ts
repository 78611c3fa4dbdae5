/**
 * Writes changes for the application to take away, each exactly once, whoever else writes into the folder and
 * whenever this process dies.
 *
 * A change is prepared as a folder that holds the change and a record of it, and becomes known by one rename: of two
 * that prepare the same one, one wins. It is published by a second rename, out of that folder: it cannot be done
 * twice, and whoever finds it still in there finishes the work. Nothing is locked, so no lock is ever left behind.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { AccountDraft, RemoteGrant, WantedGrant } from '#core/connectors/connector.ts';
import { changesFolder, delimiters, recordFolder, type CsvExchangeConfiguration } from './configuration.ts';
import { codeOf, isMissing } from './folder.ts';

export interface Change {
  readonly key: string;
  readonly effect: 'grant' | 'revoke';
  /** The name it was left for the application under. */
  readonly file: string;
  /** By the clock of the file system, so that it can be compared with that of an export. */
  readonly writtenAt: number;
}

const columns = [
  'key',
  'at',
  'action',
  'account',
  'entitlement',
  'ends',
  'email',
  'name',
  'first name',
  'last name',
  'department',
  'job title',
  'employee id',
] as const;

const preparing = 'preparing-';
const record = 'record.json';
const content = 'change.csv';
const dayMilliseconds = 24 * 3_600_000;

/** Answers with whether it was written now; `false`: it was before. Only the first call with a key decides what it says. */
export async function writeChange(
  folder: string,
  { delimiter }: CsvExchangeConfiguration,
  change: { readonly key: string; readonly effect: Change['effect']; readonly grant: WantedGrant },
): Promise<{ readonly written: boolean; readonly file: string }> {
  const { key, effect, grant } = change;
  const place = join(folder, recordFolder, pairName(grant));
  const final = join(place, hashOf(key));
  if ((await publish(folder, final)) !== null) return { written: false, file: (await recordOf(final)).file };
  await mkdir(place, { recursive: true });
  const at = new Date().toISOString();
  const file = `change-${at.replaceAll(/[-:.]/g, '')}-${hashOf(key).slice(0, 16)}.csv`;
  const temporary = join(folder, recordFolder, `${preparing}${randomUUID()}`);
  await mkdir(temporary);
  const line = lineOf(key, at, effect, grant);
  await writeSafely(
    join(temporary, content),
    stringify([[...columns], line], {
      delimiter: delimiters[delimiter],
      escape_formulas: true,
      record_delimiter: 'windows',
    }),
  );
  await writeSafely(join(temporary, record), JSON.stringify({ key, effect, file }));
  try {
    await rename(temporary, final);
  } catch (error) {
    // Somebody else was faster with the same change: theirs counts.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
    await rm(temporary, { recursive: true });
    await publish(folder, final);
    return { written: false, file: (await recordOf(final)).file };
  }
  await publish(folder, final);
  return { written: true, file };
}

/** The change of this pair that was written last, finished if its writer died; null: there was none. */
export async function lastChange(folder: string, grant: RemoteGrant): Promise<Change | null> {
  const place = join(folder, recordFolder, pairName(grant));
  const names = await readdir(place).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  let last: Change | null = null;
  for (const name of names) {
    const change = await recordOf(join(place, name));
    await publish(folder, join(place, name));
    if (last === null || last.writtenAt < change.writtenAt) last = change;
  }
  return last;
}

/** What was prepared by processes that died before it became known is of no use to anybody. */
export async function sweep(folder: string): Promise<void> {
  const names = await readdir(join(folder, recordFolder)).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names.filter((each) => each.startsWith(preparing))) {
    const path = join(folder, recordFolder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > dayMilliseconds) await rm(path, { recursive: true, force: true });
  }
}

/** Null: nobody has made this change known. Else it is where the application finds it, or has been taken away from there. */
async function publish(folder: string, final: string): Promise<'now' | 'before' | null> {
  const known = await recordOf(final).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (known === null) return null;
  const left = join(final, content);
  await mkdir(join(folder, changesFolder), { recursive: true });
  try {
    await rename(left, join(folder, changesFolder, known.file));
    return 'now';
  } catch (error) {
    if (!isMissing(error)) throw error;
    // Missing may also be the folder it goes to; then it is still here, and has to be tried again.
    if (await stat(left).then(() => true, isStillThere)) throw error;
    return 'before';
  }
}

function isStillThere(error: unknown): boolean {
  if (isMissing(error)) return false;
  throw error;
}

async function recordOf(final: string): Promise<Change> {
  const path = join(final, record);
  const known = JSON.parse(await readFile(path, 'utf8')) as Omit<Change, 'writtenAt'>;
  return { ...known, writtenAt: (await stat(path)).mtimeMs };
}

function lineOf(key: string, at: string, effect: Change['effect'], grant: WantedGrant): readonly string[] {
  const person: Partial<AccountDraft> = grant.person ?? {};
  return [
    key,
    at,
    effect,
    grant.accountExternalId,
    grant.entitlementExternalId,
    grant.expiresAt ?? '',
    person.email ?? '',
    person.displayName ?? '',
    person.firstName ?? '',
    person.lastName ?? '',
    person.department ?? '',
    person.jobTitle ?? '',
    person.employeeId ?? '',
  ];
}

function pairName({ accountExternalId, entitlementExternalId }: RemoteGrant): string {
  return hashOf(JSON.stringify([accountExternalId, entitlementExternalId]));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/** On the disk before anything says that it is. */
async function writeSafely(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o640);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
