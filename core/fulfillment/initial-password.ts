/**
 * First passwords of accounts that need one: made here, put into the keychain of this machine under a name that the
 * workspace remembers, and only then used. Whoever hands one over takes it from there; it is nowhere else.
 */
import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { keepInitialPassword } from '#core/commands/delivery.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { freshCommand } from '#core/domain/command.ts';
import { GatehouseError } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { InitialPassword } from '#core/domain/request.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';

/** Letters and digits that are not mistaken for each other when they are read out. */
const letters = 'abcdefghijkmnpqrstuvwxyz';
const capitals = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const digits = '23456789';
const signs = '-+=.';
const groupLength = 6;
const groups = 4;

/** Some 135 bits, with a small letter, a capital, a digit and a sign in it, as most password rules ask. */
export function makePassword(): string {
  const all = letters + capitals + digits;
  const pick = (from: string) => from.charAt(randomInt(from.length));
  for (;;) {
    const parts = Array.from({ length: groups }, () => Array.from({ length: groupLength }, () => pick(all)).join(''));
    const password = parts.reduce((text, part) => `${text}${pick(signs)}${part}`);
    if ([/[a-z]/, /[A-Z]/, /[2-9]/].every((kind) => kind.test(password))) return password;
  }
}

export interface PasswordKeeper {
  /** The password for the account that is about to be made; what an earlier attempt made on this machine is used again. */
  prepare(): Promise<string>;
  /** The account was there already: what was made is of no use. */
  discard(): Promise<void>;
}

export interface KeeperOptions {
  readonly taskId: FulfillmentTaskId;
  readonly earlier: InitialPassword | null;
  readonly execute: Execute;
  readonly secrets: SecretStore;
  readonly owner: string;
  readonly now: () => Instant;
}

export function createPasswordKeeper({ taskId, earlier, ...parts }: KeeperOptions): PasswordKeeper {
  const { execute, secrets, owner, now } = parts;
  const name = `initial-password:${taskId}`;
  const record = async (kept: { readonly name: string; readonly host: string } | null): Promise<void> => {
    const result = await execute(
      keepInitialPassword,
      freshCommand(
        { fulfillmentTaskId: taskId, leaseOwner: owner, kept },
        { kind: 'system', part: 'fulfillment' },
        now(),
      ),
    );
    if (result.outcome === 'refused') throw new GatehouseError('secret.unavailable', result.refusal.message);
  };
  return {
    async prepare() {
      const held = (await secrets.read(name))?.['password'];
      const password = held ?? makePassword();
      if (held === undefined) await secrets.write(name, { password });
      if (earlier === null || earlier.host !== hostname()) await record({ name, host: hostname() });
      return password;
    },
    async discard() {
      // What an earlier attempt made may be the account's: its answer may have been lost.
      if (earlier !== null) return;
      await secrets.remove(name);
      await record(null);
    },
  };
}
