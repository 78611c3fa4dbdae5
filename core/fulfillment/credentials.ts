/**
 * Which applications do not accept the credential that this machine holds. What one process of the machine learns holds
 * for the others on it, through the workspace; another machine has a keychain of its own and finds out for itself.
 */
import { hostname } from 'node:os';
import { recordCredentialAccepted, recordCredentialRefused } from '#core/commands/credential.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { epochMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';

export interface Credentials {
  /** `probe`: a single task may try whether it is accepted again. */
  passage(applicationId: ApplicationId): 'free' | 'probe' | 'refused';
  /** Reads what other processes of this machine have learned, and what people have set right. */
  load(): Promise<void>;
  /**
   * @param connectionOf when the connection that was used had been set
   * @returns false: another credential was set meanwhile, so that this says nothing.
   */
  refused(applicationId: ApplicationId, connectionOf: Instant | null, problem: string): Promise<boolean>;
  accepted(applicationId: ApplicationId): Promise<void>;
}

export interface CredentialsOptions {
  readonly database: Pick<Database, 'read'>;
  readonly execute: Execute;
  readonly now: () => Instant;
  /** Left out: this machine's name. */
  readonly machine?: string;
}

/** The last use is kept to this precision: a write for each delivery would be too many. */
const usePrecisionMilliseconds = 10 * 60_000;

export function createCredentials(options: CredentialsOptions): Credentials {
  const { database, execute, now, machine = hostname() } = options;
  const began = now();
  const faults = new Map<ApplicationId, Instant>();
  /** Where this process found out for itself. */
  const tried = new Set<ApplicationId>();
  const used = new Map<ApplicationId, number>();

  function systemCommand<Payload>(payload: Payload) {
    return freshCommand(payload, { kind: 'system', part: 'fulfillment' }, now());
  }

  return {
    passage(applicationId) {
      const retryAt = faults.get(applicationId);
      if (retryAt === undefined) return 'free';
      return retryAt <= now() ? 'probe' : 'refused';
    },
    async load() {
      const rows = await database.read
        .selectFrom('credential_fault')
        .select(['application_id', 'since', 'retry_at'])
        .where('machine', '=', machine)
        .execute();
      const standing = new Set(rows.map((row) => row.application_id));
      for (const id of faults.keys()) if (!standing.has(id)) faults.delete(id);
      // What was learned before this process began is tried once more, by one task: its credentials may be others.
      for (const row of rows)
        faults.set(row.application_id, row.since >= began || tried.has(row.application_id) ? row.retry_at : began);
    },
    async refused(applicationId, connectionOf, problem) {
      const result = await execute(
        recordCredentialRefused,
        systemCommand({ applicationId, machine, problem: problem.slice(0, 2000), connectionOf }),
      );
      if (result.outcome === 'refused' || !result.value.recorded) return false;
      const row = await database.read
        .selectFrom('credential_fault')
        .select('retry_at')
        .where('application_id', '=', applicationId)
        .where('machine', '=', machine)
        .executeTakeFirst();
      tried.add(applicationId);
      if (row !== undefined) faults.set(applicationId, row.retry_at);
      return true;
    },
    async accepted(applicationId) {
      const moment = epochMilliseconds(now());
      const last = used.get(applicationId);
      if (!faults.has(applicationId) && last !== undefined && moment - last < usePrecisionMilliseconds) return;
      used.set(applicationId, moment);
      await execute(recordCredentialAccepted, systemCommand({ applicationId, machine }));
      faults.delete(applicationId);
    },
  };
}
