/**
 * The users and groups of the sample SCIM service: one JSON file, replaced as a whole with every
 * change, so that what was answered to a client is what a restart finds.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { v5, v7 } from 'uuid';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';

/** The namespace under which seeded names become ids, so that the same seed has the same ids everywhere. */
const seedNamespace = '6f1a3c1e-5d0b-4a54-9a55-3f1d6a0c2b7e';

/** A resource as stored: its SCIM attributes without `id`, `meta` and the attributes derived from others. */
export interface StoredResource {
  readonly id: string;
  readonly created: string;
  readonly lastModified: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface StoredGroup extends StoredResource {
  /** Ids of users or groups, each once. */
  readonly memberIds: readonly string[];
}

export interface ScimState {
  readonly users: readonly StoredResource[];
  readonly groups: readonly StoredGroup[];
}

export interface ScimStore {
  readonly state: ScimState;
  /** Makes the change durable, then visible. Changes run one after another, each on the result of the one before. */
  change<Value>(make: (state: ScimState) => { readonly state: ScimState; readonly value: Value }): Promise<Value>;
}

export function seededId(kind: 'user' | 'group', name: string): string {
  return v5(`${kind}:${name}`, seedNamespace);
}

export function freshId(): string {
  return v7();
}

/** Names as the service compares them: user names are unique without regard to case (RFC 7643 section 4.1.1). */
export function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * Opens the store of a directory, which is made if it is not there.
 * @throws GatehouseError `sample.unreadable` when the file is there and cannot be understood.
 */
export async function openScimStore(directory: string): Promise<ScimStore> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'scim.json');
  let state = await load(file);
  let last: Promise<unknown> = Promise.resolve();
  return {
    get state() {
      return state;
    },
    change(make) {
      const run = async () => {
        const { state: next, value } = make(state);
        if (next !== state) {
          await replaceFile(file, JSON.stringify(next));
          state = next;
        }
        return value;
      };
      const result = last.then(run);
      // A change that failed must not fail those waiting behind it; its own caller hears of it.
      last = result.catch(() => undefined);
      return result;
    },
  };
}

async function load(file: string): Promise<ScimState> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { users: [], groups: [] };
    throw thrown;
  }
  try {
    const parsed = JSON.parse(text) as ScimState;
    if (!Array.isArray(parsed.users) || !Array.isArray(parsed.groups))
      throw new TypeError('users or groups are missing');
    return parsed;
  } catch (thrown) {
    throw new GatehouseError(
      'sample.unreadable',
      `${file} cannot be read (${messageOf(thrown)}). Remove it to start the sample service afresh.`,
      { file },
      thrown,
    );
  }
}

/** Replaces a file so that a crash leaves the old or the new one, never a part: written beside it, flushed, renamed. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text, 'utf8');
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  // The rename itself is durable once the directory is; Windows cannot open one, and needs not.
  if (process.platform === 'win32') return;
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
