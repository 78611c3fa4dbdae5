/** Applications as lines of their list, and the state of their connections. */
import type { ApplicationRow, SyncRunView } from '#core/contract/index.ts';
import { isAsked, type ConnectorDescription } from '#core/domain/connector.ts';
import type { ConnectorInstance } from '#core/domain/directory.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { fromJson, fromRow, type Reader, type Tables } from '#core/persistence/tables.ts';
import { loadPeople, personIn } from './people.ts';
import { searchWords } from './search.ts';
import { mayInspect, type Viewer } from './visibility.ts';

/** What the queries of applications must know of this machine. */
export interface ConnectionKnowledge {
  readonly connectors: readonly ConnectorDescription[];
  secretsPresent(applicationId: ApplicationId): Promise<Readonly<Record<string, boolean>>>;
}

/** Every application, by name. */
export async function listApplications(
  reader: Reader,
  viewer: Viewer,
  search: string,
  knowledge: ConnectionKnowledge,
): Promise<ApplicationRow[]> {
  const words = searchWords(search);
  const applications = await reader.selectFrom('application').selectAll().orderBy('name_key').execute();
  // All of them are read anyway; here, unlike in SQLite, every alphabet has lower case.
  const matching = applications.filter(({ name_key, description }) => {
    const text = `${name_key} ${description?.toLowerCase() ?? ''}`;
    return words.every((word) => text.includes(word));
  });
  return applicationRows(reader, viewer, matching, knowledge);
}

export async function applicationRows(
  reader: Reader,
  viewer: Viewer,
  applications: readonly Tables['application'][],
  knowledge: ConnectionKnowledge,
): Promise<ApplicationRow[]> {
  if (applications.length === 0) return [];
  const ids = applications.map((application) => application.id);
  const people = await loadPeople(
    reader,
    applications.map((application) => application.primary_owner_id),
  );
  const instances = await loadInstances(reader, ids);
  const entitlements = await countPresent(reader, 'entitlement', ids);
  const accounts = await countPresent(reader, 'account', ids);
  const discoveries = await loadLastDiscoveries(
    reader,
    ids.filter((id) => mayInspect(viewer, id)),
  );
  return Promise.all(
    applications.map(async (row): Promise<ApplicationRow> => ({
      id: row.id,
      name: row.name,
      description: row.description,
      primaryOwner: row.primary_owner_id === null ? null : personIn(people, row.primary_owner_id),
      fulfillment: row.fulfillment,
      approval: fromJson<ReviewSettings>(row.review_settings).approval,
      connection: await connectionOf(row.id, instances.get(row.id) ?? null, mayInspect(viewer, row.id), knowledge),
      entitlements: entitlements.get(row.id) ?? 0,
      accounts: accounts.get(row.id) ?? 0,
      lastDiscovery: discoveries.get(row.id) ?? null,
    })),
  );
}

/** A discovery as screens show it. */
export function syncRunView(row: Tables['sync_run']): SyncRunView {
  const run = fromRow('sync_run', row);
  const { id, state, startedAt, endedAt, accountsSeen, entitlementsSeen, grantsSeen, summary, failure } = run;
  return {
    id,
    state,
    startedAt,
    endedAt,
    accountsSeen,
    entitlementsSeen,
    grantsSeen,
    summary: { ...summary },
    failure,
    resumeAt: run.resumeAt,
    lastProblem: run.lastProblem,
    pages: run.pages,
    // Copied, because what travels may be changed.
    question: run.question === null ? null : structuredClone(run.question),
  };
}

/** What a connection's message says (addresses, answers of the application) is for those who look after it. */
async function connectionOf(
  applicationId: ApplicationId,
  instance: ConnectorInstance | null,
  inspected: boolean,
  knowledge: ConnectionKnowledge,
): Promise<ApplicationRow['connection']> {
  if (instance === null) return { connector: null, state: 'none', message: null };
  const { connector } = instance;
  const description = knowledge.connectors.find((known) => known.name === connector);
  if (description === undefined) {
    return { connector, state: 'failing', message: `This version of Gatehouse has no connector called ${connector}.` };
  }
  const missing = missingSecrets(description, instance, await knowledge.secretsPresent(applicationId));
  if (missing.length > 0) {
    const message = `The keychain of this machine does not hold: ${missing.join(', ')}.`;
    return { connector, state: 'noCredential', message: inspected ? message : null };
  }
  const state =
    instance.lastTestOutcome === null ? 'untested' : instance.lastTestOutcome === 'passed' ? 'working' : 'failing';
  return { connector, state, message: inspected ? instance.lastTestMessage : null };
}

/** Labels of the secrets the configuration asks for that are not there. */
function missingSecrets(
  description: ConnectorDescription,
  instance: ConnectorInstance,
  present: Readonly<Record<string, boolean>>,
): readonly string[] {
  return description.fields
    .filter(({ kind, required }) => kind === 'secret' && required)
    .filter((field) => isAsked(field, (name) => valueOf(description, instance, name)))
    .filter(({ name }) => present[name] !== true)
    .map(({ label }) => label);
}

function valueOf(description: ConnectorDescription, instance: ConnectorInstance, field: string): unknown {
  return instance.configuration[field] ?? description.fields.find(({ name }) => name === field)?.initial;
}

async function loadInstances(
  reader: Reader,
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, ConnectorInstance>> {
  const rows = await reader.selectFrom('connector_instance').selectAll().where('application_id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.application_id, fromRow('connector_instance', row)]));
}

/** How many there are that are not gone from the application. */
async function countPresent(
  reader: Reader,
  table: 'entitlement' | 'account',
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, number>> {
  const rows = await reader
    .selectFrom(table)
    .select(['application_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('application_id', 'in', ids)
    .where('status', '<>', 'gone')
    .groupBy('application_id')
    .execute();
  return new Map(rows.map((row) => [row.application_id, row.count]));
}

async function loadLastDiscoveries(
  reader: Reader,
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, SyncRunView>> {
  if (ids.length === 0) return new Map();
  const rows = await reader
    .selectFrom('application')
    .innerJoin('sync_run', (join) =>
      join.on((eb) =>
        eb(
          'sync_run.id',
          '=',
          eb
            .selectFrom('sync_run as run')
            .select('run.id')
            .whereRef('run.application_id', '=', 'application.id')
            .orderBy('run.started_at', 'desc')
            .orderBy('run.id', 'desc')
            .limit(1),
        ),
      ),
    )
    .selectAll('sync_run')
    .where('application.id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.application_id, syncRunView(row)]));
}
