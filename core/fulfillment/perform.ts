/**
 * Performs one effect in an application: finds or creates the account, writes, and reads back. Every step
 * converges, so performing it again after a lost answer or a crash does nothing twice.
 */
import type {
  AccountDraft,
  AddressedGrant,
  Connector,
  Failure,
  Facts,
  GrantReading,
  Outcome,
  RemoteAccount,
} from '#core/connectors/connector.ts';
import { GatehouseError } from '#core/domain/errors.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Attempt } from '#core/commands/fulfillment.command.ts';
import type { PasswordKeeper } from './initial-password.ts';
import { asksOthers, performTicket, type TicketWork } from './perform-ticket.ts';

/** What must be known to perform a task. */
export interface Work {
  readonly effect: 'grant' | 'revoke';
  readonly entitlementExternalId: string;
  /** Names the write: the same in every attempt at it. Left out: the application's state alone says what was done. */
  readonly key?: string;
  readonly person: {
    readonly employeeId: string;
    readonly workEmail: string;
    readonly fullName: string;
    readonly firstName: string | null;
    readonly lastName: string | null;
    readonly department: string | null;
    readonly jobTitle: string | null;
  };
  /** The name of the service account it is for, which the person owns; null or left out: an account of their own. */
  readonly serviceAccount?: string | null;
  /** The accounts in question in the application that the workspace knows, the likeliest first: those that are enabled. */
  readonly accounts: readonly RemoteAccount[];
  /** External id of the one that was there last and is gone; null or left out: there was none. */
  readonly formerAccount?: string | null;
  /** Attempts made before this one: an effect found present may be theirs. */
  readonly earlierAttempts: number;
  /** The application took the write earlier: it is only read whether the access is there. */
  readonly accepted?: boolean;
  /** When the access is to end; null or left out: never. */
  readonly expiresAt?: Instant | null;
  /** For connectors that ask others to do it. */
  readonly ticket?: TicketWork;
}

export interface Performance {
  readonly connector: Connector;
  readonly signal: AbortSignal;
  readonly now: () => Instant;
  /** Between 0 and 1, to spread retries. */
  readonly jitter: () => number;
  /** For connectors that give new accounts a first password. */
  readonly passwords?: PasswordKeeper | null;
}

export async function perform(work: Work, performance: Performance): Promise<Attempt> {
  const { connector } = performance;
  if (asksOthers(connector) && work.ticket !== undefined) {
    const outcome = await performTicket(work.ticket, work.accepted === true, connector, performance);
    return 'news' in outcome ? { kind: 'ticket', said: outcome.news } : failed(work, outcome.failure, performance);
  }
  if (connector.read === undefined || (work.effect === 'grant' ? connector.grant : connector.revoke) === undefined) {
    return failed(
      work,
      { kind: 'needsPerson', message: 'The connector cannot do this; it has to be done by hand.' },
      performance,
    );
  }
  if (work.accepted === true) return readAccepted(work, performance);
  return work.effect === 'grant' ? performGrant(work, performance) : performRevoke(work, performance);
}

async function performGrant(work: Work, performance: Performance): Promise<Attempt> {
  const [known] = work.accounts;
  const found =
    known === undefined ? onlyEnabled(await findOrCreate(work, performance)) : await enabled(known, work, performance);
  if (!succeeded(found)) return failed(work, found, performance);
  const attempt = await grantTo(found.value, found.kind === 'applied', found.facts, work, performance);
  if (attempt.kind !== 'accountGone') return attempt;
  // The account was deleted in the application since it was last seen: the person gets a new one.
  const anew = onlyEnabled(await findOrCreate(work, performance));
  if (!succeeded(anew)) return failed(work, anew, performance);
  const again = await grantTo(anew.value, anew.kind === 'applied', anew.facts, work, performance);
  return again.kind === 'accountGone'
    ? failed(work, { kind: 'retryable', message: again.message, afterMilliseconds: null }, performance)
    : again;
}

