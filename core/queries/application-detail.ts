/** One application with its settings; its connection and discoveries for those who look after it. */
import { reviewSettingsSchema, type ApplicationDetail } from '#core/contract/index.ts';
import { defaultDeliverySettings } from '#core/domain/directory.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { fromJson, fromRow, type Reader } from '#core/persistence/tables.ts';
import { applicationRows, syncRunView, type ConnectionKnowledge } from './applications.ts';
import { countOpenFindings } from './findings.ts';
import { loadPeople, personColumns, personIn, personOf } from './people.ts';
import { applicationNotFound } from './query-refused.ts';
import { mayInspect, mayManage, type Viewer } from './visibility.ts';

/** How many of the last discoveries are shown. */
const shownDiscoveries = 20;

/** @throws QueryRefused */
export async function getApplication(
  reader: Reader,
  viewer: Viewer,
  applicationId: ApplicationId,
  knowledge: ConnectionKnowledge,
): Promise<ApplicationDetail> {
  const application = await reader
    .selectFrom('application')
    .selectAll()
    .where('id', '=', applicationId)
    .executeTakeFirst();
  if (application === undefined) throw applicationNotFound();
  const [row] = await applicationRows(reader, viewer, [application], knowledge);
  if (row === undefined) throw applicationNotFound();
  const secondaryOwners = await reader
    .selectFrom('secondary_owner')
    .innerJoin('employee', 'employee.id', 'secondary_owner.employee_id')
    .select(personColumns)
    .where('secondary_owner.application_id', '=', applicationId)
    .orderBy('secondary_owner.position')
    .execute();
  const reviewSettings = fromJson<ReviewSettings>(application.review_settings);
  const designated = reviewSettings.designated?.employeeIds ?? [];
  const people = await loadPeople(reader, designated);
  const inspected = mayInspect(viewer, applicationId);
  return {
    ...row,
    secondaryOwners: secondaryOwners.map(personOf),
    // Copied, because what travels may be changed.
    reviewSettings: reviewSettingsSchema.parse(reviewSettings),
    designatedPersons: designated.map((id) => personIn(people, id)),
    version: application.version,
    connectionSettings: inspected ? await connectionSettings(reader, applicationId, knowledge) : null,
    discoveries: inspected ? await lastDiscoveries(reader, applicationId) : [],
    delivery: await deliveryOf(reader, applicationId, inspected),
    openFindings: inspected ? await countOpenFindings(reader, applicationId) : 0,
    mayManage: mayManage(viewer, applicationId),
  };
}

/** How it stands with deliveries is for those who look after the application. */
async function deliveryOf(
  reader: Reader,
  applicationId: ApplicationId,
  inspected: boolean,
): Promise<ApplicationDetail['delivery']> {
  const settings = await reader
    .selectFrom('delivery_settings')
    .selectAll()
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  const health = await reader
    .selectFrom('delivery_health')
    .selectAll()
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  const { paused_since: since = null, paused_until: until = null } = health ?? {};
  return {
    discoveryEveryMinutes: settings?.discovery_every_minutes ?? defaultDeliverySettings.discoveryEveryMinutes,
    dropPercent: settings?.drop_percent ?? defaultDeliverySettings.dropPercent,
    concurrency: settings?.concurrency ?? defaultDeliverySettings.concurrency,
    instructions: inspected ? (settings?.instructions ?? null) : null,
    byHandHours: settings?.by_hand_hours ?? defaultDeliverySettings.byHandHours,
    paused:
      !inspected || health === undefined || since === null || until === null
        ? null
        : { since, until, faults: health.faults, problem: health.last_problem },
    credential: inspected ? await credentialFault(reader, applicationId) : null,
  };
}

/** Of several machines, the one whose credential was refused first. */
async function credentialFault(
  reader: Reader,
  applicationId: ApplicationId,
): Promise<ApplicationDetail['delivery']['credential']> {
  const fault = await reader
    .selectFrom('credential_fault')
    .select(['machine', 'since', 'problem'])
    .where('application_id', '=', applicationId)
    .orderBy('since')
    .executeTakeFirst();
  if (fault === undefined) return null;
  const { count } = await reader
    .selectFrom('fulfillment_task')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('application_id', '=', applicationId)
    .where('state', 'in', ['ready', 'waiting'])
    .executeTakeFirstOrThrow();
  return { ...fault, waiting: Number(count) };
}

async function connectionSettings(
  reader: Reader,
  applicationId: ApplicationId,
  knowledge: ConnectionKnowledge,
): Promise<ApplicationDetail['connectionSettings']> {
  const row = await reader
    .selectFrom('connector_instance')
    .selectAll()
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { connector, configuration, lastTestedAt, lastUsedAt } = fromRow('connector_instance', row);
  return {
    connector,
    configuration: { ...configuration },
    secretsPresent: { ...(await knowledge.secretsPresent(applicationId)) },
    lastTestedAt,
    lastUsedAt,
    discovers: knowledge.connectors.find(({ name }) => name === connector)?.capabilities.includes('discover') ?? false,
  };
}

async function lastDiscoveries(
  reader: Reader,
  applicationId: ApplicationId,
): Promise<ApplicationDetail['discoveries']> {
  const rows = await reader
    .selectFrom('sync_run')
    .selectAll()
    .where('application_id', '=', applicationId)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(shownDiscoveries)
    .execute();
  return rows.map(syncRunView);
}
