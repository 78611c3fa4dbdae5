/** Opens connectors for applications with what the workspace and the keychain hold, and keeps them open until something changes. */
import { existsSync } from 'node:fs';
import type { Connector, ConnectorDefinition } from '#core/connectors/connector.ts';
import { isAsked } from '#core/domain/connector.ts';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';
import type { ConnectorInstance } from '#core/domain/directory.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { fromRow } from '#core/persistence/tables.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import type { Limits } from './lanes.ts';

/** A connector ready for use, or why this process cannot use it. */
export type Connection =
  | {
      readonly kind: 'open';
      readonly connector: Connector;
      readonly instance: ConnectorInstance;
      readonly description: ConnectorDefinition['description'];
      /** What the connector bears, or less when the application's settings say so. */
      readonly limits: Limits;
    }
  /** Nobody has set it up: a person must. */
  | { readonly kind: 'notConfigured'; readonly message: string }
  /** Set up, but the credential is not on this machine: another console or worker may have it. */
  | { readonly kind: 'noCredential'; readonly message: string };

export interface Connections {
  open(applicationId: ApplicationId): Promise<Connection>;
  /** The same for the time of `work`: what is forgotten meanwhile is closed when the work is done with it. */
  use<Value>(applicationId: ApplicationId, work: (connection: Connection) => Promise<Value>): Promise<Value>;
  /** Forgets what was opened; the next use reads settings and secrets again. */
  forget(): Promise<void>;
}

export interface ConnectionsOptions {
  readonly database: Database;
  readonly secrets: SecretStore;
  readonly definitions: ReadonlyMap<string, ConnectorDefinition>;
}

export function createConnections({ database, secrets, definitions }: ConnectionsOptions): Connections {
  let opened = new Map<ApplicationId, Promise<Connection>>();
  /** Users of connections that are open, and those forgotten while somebody used them. */
  const users = new Map<Connection, number>();
  const forgotten = new Set<Connection>();

  function open(applicationId: ApplicationId): Promise<Connection> {
    const known = opened.get(applicationId);
    if (known !== undefined) return known;
    const opening = openConnection(applicationId);
    opened.set(applicationId, opening);
    // Only what was opened is kept: a missing credential may be there a moment later.
    const holder = opened;
    opening.then(
      (connection) => connection.kind !== 'open' && holder.delete(applicationId),
      () => holder.delete(applicationId),
    );
    return opening;
  }

  async function close(connection: Connection): Promise<void> {
    if (connection.kind === 'open') await connection.connector.close();
  }

  return {
    open,
    async use(applicationId, work) {
      const connection = await open(applicationId);
      users.set(connection, (users.get(connection) ?? 0) + 1);
      try {
        return await work(connection);
      } finally {
        const left = (users.get(connection) ?? 1) - 1;
        if (left > 0) users.set(connection, left);
        else {
          users.delete(connection);
          if (forgotten.delete(connection)) await close(connection);
        }
      }
    },
    async forget() {
      const before = opened;
      opened = new Map();
      for (const opening of before.values()) {
        const connection = await opening.catch(() => null);
        if (connection === null) continue;
        if (users.has(connection)) forgotten.add(connection);
        else await close(connection);
      }
    },
  };

  async function openConnection(applicationId: ApplicationId): Promise<Connection> {
    const row = await database.read
      .selectFrom('connector_instance')
      .selectAll()
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
    if (row === undefined)
      return { kind: 'notConfigured', message: 'The application has no connection yet. Set it up on its page.' };
    const instance = fromRow('connector_instance', row);
    const definition = definitions.get(instance.connector);
    if (definition === undefined)
      return {
        kind: 'notConfigured',
        message: `This version of Gatehouse has no connector called ${instance.connector}.`,
      };
    const configuration = definition.configuration.safeParse(instance.configuration);
    if (!configuration.success) {
      return {
        kind: 'notConfigured',
        message: `The connection is incomplete: ${configuration.error.issues[0]?.message ?? 'unknown reason'}.`,
      };
    }
    const elsewhere = folderElsewhere(definition, instance.configuration);
    if (elsewhere !== null)
      return {
        kind: 'noCredential',
        message: `The folder ${elsewhere} is not on this machine. The console or worker on the machine that has it exchanges the files.`,
      };
    const needed = neededSecrets(definition, instance.configuration);
    const settings = await database.read
      .selectFrom('delivery_settings')
      .select('concurrency')
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
    try {
      const held = needed.length === 0 ? {} : await secrets.read(instance.secretName);
      const missing = needed.filter((name) => !held?.[name]);
      if (held === null || missing.length > 0) {
        return {
          kind: 'noCredential',
          message: `This machine's keychain does not hold the credential (${missing.join(', ')}). Enter it on the application's page.`,
        };
      }
      return {
        kind: 'open',
        instance,
        connector: definition.open({ configuration: configuration.data, secrets: held }),
        description: definition.description,
        limits: limitsOf(definition, settings?.concurrency ?? null),
      };
    } catch (error) {
      if (error instanceof GatehouseError) return { kind: 'noCredential', message: messageOf(error) };
      throw error;
    }
  }
}

function limitsOf({ description: { limits } }: ConnectorDefinition, configured: number | null): Limits {
  return { ...limits, concurrency: Math.min(limits.concurrency, configured ?? limits.concurrency) };
}

/** A folder that the configuration names and that another machine must have; null: there is none. */
function folderElsewhere(
  { description }: ConnectorDefinition,
  configuration: Readonly<Record<string, unknown>>,
): string | null {
  const folders = description.fields.flatMap(({ kind, name }) =>
    kind === 'folder' && typeof configuration[name] === 'string' ? [configuration[name]] : [],
  );
  return folders.find((folder) => !existsSync(folder)) ?? null;
}

/** The secret fields a configuration needs, by the connector's own form. */
export function neededSecrets(
  definition: ConnectorDefinition,
  configuration: Readonly<Record<string, unknown>>,
): readonly string[] {
  return definition.description.fields
    .filter((field) => field.kind === 'secret' && field.required)
    .filter((field) => isAsked(field, (name) => configuration[name]))
    .map((field) => field.name);
}
