/** What the sample organisation needs of an open workspace. */
import type { Execute } from '#core/commands/execute.ts';
import type { DiscoveryRuntime } from '#core/directory/discovery/discovery-runtime.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Connections } from '#core/fulfillment/connections.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import type { ConnectorRuntime } from '#core/workspace.ts';

export interface SampleParts {
  readonly directory: string;
  readonly database: Database;
  readonly execute: Execute;
  readonly now: () => Instant;
  readonly secrets: SecretStore;
  readonly connections: Connections;
  readonly connectors: ConnectorRuntime;
  readonly discovery: DiscoveryRuntime;
  /** Looks at once for what can be done now. */
  readonly wake: () => void;
  readonly log: (problem: string, error: unknown) => void;
}
