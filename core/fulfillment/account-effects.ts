/**
 * Does to accounts what people asked for after a discovery: intent on disk, effect, read back, record. Each application
 * has a chain of its own, in its lane, so that none waits for another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { recordAccountEffect, startAccountEffect } from '#core/commands/finding.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import type { AccountDraft, Connector, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { AccountAttribute } from '#core/domain/connector.ts';
import { furtherAttributes } from '#core/domain/directory.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { AccountEffect } from '#core/domain/finding.ts';
import type { ApplicationId, FindingId } from '#core/domain/ids.ts';
import { epochMilliseconds, plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { Connection, Connections } from './connections.ts';
import type { Credentials } from './credentials.ts';
import type { Lanes, Limits, Verdict } from './lanes.ts';
import { accountDraftOf } from './perform.ts';

export interface AccountEffects {
  wake(): void;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface AccountEffectsOptions {
  readonly database: Pick<Database, 'read'>;
  readonly execute: Execute;
  readonly connections: Connections;
  readonly lanes: Lanes;
  readonly credentials: Credentials;
  readonly now: () => Instant;
  readonly owner: string;
  readonly log: (problem: string, error: unknown) => void;
}

const leaseMilliseconds = 120_000;
const effectMilliseconds = 60_000;
const longestSleep = 30_000;
/** While an application has no room: it is looked again this soon. */
const busyMilliseconds = 250;

type EffectOutcome = Parameters<typeof recordAccountEffect.run>[0]['outcome'];

