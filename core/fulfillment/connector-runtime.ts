/** What people do with connections: describe, test, set. Secrets go from here to the keychain and nowhere else. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { mayManageApplication } from '#core/commands/authority.ts';
import { recordConnectionTest, setConnection } from '#core/commands/connection.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import type { ConnectorDefinition } from '#core/connectors/connector.ts';
import { freshCommand } from '#core/domain/command.ts';
import { addressProblem, folderProblem, type ConnectionTest, type ConnectorField } from '#core/domain/connector.ts';
import { done, GatehouseError, messageOf, refuse, type Result } from '#core/domain/errors.ts';
import type { ApplicationId, CommandId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { fromJson } from '#core/persistence/tables.ts';
import type { SecretFields, SecretStore } from '#core/secrets/secret-store.ts';
import type { ConnectionDraft, ConnectorRuntime } from '#core/workspace.ts';
import { neededSecrets, type Connections } from './connections.ts';

const testMilliseconds = 60_000;

export interface ConnectorRuntimeOptions {
  readonly database: Database;
  readonly execute: Execute;
  readonly secrets: SecretStore;
  readonly connections: Connections;
  readonly definitions: ReadonlyMap<string, ConnectorDefinition>;
  readonly now: () => Instant;
}

export function createConnectorRuntime(options: ConnectorRuntimeOptions): ConnectorRuntime {
  const { database, execute, secrets, connections, definitions, now } = options;

  return {
    describe: () => [...definitions.values()].map((definition) => definition.description),

    async test(draft) {
      const prepared = await prepare(draft);
      if (prepared.outcome === 'refused') return prepared;
      const { definition, configuration, fields } = prepared.value;
      const connector = definition.open({ configuration, secrets: fields });
      let tested: ConnectionTest;
      try {
        tested = await connector.test(AbortSignal.timeout(testMilliseconds));
      } catch (error) {
        tested = {
          passed: false,
          checks: [{ name: 'Reach the application', passed: false, message: messageOf(error) }],
        };
      } finally {
        await connector.close();
      }
      await rememberIfSaved(draft, tested);
      return done(tested);
    },

    async setConnection(draft, issued) {
      // Asked before the keychain is touched; the command asks again when it is executed.
      const { actor } = issued;
      if (
        actor.kind === 'employee' &&
        !(await mayManageApplication(database.read, actor.employeeId, draft.applicationId))
      ) {
        return refuse('access.notAllowed', 'Only an administrator or an owner can change this connection.');
      }
      const prepared = await prepare(draft);
      if (prepared.outcome === 'refused') return prepared;
      const existing = await instanceOf(draft.applicationId);
      const secretName = existing?.secret_name ?? `connection:${draft.applicationId}:${randomUUID()}`;
      const given = Object.entries(draft.secrets).filter(([, value]) => value !== '');
      let before: SecretFields | null = null;
      if (given.length > 0) {
        try {
          before = await secrets.read(secretName);
          await secrets.write(secretName, prepared.value.fields);
        } catch (error) {
          if (error instanceof GatehouseError) return refuse('secret.unavailable', error.message);
          throw error;
        }
      }
      const result = await execute(setConnection, {
        id: issued.commandId as CommandId,
        actor: issued.actor,
        issuedAt: now(),
        basedOn: null,
        payload: {
          applicationId: draft.applicationId,
          connector: draft.connector,
          configuration: withoutSecrets(prepared.value.definition, draft.configuration),
          secretName,
          secretsSet: given.map(([name]) => name),
        },
      });
      // A connection that was not saved keeps the credential it had.
      if (result.outcome === 'refused' && given.length > 0)
        await (before === null ? secrets.remove(secretName) : secrets.write(secretName, before));
      await connections.forget();
      return result;
    },

    async secretsPresent(applicationId) {
      const row = await instanceOf(applicationId);
      const definition = row === undefined ? undefined : definitions.get(row.connector);
      if (row === undefined || definition === undefined) return {};
      const needed = neededSecrets(definition, fromJson(row.configuration));
      try {
        const held = await secrets.read(row.secret_name);
        return Object.fromEntries(needed.map((name) => [name, Boolean(held?.[name])]));
      } catch (error) {
        if (error instanceof GatehouseError) return Object.fromEntries(needed.map((name) => [name, false]));
        throw error;
      }
    },
  };

  /** The draft parsed by its connector, with its secrets completed from the keychain. */
  async function prepare(draft: ConnectionDraft): Promise<
    Result<{
      readonly definition: ConnectorDefinition;
      readonly configuration: Readonly<Record<string, unknown>>;
      readonly fields: SecretFields;
    }>
  > {
    const definition = definitions.get(draft.connector);
    if (definition === undefined)
      return refuse('connector.unknown', `There is no connector called ${draft.connector}.`);
    for (const field of definition.description.fields) {
      const given = String(draft.configuration[field.name] ?? '').trim();
      const problem = given === '' ? null : placeProblem(field, given);
      if (problem !== null) return refuse('connection.invalid', `${field.label}: ${problem}`, { field: field.name });
    }
    const configuration = definition.configuration.safeParse(draft.configuration);
    if (!configuration.success) {
      const [issue] = configuration.error.issues;
      const label =
        definition.description.fields.find((field) => field.name === issue?.path[0])?.label ?? 'The connection';
      return refuse('connection.invalid', `${label}: ${issue?.message ?? 'is not valid'}`, {
        field: String(issue?.path[0] ?? ''),
      });
    }
    const needed = neededSecrets(definition, draft.configuration);
    const given = Object.fromEntries(
      Object.entries(draft.secrets).filter(([name, value]) => value !== '' && needed.includes(name)),
    );
    let fields: SecretFields = given;
    let moved = false;
    if (needed.some((name) => fields[name] === undefined)) {
      const existing = await instanceOf(draft.applicationId);
      try {
        moved = existing !== undefined && !sameTarget(definition, existing, draft, configuration.data);
        const held = existing === undefined || moved ? null : await secrets.read(existing.secret_name);
        fields = {
          ...Object.fromEntries(needed.flatMap((name) => (held?.[name] === undefined ? [] : [[name, held[name]]]))),
          ...given,
        };
      } catch (error) {
        if (error instanceof GatehouseError) return refuse('secret.unavailable', error.message);
        throw error;
      }
    }
    const missing = definition.description.fields.filter(
      (field) => needed.includes(field.name) && fields[field.name] === undefined,
    );
    if (missing.length > 0) {
      const labels = missing.map((field) => field.label).join(' and ');
      return refuse(
        'connection.invalid',
        moved
          ? `${labels} must be entered again: what the keychain holds is only sent to the address it was entered for, and protected as it was then.`
          : `${labels} must be entered.`,
        { field: missing[0]?.name ?? '' },
      );
    }
    return done({ definition, configuration: configuration.data, fields });
  }

  /** A test's result is kept when it was made with the connection as it is saved. */
  async function rememberIfSaved(draft: ConnectionDraft, tested: ConnectionTest): Promise<void> {
    const row = await instanceOf(draft.applicationId);
    const definition = definitions.get(draft.connector);
    if (
      row === undefined ||
      definition === undefined ||
      row.connector !== draft.connector ||
      Object.keys(draft.secrets).length > 0
    )
      return;
    const saved = JSON.stringify(sorted(fromJson(row.configuration)));
    if (saved !== JSON.stringify(sorted(withoutSecrets(definition, draft.configuration)))) return;
    const message = tested.checks.find((check) => !check.passed)?.message ?? 'Every check passed.';
    await execute(
      recordConnectionTest,
      freshCommand(
        { applicationId: draft.applicationId, passed: tested.passed, message: message.slice(0, 2000) },
        { kind: 'system', part: 'discovery' },
        now(),
      ),
    );
  }

  function instanceOf(applicationId: ApplicationId) {
    return database.read
      .selectFrom('connector_instance')
      .selectAll()
      .where('application_id', '=', applicationId)
      .executeTakeFirst();
  }
}