/** A known account, when it can be used. One that was seen disabled is asked for once more: it may have been enabled since. */
async function enabled(known: RemoteAccount, work: Work, performance: Performance): Promise<Outcome<RemoteAccount>> {
  const found: Outcome<RemoteAccount> = { kind: 'already', value: known, facts: {} };
  if (known.active) return found;
  const now = await findAccount(work, performance);
  // Where it cannot be looked up, what was seen last holds: no second account is made beside a disabled one.
  return onlyEnabled(now.kind === 'notFound' || now.kind === 'needsPerson' ? found : now);
}

/** Nothing is given to an account that is disabled: whoever disabled it had a reason, which a person has to know. */
function onlyEnabled(found: Outcome<RemoteAccount>): Outcome<RemoteAccount> {
  if (!succeeded(found) || found.value.active) return found;
  return {
    kind: 'needsPerson',
    message: `The account ${found.value.username} is disabled in the application, so nothing was given to it. Enable it there if it should be used again, then send this again; or say that it cannot be done.`,
  };
}

async function grantTo(
  account: RemoteAccount,
  accountCreated: boolean,
  accountFacts: Facts,
  work: Work,
  performance: Performance,
): Promise<Attempt | { readonly kind: 'accountGone'; readonly message: string }> {
  const { connector, signal } = performance;
  const grant = grantOf(work, account);
  // Also to applications that do not end access by themselves: some can end more than that, such as a password.
  const expiresAt = work.expiresAt ?? null;
  const wanted = { ...grant, person: accountDraftOf(work), ...(expiresAt === null ? {} : { expiresAt }) };
  const written = await guarded(() => connector.grant?.(wanted, signal));
  if (written.kind === 'notFound' && written.what === 'account')
    return { kind: 'accountGone', message: written.message };
  if (!succeeded(written)) {
    const attempt = failed(work, written, performance);
    // Remembered, so that a later attempt asks what became of it instead of making another.
    return attempt.kind === 'awaiting' ? { ...attempt, account } : attempt;
  }
  const seen = await guarded(() => connector.read?.(grant, signal));
  if (!succeeded(seen)) return failed(work, seen, performance);
  if (!seen.value.held && seen.value.pending === true) return waiting(seen.value, account, accountCreated, performance);
  if (!seen.value.held) {
    return failed(
      work,
      {
        kind: 'retryable',
        message: 'The application answered with success, but the access is not there.',
        afterMilliseconds: null,
      },
      performance,
    );
  }
  return {
    kind: 'done',
    outcome: written.kind,
    account,
    accountCreated,
    heldAfterwards: true,
    readBackAt: performance.now(),
    source: connector.source,
    facts: { ...accountFacts, ...written.facts, ...seen.facts, ...endSeen(seen.value) },
  };
}

function grantOf(work: Work, account: RemoteAccount): AddressedGrant {
  const grant = { accountExternalId: account.externalId, entitlementExternalId: work.entitlementExternalId };
  return work.key === undefined ? grant : { ...grant, key: work.key };
}

/** The application took the write earlier: nothing is written again, whatever is read. */
async function readAccepted(work: Work, performance: Performance): Promise<Attempt> {
  const { connector, signal } = performance;
  const facts: Record<string, string> = {};
  let held: RemoteAccount | null = null;
  for (const account of work.accounts) {
    const grant = grantOf(work, account);
    const seen = await guarded(() => connector.read?.(grant, signal));
    if (seen.kind === 'notFound') continue;
    if (!succeeded(seen)) return failed(work, seen, performance);
    if (seen.value.pending === true) return waiting(seen.value, account, false, performance);
    Object.assign(facts, seen.facts, endSeen(seen.value));
    if (seen.value.held) held = account;
  }
  if ((held !== null) !== (work.effect === 'grant')) {
    const message =
      work.effect === 'grant'
        ? 'The application took it, but the access is neither there nor awaited any more: it was declined, cancelled, or its time is over. To ask for it once more, send it again.'
        : 'The application took it, but the access is still there and nothing is awaited any more. To remove it once more, send it again.';
    return { kind: 'failed', problem: message, mayHaveHappened: true };
  }
  return {
    kind: 'done',
    outcome: 'applied',
    account: held ?? work.accounts[0] ?? null,
    accountCreated: false,
    heldAfterwards: held !== null,
    readBackAt: performance.now(),
    source: connector.source,
    facts,
  };
}