export function createAccountEffects(options: AccountEffectsOptions): AccountEffects {
  const { database, execute, connections, lanes, credentials, now, owner, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** In one application one after another: such effects are few, and it is not to be hurried with them. */
  const chains = new Map<ApplicationId, Promise<void>>();
  let looking: Promise<void> = Promise.resolve();

  function wakeIn(milliseconds: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void look(), milliseconds);
    timer.unref();
  }

  function look(): Promise<void> {
    looking = looking.then(lookOnce).catch((error: unknown) => log('An account could not be changed', error));
    return looking;
  }

  async function lookOnce(): Promise<void> {
    if (stopped) return;
    await lanes.load();
    await credentials.load();
    for (const id of await dueApplications()) {
      if (chains.has(id) || credentials.passage(id) === 'refused') continue;
      const chain = workOff(id)
        .catch((error: unknown) => log('An account could not be changed', error))
        .finally(() => chains.delete(id));
      chains.set(id, chain);
    }
    const { next } = await database.read
      .selectFrom('finding')
      .select((eb) => eb.fn.min<Instant | null>('effect_due_at').as('next'))
      .where('effect_due_at', '>', now())
      .executeTakeFirstOrThrow();
    if (next !== null) wakeIn(Math.min(longestSleep, Math.max(5, epochMilliseconds(next) - epochMilliseconds(now()))));
  }

  async function dueApplications(): Promise<ReadonlySet<ApplicationId>> {
    const due = await database.read
      .selectFrom('finding')
      .select('application_id')
      .where('effect_due_at', '<=', now())
      .execute();
    // Told apart here: asked for distinct ones, SQLite walks every finding there is.
    return new Set(due.map((row) => row.application_id));
  }

  /** What is due in one application, with the same room and pauses as its deliveries. */
  async function workOff(applicationId: ApplicationId): Promise<void> {
    const due = await database.read
      .selectFrom('finding')
      .select(['id', 'effect'])
      .where('application_id', '=', applicationId)
      .where('effect_due_at', '<=', now())
      .orderBy('effect_due_at')
      .limit(100)
      .execute();
    for (const { id, effect } of due) {
      if (effect === null || stopped || credentials.passage(applicationId) === 'refused') continue;
      const goesOn = await connections.use(applicationId, (connection) => one(id, applicationId, effect, connection));
      if (!goesOn) return wakeIn(busyMilliseconds);
    }
  }

  /** False: the application has no room, or is paused. */
  async function one(
    id: FindingId,
    applicationId: ApplicationId,
    effect: AccountEffect,
    connection: Connection,
  ): Promise<boolean> {
    // Somebody else has the credential.
    if (connection.kind === 'noCredential') return true;
    const limits = connection.kind === 'open' ? connection.limits : byHandLimits;
    if (lanes.room(applicationId, limits) !== 0) return false;
    lanes.enter(applicationId, limits);
    let verdict: Verdict = { kind: 'notAsked' };
    try {
      const leaseUntil = plusMilliseconds(now(), leaseMilliseconds);
      const started = await execute(
        startAccountEffect,
        systemCommand({ findingId: id, leaseOwner: owner, leaseUntil }),
      );
      if (started.outcome === 'refused' || !started.value.proceed) return true;
      const outcome =
        connection.kind === 'open'
          ? await changed(connection, id, effect)
          : ({ kind: 'failed', problem: connection.message } as const);
      if (connection.kind === 'open') {
        if (outcome.kind === 'credential')
          await credentials.refused(applicationId, connection.instance.changedAt, outcome.problem);
        else if (outcome.kind === 'retry') verdict = { ...outcome, kind: 'fault' };
        else {
          verdict = { kind: 'answered' };
          await credentials.accepted(applicationId);
        }
      }
      const recorded = await execute(recordAccountEffect, systemCommand({ findingId: id, leaseOwner: owner, outcome }));
      if (recorded.outcome === 'refused')
        log('What became of an account was not taken', new Error(recorded.refusal.message));
      return true;
    } finally {
      await lanes.leave(applicationId, verdict);
    }
  }

  async function changed(
    { connector, description }: Extract<Connection, { readonly kind: 'open' }>,
    id: FindingId,
    effect: AccountEffect,
  ): Promise<EffectOutcome> {
    const signal = AbortSignal.timeout(effectMilliseconds);
    try {
      const row = await accountOf(id);
      if (row === undefined) return { kind: 'failed', problem: 'The account is not in the directory any more.' };
      const account: RemoteAccount = {
        externalId: row.external_id ?? '',
        username: row.username,
        email: row.email,
        displayName: row.display_name,
        active: row.status === 'active',
      };
      // What was decided may have changed since: an account that belongs to somebody by now is left alone.
      if (effect !== 'updateAccount' && row.employee_status === 'active')
        return { kind: 'failed', problem: 'The account belongs to somebody who works here by now.' };
      const draft = effect === 'updateAccount' ? draftOf(account, row) : null;
      if (effect === 'updateAccount' && draft === null)
        return { kind: 'failed', problem: 'The account belongs to nobody in the directory.' };
      const written = await write(connector, account, effect, draft, signal);
      if (written === null)
        return { kind: 'failed', problem: 'The connector cannot do this; it has to be done by hand.' };
      if (written.kind === 'retryable') return again(written.message, written.afterMilliseconds);
      if (written.kind === 'needsPerson' && written.cause === 'credential')
        return { kind: 'credential', problem: written.message.slice(0, 2000) };
      const gone = written.kind === 'notFound' && effect !== 'updateAccount';
      if (written.kind !== 'applied' && written.kind !== 'already' && !gone)
        return { kind: 'failed', problem: written.message.slice(0, 2000) };
      const compared = description.accountAttributes.map(({ name }) => name);
      const after = await lookedAt(connector, account, effect, draft, compared, signal);
      if (after.kind === 'notSo') return again(after.problem, null);
      return {
        kind: 'done',
        outcome: written.kind === 'applied' ? 'applied' : 'already',
        source: connector.source,
        readBackAt: after.kind === 'seen' ? now() : null,
      };
    } catch (error) {
      return again(`The connector stopped unexpectedly: ${messageOf(error)}`, null);
    }
  }

  function accountOf(id: FindingId) {
    return database.read
      .selectFrom('finding')
      .innerJoin('account', 'account.id', 'finding.account_id')
      .leftJoin('employee', 'employee.id', 'account.employee_id')
      .select(['account.external_id', 'account.username', 'account.email', 'account.display_name', 'account.status'])
      .select(['employee.id as employee_id', 'employee.work_email', 'employee.full_name', 'employee.first_name'])
      .select(['employee.last_name', 'employee.department', 'employee.job_title', 'employee.source_user_id'])
      .select('employee.status as employee_status')
      .where('finding.id', '=', id)
      .executeTakeFirst();
  }

  function systemCommand<Payload>(payload: Payload) {
    return freshCommand(payload, { kind: 'system', part: 'fulfillment' }, now());
  }

  return {
    wake: () => wakeIn(1),
    async idle() {
      do {
        await look();
        await Promise.all(chains.values());
        // One whose lane is full for the moment is not asked without end.
        await sleep(1);
      } while (await moreToDo());
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.all(chains.values());
    },
  };

  /** Something was left because there was no room for a moment. */
  async function moreToDo(): Promise<boolean> {
    if (stopped) return false;
    for (const id of await dueApplications()) {
      const connection = await connections.open(id);
      if (connection.kind !== 'open' || credentials.passage(id) === 'refused') continue;
      if (lanes.room(id, connection.limits) !== 'paused') return true;
    }
    return false;
  }
}