/**
 * A stored credential completes a draft only where it would be sent to the very address it was entered for, and over
 * a connection that is protected in the same way: whoever may change a connection must not learn the credential by
 * pointing it at a server of their own, nor by having it sent where others can read it.
 */
function sameTarget(
  definition: ConnectorDefinition,
  saved: { readonly connector: string; readonly configuration: string },
  draft: ConnectionDraft,
  parsed: Readonly<Record<string, unknown>>,
): boolean {
  if (saved.connector !== draft.connector) return false;
  const before = definition.configuration.safeParse(fromJson(saved.configuration));
  const guards = definition.description.fields.filter((field) => field.kind === 'url' || field.guardsSecrets === true);
  return before.success && guards.every(({ name }) => isDeepStrictEqual(before.data[name], parsed[name]));
}

/** What keeps a text from being the place that a field asks for; null: nothing, or it asks for no place. */
function placeProblem(field: ConnectorField, text: string): string | null {
  if (field.kind === 'url') return addressProblem(field, text);
  return field.kind === 'folder' ? folderProblem(text) : null;
}

/** Whatever a window sends, a secret field never gets into the workspace. */
function withoutSecrets(
  definition: ConnectorDefinition,
  configuration: ConnectionDraft['configuration'],
): ConnectionDraft['configuration'] {
  const known = definition.description.fields.filter((field) => field.kind !== 'secret').map((field) => field.name);
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => known.includes(name)));
}

function sorted(record: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