function waiting(
  reading: GrantReading,
  account: RemoteAccount,
  accountCreated: boolean,
  { connector, jitter }: Performance,
): Attempt {
  return {
    kind: 'pending',
    waitsFor: (reading.waitsFor ?? 'something outside Gatehouse, such as an invitation to be accepted').slice(0, 900),
    account,
    accountCreated,
    source: connector.source,
    jitter: jitter(),
  };
}

/** The end that the application itself knows, for the evidence. */
function endSeen({ expiresAt }: GrantReading): Facts {
  return typeof expiresAt === 'string' ? { endsInApplicationAt: expiresAt } : {};
}

/** Removes the entitlement from every account the person has: one account left over is access left over. */
async function performRevoke(work: Work, performance: Performance): Promise<Attempt> {
  const { connector, signal } = performance;
  // Besides the accounts that are known there may be one that was made, or made anew, in the application itself.
  const found = await findAccount(work, performance);
  const known = work.accounts.length > 0;
  if (
    !succeeded(found) &&
    found.kind !== 'notFound' &&
    !(known && found.kind === 'needsPerson' && found.cause === undefined)
  )
    return failed(work, found, performance);
  const accounts =
    succeeded(found) && !work.accounts.some((account) => account.externalId === found.value.externalId)
      ? [...work.accounts, found.value]
      : work.accounts;
  let outcome: 'applied' | 'already' = 'already';
  let facts: Facts = {};
  let awaited: { readonly reading: GrantReading; readonly account: RemoteAccount } | null = null;
  for (const account of accounts) {
    const grant = grantOf(work, account);
    const written = await guarded(() => connector.revoke?.(grant, signal));
    // What does not exist is held by nobody.
    if (written.kind === 'notFound') continue;
    if (!succeeded(written)) return failed(work, written, performance);
    const seen = await guarded(() => connector.read?.(grant, signal));
    if (seen.kind !== 'notFound') {
      if (!succeeded(seen)) return failed(work, seen, performance);
      if (seen.value.held && seen.value.pending === true) {
        awaited = { reading: seen.value, account };
        continue;
      }
      if (seen.value.held || seen.value.pending === true) {
        return failed(
          work,
          {
            kind: 'retryable',
            message: seen.value.held
              ? 'The application answered with success, but the access is still there.'
              : 'The application answered with success, but what was offered can still be taken.',
            afterMilliseconds: null,
          },
          performance,
        );
      }
      facts = { ...facts, ...seen.facts };
    }
    if (written.kind === 'applied') outcome = 'applied';
    facts = { ...facts, ...written.facts };
  }
  if (awaited !== null) return waiting(awaited.reading, awaited.account, false, performance);
  return {
    kind: 'done',
    outcome,
    account: accounts[0] ?? null,
    accountCreated: false,
    heldAfterwards: false,
    readBackAt: performance.now(),
    source: connector.source,
    facts,
  };
}

async function findAccount(work: Work, { connector, signal }: Performance): Promise<Outcome<RemoteAccount>> {
  const { username, email } = loginOf(work);
  return onlyTheServiceAccount(work, await guarded(() => connector.findAccount?.({ username, email }, signal)));
}

/** A service account never has its owner's address: found by it, the owner's own login would get the access. */
function loginOf({ person, serviceAccount }: Pick<Work, 'person' | 'serviceAccount'>): {
  readonly username: string;
  readonly email: string;
} {
  if (serviceAccount === null || serviceAccount === undefined)
    return { username: person.workEmail, email: person.workEmail };
  const domain = person.workEmail.slice(person.workEmail.lastIndexOf('@'));
  return {
    username: serviceAccount,
    email: serviceAccount.includes('@') ? serviceAccount : `${serviceAccount}${domain}`,
  };
}

