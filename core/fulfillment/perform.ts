/**
 * Performs one effect in an application: finds or creates the account, writes, and reads back. Every step
 * converges, so performing it again after a lost answer or a crash does nothing twice.
 */
import type { AccountDraft, Connector, Failure, Facts, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Attempt } from '#core/commands/fulfillment.command.ts';

/** What must be known to perform a task. */
export interface Work {
  readonly effect: 'grant' | 'revoke';
  readonly entitlementExternalId: string;
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
  /** The accounts in question in the application that the workspace knows, the likeliest first. */
  readonly accounts: readonly RemoteAccount[];
  /** Attempts made before this one: an effect found present may be theirs. */
  readonly earlierAttempts: number;
}

export interface Performance {
  readonly connector: Connector;
  readonly signal: AbortSignal;
  readonly now: () => Instant;
  /** Between 0 and 1, to spread retries. */
  readonly jitter: () => number;
}

export async function perform(work: Work, performance: Performance): Promise<Attempt> {
  const { connector } = performance;
  if (connector.read === undefined || (work.effect === 'grant' ? connector.grant : connector.revoke) === undefined) {
    return failed(
      work,
      { kind: 'needsPerson', message: 'The connector cannot do this; it has to be done by hand.' },
      performance,
    );
  }
  return work.effect === 'grant' ? performGrant(work, performance) : performRevoke(work, performance);
}

async function performGrant(work: Work, performance: Performance): Promise<Attempt> {
  const [known] = work.accounts;
  const found =
    known === undefined ? await findOrCreate(work, performance) : { kind: 'already' as const, value: known, facts: {} };
  if (!succeeded(found)) return failed(work, found, performance);
  const attempt = await grantTo(found.value, found.kind === 'applied', found.facts, work, performance);
  if (attempt.kind !== 'accountGone') return attempt;
  // The account was deleted in the application since it was last seen: the person gets a new one.
  const anew = await findOrCreate(work, performance);
  if (!succeeded(anew)) return failed(work, anew, performance);
  const again = await grantTo(anew.value, anew.kind === 'applied', anew.facts, work, performance);
  return again.kind === 'accountGone'
    ? failed(work, { kind: 'retryable', message: again.message, afterMilliseconds: null }, performance)
    : again;
}

async function grantTo(
  account: RemoteAccount,
  accountCreated: boolean,
  accountFacts: Facts,
  work: Work,
  performance: Performance,
): Promise<Attempt | { readonly kind: 'accountGone'; readonly message: string }> {
  const { connector, signal } = performance;
  const grant = { accountExternalId: account.externalId, entitlementExternalId: work.entitlementExternalId };
  const written = await guarded(() => connector.grant?.(grant, signal));
  if (written.kind === 'notFound' && written.what === 'account')
    return { kind: 'accountGone', message: written.message };
  if (!succeeded(written)) return failed(work, written, performance);
  const seen = await guarded(() => connector.read?.(grant, signal));
  if (!succeeded(seen)) return failed(work, seen, performance);
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
    facts: { ...accountFacts, ...written.facts, ...seen.facts },
  };
}

/** Removes the entitlement from every account the person has: one account left over is access left over. */
async function performRevoke(work: Work, performance: Performance): Promise<Attempt> {
  const { connector, signal } = performance;
  // Besides the accounts that are known there may be one that was made, or made anew, in the application itself.
  const found = await findAccount(work, performance);
  const known = work.accounts.length > 0;
  if (!succeeded(found) && found.kind !== 'notFound' && !(known && found.kind === 'needsPerson'))
    return failed(work, found, performance);
  const accounts =
    succeeded(found) && !work.accounts.some((account) => account.externalId === found.value.externalId)
      ? [...work.accounts, found.value]
      : work.accounts;
  let outcome: 'applied' | 'already' = 'already';
  let facts: Facts = {};
  for (const account of accounts) {
    const grant = { accountExternalId: account.externalId, entitlementExternalId: work.entitlementExternalId };
    const written = await guarded(() => connector.revoke?.(grant, signal));
    // What does not exist is held by nobody.
    if (written.kind === 'notFound') continue;
    if (!succeeded(written)) return failed(work, written, performance);
    const seen = await guarded(() => connector.read?.(grant, signal));
    if (seen.kind !== 'notFound') {
      if (!succeeded(seen)) return failed(work, seen, performance);
      if (seen.value.held) {
        return failed(
          work,
          {
            kind: 'retryable',
            message: 'The application answered with success, but the access is still there.',
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
  const draft = accountDraftOf(work);
  return onlyTheServiceAccount(work, await guarded(() => connector.createAccount?.(draft, signal)));
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
  if (failure.kind === 'retryable') {
    return { kind: 'retry', problem: failure.message, afterMilliseconds: failure.afterMilliseconds, jitter: jitter() };
  }
  return { kind: 'failed', problem: failure.message, mayHaveHappened: work.earlierAttempts > 0 };
}
