/** Does to accounts what people asked for after a discovery: intent on disk, effect, read back, record. */
import { recordAccountEffect, startAccountEffect } from '#core/commands/finding.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import type { Connector, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { freshCommand } from '#core/domain/command.ts';
import { messageOf } from '#core/domain/errors.ts';
import type { AccountEffect } from '#core/domain/finding.ts';
import type { ApplicationId, FindingId } from '#core/domain/ids.ts';
import { epochMilliseconds, plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { Connections } from './connections.ts';
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
  readonly now: () => Instant;
  readonly owner: string;
  readonly log: (problem: string, error: unknown) => void;
}

const leaseMilliseconds = 120_000;
const effectMilliseconds = 60_000;
const longestSleep = 30_000;

type EffectOutcome = Parameters<typeof recordAccountEffect.run>[0]['outcome'];

export function createAccountEffects(options: AccountEffectsOptions): AccountEffects {
  const { database, execute, connections, now, owner, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let working: Promise<void> = Promise.resolve();

  function wakeIn(milliseconds: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void work(), milliseconds);
    timer.unref();
  }

  /** One after another: such effects are few, and an application is not to be hurried with them. */
  function work(): Promise<void> {
    working = working.then(workOnce).catch((error: unknown) => log('An account could not be changed', error));
    return working;
  }

  async function workOnce(): Promise<void> {
    if (stopped) return;
    const due = await database.read
      .selectFrom('finding')
      .select(['id', 'application_id', 'effect'])
      .where('effect_due_at', '<=', now())
      .orderBy('effect_due_at')
      .limit(100)
      .execute();
    for (const { id, application_id, effect } of due)
      if (effect !== null && !stopped) await one(id, application_id, effect);
    const { next } = await database.read
      .selectFrom('finding')
      .select((eb) => eb.fn.min<Instant | null>('effect_due_at').as('next'))
      .where('effect_due_at', '>', now())
      .executeTakeFirstOrThrow();
    if (next !== null) wakeIn(Math.min(longestSleep, Math.max(5, epochMilliseconds(next) - epochMilliseconds(now()))));
  }

  async function one(id: FindingId, applicationId: ApplicationId, effect: AccountEffect): Promise<void> {
    await connections.use(applicationId, async (connection) => {
      // Somebody else has the credential.
      if (connection.kind === 'noCredential') return;
      const leaseUntil = plusMilliseconds(now(), leaseMilliseconds);
      const started = await execute(
        startAccountEffect,
        systemCommand({ findingId: id, leaseOwner: owner, leaseUntil }),
      );
      if (started.outcome === 'refused' || !started.value.proceed) return;
      const outcome =
        connection.kind === 'open'
          ? await changed(connection.connector, id, effect)
          : ({ kind: 'failed', problem: connection.message } as const);
      const recorded = await execute(recordAccountEffect, systemCommand({ findingId: id, leaseOwner: owner, outcome }));
      if (recorded.outcome === 'refused')
        log('What became of an account was not taken', new Error(recorded.refusal.message));
    });
  }

  async function changed(connector: Connector, id: FindingId, effect: AccountEffect): Promise<EffectOutcome> {
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
      const written = await write(connector, account, effect, row, signal);
      if (written === null)
        return { kind: 'failed', problem: 'The connector cannot do this; it has to be done by hand.' };
      if (written.kind === 'retryable')
        return {
          kind: 'retry',
          problem: written.message.slice(0, 2000),
          afterMilliseconds: written.afterMilliseconds,
          jitter: Math.random(),
        };
      const gone = written.kind === 'notFound' && effect !== 'updateAccount';
      if (written.kind !== 'applied' && written.kind !== 'already' && !gone)
        return { kind: 'failed', problem: written.message.slice(0, 2000) };
      const problem = await notSoAfterwards(connector, account, effect, signal);
      if (problem !== null) return { kind: 'retry', problem, afterMilliseconds: null, jitter: Math.random() };
      return {
        kind: 'done',
        outcome: written.kind === 'applied' ? 'applied' : 'already',
        source: connector.source,
        readBackAt: connector.findAccount === undefined ? null : now(),
      };
    } catch (error) {
      return {
        kind: 'retry',
        problem: `The connector stopped unexpectedly: ${messageOf(error)}`.slice(0, 2000),
        afterMilliseconds: null,
        jitter: Math.random(),
      };
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
    idle: work,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await working;
    },
  };
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
  person: Person,
  signal: AbortSignal,
): Promise<Outcome<unknown> | null> {
  if (effect === 'disableAccount') return (await connector.disableAccount?.(account, signal)) ?? null;
  if (effect === 'deleteAccount') return (await connector.deleteAccount?.(account, signal)) ?? null;
  if (connector.updateAccount === undefined) return null;
  if (person.employee_id === null || person.work_email === null || person.full_name === null)
    return { kind: 'refused', message: 'The account belongs to nobody in the directory.' };
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
  // The login stays as it is: only what the directory says of the person is brought over.
  return connector.updateAccount(account, { ...draft, username: account.username }, signal);
}

/** What is still not as it was asked for when the application is looked at again; null: it is. */
async function notSoAfterwards(
  connector: Connector,
  account: RemoteAccount,
  effect: AccountEffect,
  signal: AbortSignal,
): Promise<string | null> {
  if (effect === 'updateAccount') return null;
  const seen = await connector.findAccount?.(
    { username: account.username, email: account.email ?? account.username },
    signal,
  );
  if (seen === undefined || seen.kind === 'notFound') return null;
  if (seen.kind !== 'applied' && seen.kind !== 'already') return seen.message.slice(0, 2000);
  if (seen.value.externalId !== account.externalId) return null;
  if (effect === 'deleteAccount') return 'The application answered with success, but the account is still there.';
  return seen.value.active ? 'The application answered with success, but the account can still be used.' : null;
}
