/**
 * The composition root: opens a workspace, starts its runtime, and hands it to whoever serves it. This is
 * the only place that knows all the parts.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { sealTrail, signingKey } from '#core/audit/checkpoint.ts';
import { createChangeFeed } from '#core/change-feed.ts';
import { createExecutor, wallClock } from '#core/commands/execute.ts';
import type { ConnectorDefinition } from '#core/connectors/connector.ts';
import { connectors } from '#core/connectors/registry.ts';
import { openUploads } from '#core/directory/import/uploads.ts';
import { createDiscovery, type DiscoveryRuntime } from '#core/directory/discovery/discovery-runtime.ts';
import { freshCommand } from '#core/domain/command.ts';
import { done, GatehouseError, messageOf } from '#core/domain/errors.ts';
import type { Instant } from '#core/domain/instant.ts';
import { createAccountEffects } from '#core/fulfillment/account-effects.ts';
import { createConnections } from '#core/fulfillment/connections.ts';
import { createConnectorRuntime } from '#core/fulfillment/connector-runtime.ts';
import { becomeOwner } from '#core/fulfillment/owners.ts';
import { createCredentials } from '#core/fulfillment/credentials.ts';
import { createLanes } from '#core/fulfillment/lanes.ts';
import { createReports } from '#core/fulfillment/reports.ts';
import { createFulfillment, type FulfillmentRuntime } from '#core/fulfillment/runtime.ts';
import { silentLog } from '#core/log.ts';
import { openDatabase, type DatabaseLocation } from '#core/persistence/open-database.ts';
import { connectedHosts } from '#core/queries/connected-hosts.ts';
import { allDueWork } from '#core/reviews/all-work.ts';
import { createReviewClock, wakesClock, type ReviewClock } from '#core/reviews/review-clock.ts';
import { createSampleWorkspace, resumeSample, type RunningSample } from '#core/sample/sample-workspace.ts';
import { createKeychainSecretStore } from '#core/secrets/keychain-secret-store.ts';
import { isSampleSecret, layered } from '#core/secrets/layered-secret-store.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import { withSystemdCredentials } from '#core/secrets/systemd-secret-store.ts';
import type { Workspace } from '#core/workspace.ts';

export interface WorkspaceOptions {
  /** The folder of the workspace; created when missing. */
  readonly directory: string;
  /** Where the data is; left out: a SQLite file in the folder. */
  readonly location?: DatabaseLocation;
  /** Perform fulfillment tasks and run timers here. A command-line tool that only reads or imports does not. */
  readonly runtime?: boolean;
  readonly log?: Logger;
  readonly now?: () => Instant;
  /** Where secrets live; left out: the keychain, and memory for the sample's own service. */
  readonly secrets?: SecretStore;
  /** Connectors besides the built-in ones. */
  readonly connectors?: readonly ConnectorDefinition[];
}

export interface OpenWorkspace extends Workspace {
  readonly discovery: DiscoveryRuntime;
  readonly fulfillment: FulfillmentRuntime;
  readonly reviewClock: ReviewClock;
  /** Hosts of the systems that applications are connected to: their pages may be opened from here. */
  connectedHosts(): Promise<readonly string[]>;
  /** The machine was asleep, or is back on the network: looks at once for what has become due. */
  wake(): void;
}

/** How often the trail gets a checkpoint while events come in, in milliseconds. One more is made at the end. */
const sealEvery = 60 * 60_000;

