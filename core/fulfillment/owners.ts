/**
 * Who holds a lease: this machine's name, the process and a number of its own. Each owner leaves a file for as long as
 * it lives where only processes of this machine find it, so that a dead one is recognised at once. Without the
 * file nothing is concluded: another machine may have the same name, and its leases end by the clock.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { lifeOf, ownMark, type ProcessMark } from './process-life.ts';

export interface Owner {
  /** `hostname:pid:uuid`, as it stands in leases. */
  readonly name: string;
  /** Whether the process behind a lease is known to be dead. */
  isDead(owner: string): boolean;
  /** Takes the file away: from now on the leases of this owner end by the clock. */
  leave(): void;
}

/** Files of processes that died long ago are removed in passing. */
const forgottenAfter = 7 * 86_400_000;

/** @param folder where the files are; for tests. */
export function becomeOwner(folder = join(tmpdir(), `gatehouse-owners-${userInfo().uid}`)): Owner {
  const id = randomUUID();
  const name = `${hostname()}:${process.pid}:${id}`;
  const file = join(folder, id);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    sweep(folder);
    writeFileSync(file, JSON.stringify({ ...ownMark(), since: Date.now() } satisfies Left), { mode: 0o600 });
  } catch {
    // A machine without a writable temporary folder: leases end by the clock, as they do between machines.
    return { name, isDead: () => false, leave: () => undefined };
  }
  return {
    name,
    isDead(owner) {
      const theirs = owner.slice(owner.lastIndexOf(':') + 1);
      if (owner === name || !/^[0-9a-f-]{36}$/.test(theirs)) return false;
      const left = readOwner(join(folder, theirs));
      return left !== null && lifeOf(left) === 'dead';
    },
    leave: () => rmSync(file, { force: true }),
  };
}

interface Left extends ProcessMark {
  readonly since: number;
}

function readOwner(file: string): Left | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Left;
  } catch {
    // Not there, or half written: nothing is known of this owner.
    return null;
  }
}

function sweep(folder: string): void {
  for (const entry of readdirSync(folder)) {
    const left = readOwner(join(folder, entry));
    if (left !== null && Date.now() - left.since > forgottenAfter && lifeOf(left) !== 'alive')
      rmSync(join(folder, entry), { force: true });
  }
}