/** Applications also answer with a login of another name that has the address. That one is somebody else's. */
function onlyTheServiceAccount(work: Work, found: Outcome<RemoteAccount>): Outcome<RemoteAccount> {
  const { serviceAccount } = work;
  if (serviceAccount === null || serviceAccount === undefined || !succeeded(found)) return found;
  if (found.value.username.toLowerCase() === serviceAccount.toLowerCase()) return found;
  return {
    kind: 'needsPerson',
    message: `The application answered with the account ${found.value.username} when asked for the service account ${serviceAccount}. Nothing was changed.`,
  };
}

async function findOrCreate(work: Work, performance: Performance): Promise<Outcome<RemoteAccount>> {
  const found = await findAccount(work, performance);
  if (found.kind !== 'notFound') return found;
  const { connector, signal } = performance;
  if (connector.createAccount === undefined) {
    return {
      kind: 'needsPerson',
      message: `${work.person.fullName} has no account in the application, and the connector cannot create one.`,
    };
  }
  const { passwords = null } = performance;
  const { formerAccount = null } = work;
  const draft = { ...accountDraftOf(work), ...(formerAccount === null ? {} : { formerAccount }) };
  if (passwords === null)
    return onlyTheServiceAccount(work, await guarded(() => connector.createAccount?.(draft, signal)));
  let initialPassword: string;
  try {
    // In the keychain before the account can have it.
    initialPassword = await passwords.prepare();
  } catch (error) {
    if (error instanceof GatehouseError)
      return {
        kind: 'retryable',
        message: `No first password could be kept: ${error.message}`,
        afterMilliseconds: null,
      };
    throw error;
  }
  const created = await guarded(() => connector.createAccount?.({ ...draft, initialPassword }, signal));
  if (created.kind === 'already') await passwords.discard();
  return onlyTheServiceAccount(work, created);
}

/** What a missing account is made from. Of a service account's owner it says only the department that answers for it. */
export function accountDraftOf(work: Pick<Work, 'person' | 'serviceAccount'>): AccountDraft {
  const { person } = work;
  const login = loginOf(work);
  const isService = work.serviceAccount !== null && work.serviceAccount !== undefined;
  return {
    ...login,
    displayName: isService ? login.username : person.fullName,
    firstName: isService ? null : person.firstName,
    lastName: isService ? null : person.lastName,
    department: person.department,
    jobTitle: isService ? null : person.jobTitle,
    employeeId: isService ? login.username : person.employeeId,
  };
}

/** A connector that throws has a bug or was stopped; either way the effect is in doubt and is tried again. */
async function guarded<Value>(call: () => Promise<Outcome<Value>> | undefined): Promise<Outcome<Value>> {
  try {
    return (await call()) ?? { kind: 'needsPerson', message: 'The connector lacks this ability.' };
  } catch (error) {
    return {
      kind: 'retryable',
      message: `The connector stopped unexpectedly: ${error instanceof Error ? error.message : String(error)}`,
      afterMilliseconds: null,
    };
  }
}

function succeeded<Value>(
  outcome: Outcome<Value>,
): outcome is Extract<Outcome<Value>, { readonly kind: 'applied' | 'already' }> {
  return outcome.kind === 'applied' || outcome.kind === 'already';
}

function failed(work: Work, failure: Failure, { jitter }: Performance): Attempt {
  if (failure.kind === 'retryable' && failure.waitsFor !== undefined)
    return { kind: 'awaiting', waitsFor: failure.waitsFor.slice(0, 900), account: null, jitter: jitter() };
  if (failure.kind === 'retryable') {
    return { kind: 'retry', problem: failure.message, afterMilliseconds: failure.afterMilliseconds, jitter: jitter() };
  }
  if (failure.kind === 'needsPerson' && failure.cause === 'credential')
    return { kind: 'credential', problem: failure.message };
  return { kind: 'failed', problem: failure.message, mayHaveHappened: work.earlierAttempts > 0 };
}