/** Of an application that cannot be asked, nothing is asked. */
const byHandLimits: Limits = { concurrency: 16, effectsPerSecond: null };

function again(problem: string, afterMilliseconds: number | null): EffectOutcome {
  return { kind: 'retry', problem: problem.slice(0, 2000), afterMilliseconds, jitter: Math.random() };
}

interface Person {
  readonly employee_id: string | null;
  readonly source_user_id: string | null;
  readonly work_email: string | null;
  readonly full_name: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly department: string | null;
  readonly job_title: string | null;
}

/** Null: the connector lacks the ability. */
async function write(
  connector: Connector,
  account: RemoteAccount,
  effect: AccountEffect,
  draft: AccountDraft | null,
  signal: AbortSignal,
): Promise<Outcome<unknown> | null> {
  if (effect === 'disableAccount') return (await connector.disableAccount?.(account, signal)) ?? null;
  if (effect === 'deleteAccount') return (await connector.deleteAccount?.(account, signal)) ?? null;
  if (connector.updateAccount === undefined || draft === null) return null;
  return connector.updateAccount(account, draft, signal);
}

/** What the directory says of the account's person; null: it is nobody's. The login stays as it is. */
function draftOf(account: RemoteAccount, person: Person): AccountDraft | null {
  if (person.employee_id === null || person.work_email === null || person.full_name === null) return null;
  const draft = accountDraftOf({
    person: {
      employeeId: person.source_user_id ?? person.employee_id,
      workEmail: person.work_email,
      fullName: person.full_name,
      firstName: person.first_name,
      lastName: person.last_name,
      department: person.department,
      jobTitle: person.job_title,
    },
  });
  return { ...draft, username: account.username };
}

type LookedAt =
  | { readonly kind: 'seen' }
  /** The application cannot be asked, or answers with another account. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'notSo'; readonly problem: string };

/** Whether it is as it was asked for when the application is looked at again. */
async function lookedAt(
  connector: Connector,
  account: RemoteAccount,
  effect: AccountEffect,
  draft: AccountDraft | null,
  compared: readonly AccountAttribute['name'][],
  signal: AbortSignal,
): Promise<LookedAt> {
  const email = draft?.email ?? account.email ?? account.username;
  const seen = await connector.findAccount?.({ username: account.username, email }, signal);
  if (seen === undefined) return { kind: 'unseen' };
  if (seen.kind === 'notFound')
    return effect === 'updateAccount'
      ? { kind: 'notSo', problem: 'The application answered with success, but the account is not there.' }
      : { kind: 'seen' };
  if (seen.kind !== 'applied' && seen.kind !== 'already') return { kind: 'notSo', problem: seen.message };
  const other = seen.value.externalId !== account.externalId;
  if (effect === 'deleteAccount')
    return other
      ? { kind: 'seen' }
      : { kind: 'notSo', problem: 'The application answered with success, but the account is still there.' };
  if (other) return { kind: 'unseen' };
  if (effect === 'disableAccount')
    return seen.value.active
      ? { kind: 'notSo', problem: 'The application answered with success, but the account can still be used.' }
      : { kind: 'seen' };
  const differs = (['email', 'displayName'] as const).find(
    (name) =>
      compared.includes(name) &&
      seen.value[name] !== null &&
      seen.value[name].toLowerCase() !== draft?.[name].toLowerCase(),
  );
  if (differs !== undefined)
    return {
      kind: 'notSo',
      problem: `The application answered with success, but the account still has another ${differs === 'email' ? 'e-mail' : 'name'}.`,
    };
  const still = furtherAttributes.find((name) => {
    const [wanted, told] = [draft?.[name], seen.value.attributes?.[name]];
    return compared.includes(name) && told !== undefined && wanted !== null && wanted !== undefined && told !== wanted;
  });
  return still === undefined
    ? { kind: 'seen' }
    : {
        kind: 'notSo',
        problem: `The application answered with success, but the account still has “${seen.value.attributes?.[still]}” for ${still}.`,
      };
}
