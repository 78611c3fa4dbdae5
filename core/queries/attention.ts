/**
 * Fulfillment tasks that wait for a person: to be done by hand, given up, or ends of access that keep
 * failing. Owners see those of their applications, administrators all.
 */
import { expressionBuilder, sql, type Expression, type SqlBool } from 'kysely';
import { z } from 'zod';
import type { FulfillmentView, Person } from '#core/contract/index.ts';
import { likeliestFirst, type RiskLevel } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, EntitlementId, RequestId } from '#core/domain/ids.ts';
import type { Reader, Tables } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf } from './cursor.ts';
import { fulfillmentColumns, fulfillmentView, tasksWithInstructions } from './fulfillment-view.ts';
import { loadPeople, personIn } from './people.ts';
import { isAdministrator, type Viewer } from './visibility.ts';

/** From this many attempts on, a revocation that still waits is shown to people. */
const worryingAttempts = 3;

export interface AttentionRow extends FulfillmentView {
  requestId: RequestId;
  requestNumber: number;
  beneficiary: Person;
  application: { id: ApplicationId; name: string };
  entitlement: { id: EntitlementId; name: string; kind: string; risk: RiskLevel };
  account: string | null;
}

export interface AttentionInput {
  readonly cursor: string | null;
  readonly limit: number;
  /** `waiting` adds what is still tried by itself to what waits for a person. */
  readonly scope?: 'attention' | 'waiting';
  readonly applicationId?: ApplicationId | null;
}

const cursor = cursorKind('fulfillment.attention', z.tuple([keyParts.instant, keyParts.id]));

/** Longest due first. */
export async function listAttention(
  reader: Reader,
  viewer: Viewer,
  input: AttentionInput,
): Promise<{ rows: AttentionRow[]; nextCursor: string | null }> {
  const after = decodeCursor(cursor, input.cursor);
  let query = tasksWithInstructions(reader)
    .innerJoin('access_request', 'access_request.id', 'fulfillment_task.request_id')
    .innerJoin('entitlement', 'entitlement.id', 'fulfillment_task.entitlement_id')
    .innerJoin('application', 'application.id', 'fulfillment_task.application_id')
    .select(fulfillmentColumns)
    .select(['fulfillment_task.request_id', 'access_request.number', 'fulfillment_task.beneficiary_id'])
    .select(['application.name as application', 'fulfillment_task.entitlement_id'])
    .select(['entitlement.name as entitlement', 'entitlement.kind', 'entitlement.risk'])
    .where(needsAttention(viewer, input.scope))
    .orderBy('fulfillment_task.due_at')
    .orderBy('fulfillment_task.id')
    .limit(input.limit + 1);
  const { applicationId = null } = input;
  if (applicationId !== null) query = query.where('fulfillment_task.application_id', '=', applicationId);
  if (after !== null) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('fulfillment_task.due_at', 'fulfillment_task.id'),
        '>',
        eb.tuple(...(after as never as readonly [never, never])),
      ),
    );
  }
  const page = pageOf(await query.execute(), input.limit, cursor, (row) => [row.due_at, row.id]);
  const people = await loadPeople(
    reader,
    page.rows.map((row) => row.beneficiary_id),
  );
  const accounts = await loadUsernames(reader, page.rows);
  const rows = page.rows.map((row) => ({
    ...fulfillmentView(row, viewer),
    requestId: row.request_id,
    requestNumber: row.number,
    beneficiary: personIn(people, row.beneficiary_id),
    application: { id: row.application_id, name: row.application },
    entitlement: { id: row.entitlement_id, name: row.entitlement, kind: row.kind, risk: row.risk },
    account: accounts.get(`${row.beneficiary_id} ${row.application_id}`) ?? null,
  }));
  return { rows, nextCursor: page.nextCursor };
}

export async function countAttention(reader: Reader, viewer: Viewer): Promise<number> {
  const { count } = await reader
    .selectFrom('fulfillment_task')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(needsAttention(viewer))
    .executeTakeFirstOrThrow();
  return count;
}

const taskExpressions = expressionBuilder<Tables, 'fulfillment_task'>();

function needsAttention(viewer: Viewer, scope: AttentionInput['scope'] = 'attention'): Expression<SqlBool> {
  const eb = taskExpressions;
  const unfinished = eb('fulfillment_task.state', 'in', ['byHand', 'failed', 'waiting']);
  const waits =
    scope === 'waiting'
      ? unfinished
      : eb.and([
          unfinished,
          eb.or([
            eb('fulfillment_task.state', '<>', 'waiting'),
            eb.and([
              eb('fulfillment_task.effect', '=', 'revoke'),
              eb('fulfillment_task.attempts', '>=', worryingAttempts),
            ]),
          ]),
        ]);
  if (isAdministrator(viewer)) return waits;
  if (viewer.owns.size === 0) return sql<SqlBool>`1 = 0`;
  return eb.and([waits, eb('fulfillment_task.application_id', 'in', [...viewer.owns])]);
}

/** The account each task is about, by person and application: the active one when there are several. */
async function loadUsernames(
  reader: Reader,
  tasks: readonly { readonly beneficiary_id: EmployeeId; readonly application_id: ApplicationId }[],
): Promise<ReadonlyMap<string, string>> {
  if (tasks.length === 0) return new Map();
  const rows = await reader
    .selectFrom('account')
    .select(['id', 'status', 'employee_id', 'application_id', 'username'])
    .where('employee_id', 'in', [...new Set(tasks.map((task) => task.beneficiary_id))])
    .where('application_id', 'in', [...new Set(tasks.map((task) => task.application_id))])
    .execute();
  // The map keeps what comes last.
  return new Map(
    likeliestFirst(rows)
      .toReversed()
      .map((row) => [`${row.employee_id} ${row.application_id}`, row.username]),
  );
}