/** @throws GatehouseError `workspace.folder` or `database.*` with what is wrong and what to do. */
export async function openWorkspace(options: WorkspaceOptions): Promise<OpenWorkspace> {
  const { runtime = true, log = silentLog(), now = wallClock } = options;
  const directory = resolve(options.directory);
  makeFolder(directory);
  const database = await openDatabase(options.location ?? { kind: 'sqlite', file: join(directory, 'workspace.db') });
  const changes = createChangeFeed(database);
  const execute = createExecutor({ database, now, committed: (topics) => changes.publish(topics) });
  const secrets =
    options.secrets ??
    layered({ memoryNames: isSampleSecret, memory: createMemorySecretStore(), keychain: machineSecrets() });
  const definitions = new Map([
    ...connectors,
    ...(options.connectors ?? []).map((definition) => [definition.description.name, definition] as const),
  ]);
  const connections = createConnections({ database, secrets, definitions });
  const logProblem = (problem: string, error: unknown) => log.error({ err: error }, problem);
  const owner = becomeOwner();
  const uploads = await openUploads({ directory, owner: owner.name, isDead: owner.isDead });
  const lanes = createLanes({ database, execute, now });
  const credentials = createCredentials({ database, execute, now });
  const fulfillment = createFulfillment({
    database,
    execute,
    connections,
    lanes,
    credentials,
    secrets,
    now,
    owner: owner.name,
    isDead: owner.isDead,
    log: logProblem,
  });
  const work = allDueWork({ database, execute, now, log: logProblem });
  const reviewClock = createReviewClock({ database, now, log: logProblem, work });
  const wake = () => {
    fulfillment.wake();
    reviewClock.wake();
    accountEffects.wake();
    discovery.wake();
  };
  const shared = { database, execute, connections, lanes, credentials, now, owner: owner.name, log: logProblem };
  const discovery = createDiscovery({ ...shared, isDead: owner.isDead });
  const accountEffects = createAccountEffects(shared);
  const connectorRuntime = createConnectorRuntime({ database, execute, secrets, connections, definitions, now });
  const parts = {
    directory,
    database,
    execute,
    now,
    secrets,
    connections,
    connectors: connectorRuntime,
    discovery,
    wake,
    log: logProblem,
  };
  let sample: RunningSample | null = null;
  let closed: Promise<void> | undefined;

  const unsubscribe = changes.subscribe((topics) => {
    if (!runtime) return;
    if (topics.includes('applications')) void connections.forget().then(fulfillment.wake);
    else if (topics.includes('fulfillment')) fulfillment.wake();
    if (wakesClock(topics)) reviewClock.wake();
    if (topics.includes('delivery')) accountEffects.wake();
    if (topics.includes('applications')) discovery.wake();
  });
  if (runtime) {
    try {
      sample = await resumeSample(parts);
    } catch (error) {
      // The workspace is whole without its sample service; what waits for it says so.
      log.error({ err: error }, `The sample organisation's service did not start: ${messageOf(error)}`);
    }
    // What became due while nobody was here is done first.
    wake();
  }
  const sealing = runtime ? setInterval(() => void seal(), sealEvery).unref() : undefined;

  async function seal(): Promise<void> {
    try {
      const command = freshCommand({}, { kind: 'system', part: 'setup' }, now());
      await execute(sealTrail(await signingKey(secrets)), command);
    } catch (error) {
      log.error({ err: error }, 'The trail got no checkpoint');
    }
  }

  return {
    directory,
    version: packageJson.version,
    database,
    execute,
    now,
    changes,
    secrets,
    connectors: connectorRuntime,
    discovery,
    uploads,
    takeReport: createReports({ execute, connections, now }),
    fulfillment,
    reviewClock,
    connectedHosts: () => connectedHosts(database.read, connectorRuntime.describe()),
    wake,
    async createSample(commandId) {
      const created = await createSampleWorkspace(parts, commandId);
      if (created.outcome === 'refused') return created;
      sample = created.value.running;
      return done({ employees: created.value.employees });
    },
    close() {
      closed ??= (async () => {
        unsubscribe();
        clearInterval(sealing);
        try {
          await discovery.stop();
          await accountEffects.stop();
          await reviewClock.stop();
          await fulfillment.stop();
          await uploads.close();
          owner.leave();
          await connections.forget();
          await sample?.close();
          changes.close();
          if (runtime) await seal();
        } finally {
          // Whatever became of the others: what the database has in its log is taken into its file.
          await database.close();
        }
      })();
      return closed;
    },
  };
}

/** The keychain, and before it what systemd handed to this service. */
function machineSecrets(): SecretStore {
  const keychain = createKeychainSecretStore();
  const handedOver = process.env['CREDENTIALS_DIRECTORY'] ?? '';
  return handedOver === '' ? keychain : withSystemdCredentials(handedOver, keychain);
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new GatehouseError(
      'workspace.folder',
      `The workspace folder ${directory} cannot be made or used: ${messageOf(error)}. Choose another with --workspace.`,
      { directory },
      error,
    );
  }
}
