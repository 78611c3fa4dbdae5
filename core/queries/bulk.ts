/** Bulk decisions as their decider sees them: what one would come to, how far it is, and what came of each task. */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { z } from 'zod';
import { worksHere } from '#core/commands/authority.ts';
import { decideTasks, type TaskOutcome } from '#core/commands/bulk-decide.ts';
import { loadTasks } from '#core/commands/bulk-store.ts';
import { readReviewSettings } from '#core/commands/review-settings.command.ts';
import type { BulkPreview, BulkResult, BulkView } from '#core/contract/index.ts';
import type { BulkDecision, TaskFilter } from '#core/domain/bulk-decision.ts';
import type { RefusalCode } from '#core/domain/errors.ts';
import { newId, type BulkDecisionId, type CommandId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { cursorKind, decodeCursor, keyParts, pageOf } from './cursor.ts';
import { loadPeople, personIn } from './people.ts';
import { QueryRefused } from './query-refused.ts';
import { countTasks, findTasks, type TaskKey } from './task-filter.ts';
import type { Viewer } from './visibility.ts';

/** More than so many are counted but not looked at one by one. */
const mostLooked = 20_000;
const lookedAtOnce = 50;

export type BulkDraft = Pick<BulkDecision, 'verdict' | 'reason' | 'shortenedTo' | 'toReviewerId'> & {
  readonly filter: TaskFilter;
};

export async function previewBulk(
  reader: Reader,
  viewer: Viewer,
  draft: BulkDraft,
  now: Instant,
): Promise<BulkPreview> {
  const filter: TaskFilter = { ...draft.filter, openedBefore: now };
  const tally = newTally();
  let after: TaskKey | null = null;
  while (tally.looked < mostLooked) {
    const keys: readonly TaskKey[] = await findTasks(reader, {
      reviewerId: viewer.id,
      part: 'open',
      filter,
      sort: 'waiting',
      after,
      limit: lookedAtOnce,
    });
    if (keys.length > 0) await look(reader, viewer, draft, now, keys, tally);
    after = keys.at(-1) ?? null;
    if (keys.length < lookedAtOnce) break;
    await afterOthers();
  }
  const tasks = tally.looked < mostLooked ? tally.looked : await countTasks(reader, viewer.id, filter);
  return {
    tasks,
    looked: tally.looked,
    items: tally.items.size,
    people: tally.people.size,
    applications: tally.applications.size,
    delivered: tally.delivered,
    furtherReview: tally.furtherReview,
    ended: tally.ended,
    handled: tally.handled,
    refused: [...tally.refused].map(([code, { message, count }]) => ({ code, message, count })),
  };
}

function newTally() {
  return {
    looked: 0,
    items: new Set<string>(),
    people: new Set<string>(),
    applications: new Set<string>(),
    delivered: 0,
    furtherReview: 0,
    ended: 0,
    handled: 0,
    refused: new Map<RefusalCode, { readonly message: string; count: number }>(),
  };
}

async function look(
  reader: Reader,
  viewer: Viewer,
  draft: BulkDraft,
  now: Instant,
  keys: readonly TaskKey[],
  tally: ReturnType<typeof newTally>,
): Promise<void> {
  const loaded = await loadTasks(
    reader,
    keys.map((key) => key.taskId),
    now,
    false,
    draft.toReviewerId === null ? [] : [draft.toReviewerId],
  );
  const receiverWorksHere = draft.toReviewerId !== null && (await worksHere(reader, draft.toReviewerId));
  const { bulkDecidesHighRisk: highRisk } = await readReviewSettings(reader);
  // A reason is asked for in the dialog that shows this; nobody is refused for not having written it yet.
  const bulk = { ...draft, deciderId: viewer.id, reason: draft.reason ?? 'A reason to be given' };
  const decided = decideTasks(
    loaded,
    bulk,
    { highRisk, mayDecide: true, receiverWorksHere },
    { now, actor: { kind: 'employee', employeeId: viewer.id }, commandId: newId<CommandId>(), nextId: newId },
  );
  tally.looked += keys.length;
  for (const { task, refusal } of decided.outcomes) {
    const item = decided.aggregates.get(task.requestId)?.items.find((candidate) => candidate.id === task.itemId);
    if (item === undefined) continue;
    tally.items.add(item.id);
    tally.people.add(item.beneficiaryId);
    tally.applications.add(item.applicationId);
    if (refusal !== null) {
      const known = tally.refused.get(refusal.code);
      if (known === undefined) tally.refused.set(refusal.code, { message: refusal.message, count: 1 });
      else known.count += 1;
    } else if (draft.verdict === 'reassign' || draft.verdict === 'ask') tally.handled += 1;
    else if (item.state === 'inReview') tally.furtherReview += 1;
    else if (item.state === 'approved') tally.delivered += 1;
    else tally.ended += 1;
  }
}

/** Older ones are in the trail of their requests. */
const mostRecent = 50;

export async function recentBulkDecisions(reader: Reader, viewer: Viewer, now: Instant): Promise<readonly BulkView[]> {
  const rows = await reader
    .selectFrom('bulk_decision')
    .selectAll()
    .where('decider_id', '=', viewer.id)
    .orderBy('created_at', 'desc')
    .limit(mostRecent)
    .execute();
  const people = await loadPeople(
    reader,
    rows.map((row) => row.to_reviewer_id),
  );
  return rows.map((row) => {
    const bulk = fromRow('bulk_decision', row);
    const { filter: _filter, deciderId: _decider, resumeAfter: _resume, toReviewerId, ...view } = bulk;
    return { ...view, toReviewer: toReviewerId === null ? null : personIn(people, toReviewerId), now };
  });
}

const resultCursor = cursorKind('bulk.results', z.tuple([keyParts.id]));

export interface BulkResultsInput {
  readonly bulkDecisionId: BulkDecisionId;
  readonly outcome: 'all' | BulkResult['outcome'];
  readonly cursor: string | null;
  readonly limit: number;
}

export interface BulkResultsPage {
  readonly rows: BulkResult[];
  readonly nextCursor: string | null;
}

/** @throws QueryRefused when it is nobody's or somebody else's. */
export async function bulkResults(reader: Reader, viewer: Viewer, input: BulkResultsInput): Promise<BulkResultsPage> {
  const bulk = await reader
    .selectFrom('bulk_decision')
    .select('id')
    .where('id', '=', input.bulkDecisionId)
    .where('decider_id', '=', viewer.id)
    .executeTakeFirst();
  if (bulk === undefined) throw new QueryRefused('bulk.notFound', 'You have no such decision over many tasks.');
  const after = decodeCursor(resultCursor, input.cursor);
  let query = reader
    .selectFrom('bulk_decision_result as result')
    .innerJoin('request_item', 'request_item.id', 'result.item_id')
    .innerJoin('access_request', 'access_request.id', 'result.request_id')
    .innerJoin('entitlement', 'entitlement.id', 'request_item.entitlement_id')
    .innerJoin('application', 'application.id', 'request_item.application_id')
    .select(['result.task_id', 'result.item_id', 'result.request_id', 'result.outcome', 'result.code'])
    .select(['result.message', 'access_request.number', 'request_item.action', 'request_item.beneficiary_id'])
    .select(['entitlement.name as entitlement', 'application.name as application'])
    .where('result.bulk_decision_id', '=', bulk.id)
    .orderBy('result.task_id')
    .limit(input.limit + 1);
  if (after !== null) query = query.where('result.task_id', '>', after[0] as TaskOutcome['task']['id']);
  if (input.outcome !== 'all') query = query.where('result.outcome', '=', input.outcome);
  const page = pageOf(await query.execute(), input.limit, resultCursor, (row) => [row.task_id]);
  const people = await loadPeople(
    reader,
    page.rows.map((row) => row.beneficiary_id),
  );
  return {
    rows: page.rows.map((row) => ({
      taskId: row.task_id,
      itemId: row.item_id,
      requestId: row.request_id,
      requestNumber: row.number,
      action: row.action,
      entitlement: row.entitlement,
      application: row.application,
      beneficiary: personIn(people, row.beneficiary_id),
      outcome: row.outcome,
      code: row.code,
      message: row.message,
    })),
    nextCursor: page.nextCursor,
  };
}
