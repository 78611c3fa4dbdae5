/** The runtime of one console over a test workspace, and a real SCIM server as one of its applications. */
import { createExecutor, type Execute } from '#core/commands/execute.ts';
import { startFulfillmentTask } from '#core/commands/fulfillment.command.ts';
import type { ConnectorDefinition } from '#core/connectors/connector.ts';
import { connectors } from '#core/connectors/registry.ts';
import { createDiscovery, type DiscoveryRuntime } from '#core/directory/discovery/discovery-runtime.ts';
import { plusMinutes, type Instant } from '#core/domain/instant.ts';
import { createAccountEffects, type AccountEffects } from '#core/fulfillment/account-effects.ts';
import { createConnections, type Connections } from '#core/fulfillment/connections.ts';
import { createCredentials } from '#core/fulfillment/credentials.ts';
import { createLanes } from '#core/fulfillment/lanes.ts';
import { createFulfillment, type FulfillmentRuntime } from '#core/fulfillment/runtime.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import {
  commandOf,
  connect,
  renameEntitlements,
  rowsOf,
  type ApplicationName,
  type Holder,
  type Organisation,
} from './builders.ts';
import type { TestWorkspace } from './each-database.ts';
import type { ScimTestbed } from './scim-testbed.ts';

export interface Delivery {
  readonly execute: Execute;
  readonly fulfillment: FulfillmentRuntime;
  readonly discovery: DiscoveryRuntime;
  readonly accountEffects: AccountEffects;
  readonly connections: Connections;
  readonly secrets: SecretStore;
  /** What the runtime had to log. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

export interface DeliveryOptions {
  readonly now: () => Instant;
  readonly secrets?: SecretStore;
  readonly definitions?: readonly ConnectorDefinition<Record<string, never>>[];
  readonly owner?: string;
  readonly concurrency?: number;
}

/** What a runtime does first with everything that is ready: where people do the work, it is then in their hands. */
export async function beginDelivery(workspace: Pick<TestWorkspace, 'database' | 'execute' | 'clock'>): Promise<void> {
  const leaseUntil = plusMinutes(workspace.clock.now(), 1);
  for (const { id: fulfillmentTaskId, state } of await rowsOf(workspace, 'fulfillment_task')) {
    if (state !== 'ready') continue;
    const command = { fulfillmentTaskId, leaseOwner: 'this console', leaseUntil };
    const begun = await workspace.execute(
      startFulfillmentTask,
      commandOf({ kind: 'system', part: 'fulfillment' }, command),
    );
    if (begun.outcome === 'refused') throw new Error(begun.refusal.message);
  }
}

/** Starts nothing by itself: commits through its `execute`, `idle` and `wake` do. */
export function startDelivery({ database }: Holder, options: DeliveryOptions): Delivery {
  const { now, secrets = createMemorySecretStore(), owner = 'this console' } = options;
  const problems: string[] = [];
  const more = (options.definitions ?? []) as unknown as readonly ConnectorDefinition[];
  const definitions = new Map([
    ...connectors,
    ...more.map((definition) => [definition.description.name, definition] as const),
  ]);
  const execute = createExecutor({
    database,
    now,
    committed: (topics) => topics.includes('fulfillment') && fulfillment.wake(),
  });
  const connections = createConnections({ database, secrets, definitions });
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
    owner,
    log: (problem, error) => void problems.push(`${problem}: ${String(error)}`),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  });
  const shared = {
    database,
    execute,
    connections,
    lanes,
    credentials,
    now,
    owner,
    log: (problem: string, error: unknown) => void problems.push(`${problem}: ${String(error)}`),
  };
  const discovery = createDiscovery(shared);
  const accountEffects = createAccountEffects(shared);
  return {
    execute,
    fulfillment,
    discovery,
    accountEffects,
    connections,
    secrets,
    problems,
    async stop() {
      await discovery.stop();
      await accountEffects.stop();
      await fulfillment.stop();
      await connections.forget();
    },
  };
}

/** Makes the SCIM server behind `bed` the application's own, its entitlements the groups of these names. */
export async function connectScim(
  holder: Holder,
  secrets: SecretStore,
  built: Organisation,
  application: ApplicationName,
  bed: ScimTestbed,
  options: { readonly groups: readonly [string, string]; readonly configuration?: Readonly<Record<string, unknown>> },
): Promise<void> {
  const secretName = `secret-of-${application}`;
  await secrets.write(secretName, bed.secrets);
  await connect(holder, built.applications[application], {
    connector: 'scim',
    configuration: { ...bed.configuration, ...options.configuration },
    secretName,
  });
  await renameEntitlements(
    holder,
    built.entitlements[application].map((id, index) => [id, bed.groupId(options.groups[index] ?? '')] as const),
  );
}
