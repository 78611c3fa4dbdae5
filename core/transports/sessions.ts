/**
 * Sessions of the browser mode, in this process's memory alone: a one-time link is exchanged for a session,
 * and the session's cookie is the right to use it. Only digests are kept; a restart ends them all.
 */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Session } from '#core/workspace.ts';

/** How long a link waits to be used, in milliseconds. */
export const linkLifetime = 10 * 60_000;
/** Links nobody opened and sessions nobody uses any more must not pile up; the oldest go first. */
const maximumLinks = 100;
const maximumSessions = 1_000;

export interface Sessions {
  /** A fresh token (256 bits, base64url) that `redeem` takes once within ten minutes. */
  createLink(): string;
  /** Exchanges a token for a new session and its cookie's value; null when it is unknown, used or expired. */
  redeem(token: string): { readonly session: Session; readonly cookie: string } | null;
  /** The session of a cookie's value; null when there is none. */
  find(cookie: string): Session | null;
}

export interface SessionsOptions {
  /** The address that redeems a token. Default: sessions offer no links to further windows. */
  readonly address?: (token: string) => string;
  /** Epoch milliseconds; replaced by tests. */
  readonly clock?: () => number;
}

export function createSessions({ address, clock = Date.now }: SessionsOptions = {}): Sessions {
  const links: { readonly digest: Buffer; readonly expiresAt: number }[] = [];
  const sessions: { readonly digest: Buffer; readonly session: Session }[] = [];

  function createLink(): string {
    const token = secret();
    discardExpired();
    while (links.length >= maximumLinks) links.shift();
    links.push({ digest: digestOf(token), expiresAt: clock() + linkLifetime });
    return token;
  }

  function discardExpired(): void {
    const now = clock();
    while (links[0] !== undefined && links[0].expiresAt <= now) links.shift();
  }

  return {
    createLink,
    redeem(token) {
      discardExpired();
      const index = indexOf(links, token);
      if (index === -1) return null;
      links.splice(index, 1);
      const cookie = secret();
      const session = createSession(address === undefined ? () => null : () => address(createLink()));
      while (sessions.length >= maximumSessions) sessions.shift();
      sessions.push({ digest: digestOf(cookie), session });
      return { session, cookie };
    },
    find(cookie) {
      return sessions[indexOf(sessions, cookie)]?.session ?? null;
    },
  };
}

/** A session nobody is signed in to. `windowLink` is null where windows are the shell's business. */
export function createSession(windowLink: () => string | null): Session {
  let operatorId: EmployeeId | null = null;
  return {
    id: randomUUID(),
    get operatorId() {
      return operatorId;
    },
    signIn(employeeId) {
      operatorId = employeeId;
    },
    signOut() {
      operatorId = null;
    },
    windowLink,
  };
}

/** Compares with all of them in constant time, so that how long it takes tells nothing about any. */
function indexOf(kept: readonly { readonly digest: Buffer }[], offered: string): number {
  const digest = digestOf(offered);
  let found = -1;
  kept.forEach((candidate, index) => {
    if (timingSafeEqual(candidate.digest, digest)) found = index;
  });
  return found;
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
