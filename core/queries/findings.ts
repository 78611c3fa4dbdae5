/** What discoveries of an application found, for those who look after it. */
import { z } from 'zod';
import { possibleActions } from '#core/commands/finding.command.ts';
import type { FindingRow } from '#core/contract/index.ts';
import type { ConnectorDescription } from '#core/domain/connector.ts';
import { accountEffects, type AccountEffect } from '#core/domain/finding.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf } from './cursor.ts';
import { loadPeople, personIn } from './people.ts';
import { mayManage, requireInspect, type Viewer } from './visibility.ts';

const cursor = cursorKind('application.findings', z.tuple([keyParts.instant, keyParts.id]));

/** Open ones and decided ones that still stand, the latest seen first. @throws QueryRefused */
export async function listFindings(
  reader: Reader,
  viewer: Viewer,
  input: { readonly applicationId: ApplicationId; readonly cursor: string | null; readonly limit: number },
  connectors: readonly ConnectorDescription[],
): Promise<{ rows: FindingRow[]; nextCursor: string | null }> {
  const { applicationId } = input;
  requireInspect(viewer, applicationId);
  const after = decodeCursor(cursor, input.cursor);
  let query = reader
    .selectFrom('finding')
    .selectAll('finding')
    .where('finding.application_id', '=', applicationId)
    .where('finding.ended_at', 'is', null)
    .orderBy('finding.first_seen_at', 'desc')
    .orderBy('finding.id', 'desc')
    .limit(input.limit + 1);
  if (after !== null) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('finding.first_seen_at', 'finding.id'),
        '<',
        eb.tuple(...(after as never as readonly [never, never])),
      ),
    );
  }
  const page = pageOf(await query.execute(), input.limit, cursor, (row) => [row.first_seen_at, row.id]);
  const findings = page.rows.map((row) => fromRow('finding', row));
  const people = await loadPeople(
    reader,
    findings.flatMap(({ employeeId }) => employeeId ?? []),
  );
  const names = await entitlementNames(
    reader,
    applicationId,
    findings.flatMap(({ entitlementId }) => entitlementId ?? []),
  );
  const manages = mayManage(viewer, applicationId);
  const effects = await accountEffectsIn(reader, applicationId, connectors);
  const rows = findings.map((finding) => ({
    id: finding.id,
    kind: finding.kind,
    state: finding.state,
    account: finding.detail['username'] ?? '',
    accountId: finding.accountId,
    entitlement: finding.entitlementId === null ? null : (names.get(finding.entitlementId) ?? null),
    employee: finding.employeeId === null ? null : personIn(people, finding.employeeId),
    detail: { ...finding.detail },
    firstSeenAt: finding.firstSeenAt,
    lastSeenAt: finding.lastSeenAt,
    endedAt: finding.endedAt,
    proposedAction: finding.proposedAction,
    note: finding.note,
    requestId: finding.requestId,
    effectState: finding.effectState,
    problem: finding.lastProblem,
    actions: manages && finding.state === 'open' ? [...possibleActions(finding, effects)] : [],
  }));
  return { rows, nextCursor: page.nextCursor };
}

/** What the application's connector can do to accounts. */
export async function accountEffectsIn(
  reader: Reader,
  applicationId: ApplicationId,
  connectors: readonly ConnectorDescription[],
): Promise<readonly AccountEffect[]> {
  const instance = await reader
    .selectFrom('connector_instance')
    .select('connector')
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  const description = connectors.find(({ name }) => name === instance?.connector);
  return accountEffects.filter((effect) => description?.capabilities.includes(effect) === true);
}

export async function countOpenFindings(reader: Reader, applicationId: ApplicationId): Promise<number> {
  const { count } = await reader
    .selectFrom('finding')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('application_id', '=', applicationId)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  return count;
}

async function entitlementNames(
  reader: Reader,
  applicationId: ApplicationId,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await reader
    .selectFrom('entitlement')
    .select(['id', 'name'])
    .where('application_id', '=', applicationId)
    .where('id', 'in', [...new Set(ids)] as never[])
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}
