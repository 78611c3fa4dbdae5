/**
 * The sample organisation's living part: its own SCIM service beside the workspace. Whichever process of
 * the workspace comes first runs it and knows its token, which exists in that process's memory alone.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { setConnection } from '#core/commands/connection.command.ts';
import { describeEntitlements } from '#core/commands/describe-entitlements.command.ts';
import { readWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import type { Actor } from '#core/domain/audit.ts';
import { freshCommand } from '#core/domain/command.ts';
import { done, type Result } from '#core/domain/errors.ts';
import type { ApplicationId, CommandId } from '#core/domain/ids.ts';
import { lifeOf, ownMark, type ProcessMark } from '#core/fulfillment/process-life.ts';
import { fromJson } from '#core/persistence/tables.ts';
import { isSampleSecret } from '#core/secrets/layered-secret-store.ts';
import { readSampleOrganisation, type SampleApplication, type SampleOrganisation } from './organisation.ts';
import type { SampleParts } from './sample-parts.ts';
import { submitSampleRequests } from './sample-requests.ts';
import { seedSample } from './seed-sample.command.ts';
import type { SampleScimService } from './scim-service.ts';

export interface RunningSample {
  /** Null while another process of this workspace runs the service. */
  readonly service: SampleScimService | null;
  close(): Promise<void>;
}

const heldSchema = z.object({
  owner: z.object({ pid: z.number(), space: z.string(), began: z.string().nullable() }).nullable(),
  port: z.number().nullable(),
});

/** How often it is asked whether the process that runs the service still lives, in milliseconds. */
const lookEvery = 1_000;

const setup: Actor = { kind: 'system', part: 'setup' };

/**
 * Fills an empty workspace, starts the service, connects and discovers it, and hands in a few requests. What a process
 * that died in the middle of that left undone is done at the next start.
 */
export async function createSampleWorkspace(
  parts: SampleParts,
  commandId: string,
): Promise<Result<{ readonly employees: number; readonly running: RunningSample }>> {
  const organisation = readSampleOrganisation();
  const seeded = await parts.execute(seedSample, {
    id: commandId as CommandId,
    payload: { organisation },
    actor: setup,
    issuedAt: parts.now(),
    basedOn: null,
  });
  if (seeded.outcome === 'refused') return seeded;
  return done({ ...seeded.value, running: await runSample(parts, organisation) });
}

/** Starts the service of a workspace that holds the sample organisation; null for any other workspace. */
export async function resumeSample(parts: SampleParts): Promise<RunningSample | null> {
  const settings = await readWorkspaceSettings(parts.database.read);
  return settings?.kind === 'sample' ? runSample(parts, readSampleOrganisation()) : null;
}

async function runSample(parts: SampleParts, organisation: SampleOrganisation): Promise<RunningSample> {
  const directory = join(parts.directory, 'sample-service');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = takeLock(directory);
  return lock === null ? runLater(parts, organisation, directory) : runNow(parts, organisation, { directory, lock });
}

/** Once the process that runs it has ended; there may be none left then but this one. */
function runLater(parts: SampleParts, organisation: SampleOrganisation, directory: string): RunningSample {
  let running: RunningSample | null = null;
  let taking: Promise<void> | null = null;
  async function takeOver(): Promise<void> {
    try {
      const lock = takeLock(directory);
      if (lock === null) return;
      clearInterval(looking);
      running = await runNow(parts, organisation, { directory, lock });
      parts.wake();
    } catch (error) {
      clearInterval(looking);
      parts.log("The sample organisation's service could not be taken over", error);
    }
  }
  const looking = setInterval(() => void (taking = takeOver()), lookEvery).unref();
  return {
    get service() {
      return running?.service ?? null;
    },
    async close() {
      clearInterval(looking);
      await taking;
      await running?.close();
    },
  };
}

async function runNow(
  parts: SampleParts,
  organisation: SampleOrganisation,
  { directory, lock }: { readonly directory: string; readonly lock: Lock },
): Promise<RunningSample> {
  const connected = organisation.applications.find((application) => application.fulfillment === 'connector');
  if (connected === undefined) throw new Error('The sample organisation has no connected application');
  let service: SampleScimService;
  try {
    service = await startService(directory, lock.port);
  } catch (error) {
    lock.release();
    throw error;
  }
  lock.hold(service.port);
  await connect(parts, connected, organisation, service);
  if (await isUnused(parts)) await submitSampleRequests(parts);
  return {
    service,
    async close() {
      await service.close();
      lock.release();
    },
  };
}

async function startService(directory: string, lastPort: number | null): Promise<SampleScimService> {
  const { startSampleScimService } = await import('./scim-service.ts');
  // Whoever wants to watch the service by its own API chooses the token; else nobody outside this process knows it.
  const token = process.env['GATEHOUSE_SAMPLE_TOKEN'];
  const options = { directory, ...(token === undefined ? {} : { token }) };
  if (lastPort !== null) {
    try {
      // The same address as last time, so that evidence from then still names it.
      return await startSampleScimService({ ...options, port: lastPort });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    }
  }
  return startSampleScimService(options);
}

async function connect(
  parts: SampleParts,
  connected: SampleApplication,
  organisation: SampleOrganisation,
  service: SampleScimService,
): Promise<void> {
  const { database, execute, now, secrets, connections, connectors, discovery } = parts;
  const row = await database.read
    .selectFrom('application')
    .select('id')
    .where('name_key', '=', connected.name.toLowerCase())
    .executeTakeFirst();
  // Somebody has renamed it: the service runs, and its application is theirs to connect.
  if (row === undefined) return;
  const instance = await database.read
    .selectFrom('connector_instance')
    .selectAll()
    .where('application_id', '=', row.id)
    .executeTakeFirst();
  if (instance !== undefined && !isSampleSecret(instance.secret_name)) return;
  const secretName = instance?.secret_name ?? `sample:${randomUUID()}`;
  await secrets.write(secretName, { token: service.token });
  const address =
    instance === undefined ? null : fromJson<{ readonly baseUrl?: unknown }>(instance.configuration).baseUrl;
  const ids = (await isDescribed(parts, row.id)) ? null : await service.seed(...seedOf(connected, organisation));
  if (address !== service.baseUrl) {
    const configuration = { baseUrl: service.baseUrl, authentication: 'bearer', timeoutSeconds: 30, pageSize: 100 };
    await execute(
      setConnection,
      freshCommand(
        {
          applicationId: row.id,
          connector: 'scim',
          configuration,
          secretName,
          secretsSet: ['token'],
        },
        setup,
        now(),
      ),
    );
    await connectors.test({ applicationId: row.id, connector: 'scim', configuration, secrets: {} });
  }
  await connections.forget();
  if (ids === null) return;
  await discovery.start(row.id, setup);
  await discovery.idle();
  await execute(describeEntitlements, freshCommand(descriptions(row.id, connected, ids.groups), setup, now()));
}

/** The last step of connecting it: before that, nothing in the application tells what it is for. */
async function isDescribed({ database }: SampleParts, applicationId: ApplicationId): Promise<boolean> {
  const described = await database.read
    .selectFrom('entitlement')
    .select('id')
    .where('application_id', '=', applicationId)
    .where('description', 'is not', null)
    .executeTakeFirst();
  return described !== undefined;
}

/** Requests never vanish: where there is none, nobody has asked for anything yet. */
async function isUnused({ database }: SampleParts): Promise<boolean> {
  return (await database.read.selectFrom('access_request').select('id').executeTakeFirst()) === undefined;
}

function seedOf(connected: SampleApplication, organisation: SampleOrganisation): Parameters<SampleScimService['seed']> {
  const holders = new Set(connected.entitlements.flatMap((entitlement) => entitlement.holders));
  return [
    connected.entitlements.map((entitlement) => ({ displayName: entitlement.name, members: entitlement.holders })),
    organisation.people
      .filter((person) => holders.has(person.workEmail))
      .map((person) => ({
        userName: person.workEmail,
        displayName: person.fullName,
        email: person.workEmail,
        givenName: person.firstName,
        familyName: person.lastName,
        title: person.jobTitle,
      })),
  ];
}

function descriptions(
  applicationId: ApplicationId,
  connected: SampleApplication,
  groups: Readonly<Record<string, string>>,
) {
  return {
    applicationId,
    entitlements: connected.entitlements.map((entitlement) => ({
      externalId: groups[entitlement.name] ?? '',
      description: entitlement.description,
      risk: entitlement.risk,
      maximumDurationMinutes: entitlement.maximumDurationMinutes,
    })),
  };
}

interface Lock {
  /** The port of the last run, to be used again. */
  readonly port: number | null;
  hold(port: number): void;
  release(): void;
}

/** What stands in the file. */
interface Held {
  readonly owner: ProcessMark | null;
  readonly port: number | null;
}

/** Null: another living process of this workspace runs the service. */
function takeLock(directory: string): Lock | null {
  const file = join(directory, 'process.json');
  const before = existsSync(file) ? readLock(file) : null;
  const owner = before?.owner ?? null;
  if (owner !== null && owner.pid !== process.pid && lifeOf(owner) === 'alive') return null;
  const write = (held: Held) => writeFileSync(file, JSON.stringify(held), { mode: 0o600 });
  let port = before?.port ?? null;
  write({ owner: ownMark(), port });
  return {
    port,
    hold(taken) {
      port = taken;
      write({ owner: ownMark(), port });
    },
    release() {
      try {
        write({ owner: null, port });
      } catch {
        // The disk takes no more. The port was a convenience; what must not stay is a claim of a process that has ended.
        rmSync(file, { force: true });
      }
    },
  };
}

function readLock(file: string): Held | null {
  try {
    return heldSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A half-written file, or one of an earlier version, is from a process that has died: there is nobody to wait for.
    return null;
  }
}
