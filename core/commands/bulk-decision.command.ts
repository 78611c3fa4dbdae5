/**
 * `bulk.start`, `bulk.undo` and `bulk.advance`: one decision over all tasks that a filter finds, or one hand-over, or one question. It waits a few
 * seconds in which it can be taken back, and is then performed in small transactions, each of which also writes
 * how far it has come: whoever goes on after a crash goes on exactly there.
 */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { z } from 'zod';
import { appendEvents } from '#core/audit/append-events.ts';
import { bulkDeedSchema } from '#core/contract/bulk-deed.schema.ts';
import { idSchema } from '#core/contract/schemas.ts';
import type { Actor, AuditFact } from '#core/domain/audit.ts';
import type { BulkDecision, BulkDecisionResult } from '#core/domain/bulk-decision.ts';
import { done, refuse, type Refusal, type Result } from '#core/domain/errors.ts';
import { newId, type BulkDecisionId } from '#core/domain/ids.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { insertRows, updateRow } from '#core/persistence/write-rows.ts';
import { worksHere } from './authority.ts';
import { decideTasks, type BulkConditions, type TaskOutcome } from './bulk-decide.ts';
import { tellOfHandling } from './bulk-handling.ts';
import { loadTasks, saveDecided } from './bulk-store.ts';
import { nextTasks } from './bulk-tasks.ts';
import { actingEmployee, defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { tellPeople } from './notices.ts';
import { readReviewSettings } from './review-settings.command.ts';
import { countTasks } from '#core/queries/task-filter.ts';

export const startBulkDecision = defineCommand({
  type: 'bulk.start',
  payload: bulkDeedSchema,
  async run({ filter, verdict, reason, shortenedTo, toReviewerId }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    if (!(await worksHere(writer, acting.value))) return refuse('access.notAllowed', 'You no longer work here.');
    const problem = deedProblem(
      { verdict, reason, shortenedTo },
      verdict !== 'reassign' || (toReviewerId !== null && (await worksHere(writer, toReviewerId))),
    );
    if (problem !== null) return { outcome: 'refused', refusal: problem };
    const { now } = circumstances;
    const total = await countTasks(writer, acting.value, { ...filter, openedBefore: now });
    if (total === 0) return refuse('bulk.nothing', 'No open task of yours matches, so there is nothing to decide.');
    const { undoSeconds } = await readReviewSettings(writer);
    const bulk: BulkDecision = {
      id: newId<BulkDecisionId>(),
      deciderId: acting.value,
      filter,
      verdict,
      reason,
      shortenedTo,
      toReviewerId: verdict === 'reassign' ? toReviewerId : null,
      state: 'waiting',
      createdAt: now,
      // Never in the same instant: what the decisions themselves open is then told apart by its time.
      dispatchAt: plusMilliseconds(now, Math.max(1, undoSeconds * 1000)),
      endedAt: null,
      total,
      decided: 0,
      refused: 0,
      resumeAfter: null,
    };
    await insertRows(writer, 'bulk_decision', [bulk]);
    context.record({
      type: 'bulkDecision.started',
      requestId: null,
      itemId: null,
      data: {
        bulkDecisionId: bulk.id,
        ...deedOf(bulk),
        reason,
        tasks: total,
        filter: { ...filter },
        dispatchAt: bulk.dispatchAt,
      },
    });
    context.touch('bulk');
    return done({ bulkDecisionId: bulk.id, total, dispatchAt: bulk.dispatchAt });
  },
});

/** Why this cannot be done with any task; null: it can. */
function deedProblem(
  { verdict, reason, shortenedTo }: Pick<BulkDecision, 'verdict' | 'reason' | 'shortenedTo'>,
  receiverWorksHere: boolean,
): Refusal | null {
  const lacksText = reason === null || reason.trim() === '';
  if (verdict === 'deny' && lacksText)
    return { code: 'decision.reasonRequired', message: 'Say why you deny them: the requesters will read it.' };
  if (verdict === 'ask' && lacksText)
    return { code: 'decision.reasonRequired', message: 'Write your question: the requesters will read it.' };
  if (shortenedTo !== null && verdict !== 'approve')
    return { code: 'decision.notShorter', message: 'Only what is approved can be shortened.' };
  if (receiverWorksHere) return null;
  return { code: 'task.notEligible', message: 'Choose somebody who works here to give the tasks to.' };
}

/** What is done, as the trail records it. */
function deedOf({ verdict, shortenedTo, toReviewerId }: BulkDecision): AuditFact['data'] {
  return {
    verdict,
    ...(shortenedTo === null ? {} : { shortenedTo }),
    ...(toReviewerId === null ? {} : { toReviewerId }),
  };
}

export const undoBulkDecision = defineCommand({
  type: 'bulk.undo',
  payload: z.object({ bulkDecisionId: idSchema<BulkDecisionId>() }),
  async run({ bulkDecisionId }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const bulk = await loadBulkDecision(context.writer, bulkDecisionId, context.dialect === 'postgres');
    if (bulk === null || bulk.deciderId !== acting.value)
      return refuse('bulk.notFound', 'You have no such decision over many tasks.');
    if (bulk.state === 'undone') return refuse('bulk.tooLate', 'This was taken back already; nothing was decided.');
    if (bulk.state !== 'waiting' || bulk.dispatchAt <= context.circumstances.now)
      return refuse('bulk.tooLate', 'It has begun already. What was decided stays decided; its results say what.');
    await updateRow(context.writer, 'bulk_decision', bulk, {
      ...bulk,
      state: 'undone',
      endedAt: context.circumstances.now,
    });
    context.record({
      type: 'bulkDecision.undone',
      requestId: null,
      itemId: null,
      data: { bulkDecisionId: bulk.id, ...deedOf(bulk), tasks: bulk.total },
    });
    context.touch('bulk');
    return done({});
  },
});

/** Screens are told of requests and tasks after so many results, not after every transaction. */
const resultsPerNotice = 1_000;

export const advanceBulkDecision = defineCommand({
  type: 'bulk.advance',
  payload: z.object({ bulkDecisionId: idSchema<BulkDecisionId>(), limit: z.number().int().min(1).max(1_000) }),
  async run(
    { bulkDecisionId, limit },
    context,
  ): Promise<Result<{ readonly ended: boolean; readonly results: number }>> {
    const system = onlySystem(context);
    if (system.outcome === 'refused') return system;
    const { writer, circumstances } = context;
    const lock = context.dialect === 'postgres';
    const before = await loadBulkDecision(writer, bulkDecisionId, lock);
    if (before === null) return refuse('bulk.notFound', 'There is no such decision over many tasks.');
    if (before.endedAt !== null) return done({ ended: true, results: 0 });
    if (before.dispatchAt > circumstances.now) return done({ ended: false, results: 0 });
    const next = await nextTasks(writer, before, limit);
    const outcomes = await decideNext(before, next.taskIds, context);
    const refused = outcomes.filter((outcome) => outcome.refusal !== null).length;
    const after: BulkDecision = {
      ...before,
      state: next.last ? 'done' : 'running',
      endedAt: next.last ? circumstances.now : null,
      decided: before.decided + outcomes.length - refused,
      refused: before.refused + refused,
      resumeAfter: next.resume ?? before.resumeAfter,
    };
    await updateRow(writer, 'bulk_decision', before, after);
    if (next.last) recordEnd(after, context);
    context.touch('bulk');
    const told = (bulk: BulkDecision) => Math.floor((bulk.decided + bulk.refused) / resultsPerNotice);
    if (next.last || told(after) > told(before)) context.touch('requests', 'tasks');
    return done({ ended: next.last, results: outcomes.length });
  },
});

/** A chunk answers other people's questions in between too: they are read beside its transaction, which stays open. */
async function decideNext(
  bulk: BulkDecision,
  taskIds: Awaited<ReturnType<typeof nextTasks>>['taskIds'],
  context: CommandContext,
): Promise<readonly TaskOutcome[]> {
  if (taskIds.length === 0) return [];
  const { writer, command } = context;
  const actor: Actor = { kind: 'employee', employeeId: bulk.deciderId };
  const circumstances = { ...context.circumstances, actor };
  const { bulkDecidesHighRisk } = await readReviewSettings(writer);
  const receiver = bulk.toReviewerId;
  const besides = receiver === null ? [] : [receiver];
  const loaded = await loadTasks(writer, taskIds, circumstances.now, context.dialect === 'postgres', besides);
  const how: BulkConditions = {
    highRisk: bulkDecidesHighRisk,
    mayDecide: await worksHere(writer, bulk.deciderId),
    receiverWorksHere: receiver !== null && (await worksHere(writer, receiver)),
  };
  await afterOthers();
  const decided = decideTasks(loaded, bulk, how, circumstances);
  await saveDecided(writer, loaded, decided);
  await afterOthers();
  await tellPeople({ ...context, circumstances }, decided.facts);
  await tellOfHandling({ ...context, circumstances }, bulk, decided);
  await appendEvents(writer, decided.facts, { actor, at: circumstances.now, commandId: command.id });
  await insertRows(
    writer,
    'bulk_decision_result',
    decided.outcomes.map((outcome) => resultOf(bulk.id, outcome)),
  );
  if (decided.facts.some((fact) => fact.type === 'item.approved')) context.touch('fulfillment');
  return decided.outcomes;
}

function resultOf(bulkDecisionId: BulkDecisionId, { task, refusal }: TaskOutcome): BulkDecisionResult {
  return {
    bulkDecisionId,
    taskId: task.id,
    itemId: task.itemId,
    requestId: task.requestId,
    outcome: refusal === null ? 'done' : 'refused',
    code: refusal?.code ?? null,
    message: refusal?.message ?? null,
  };
}

function recordEnd(bulk: BulkDecision, context: CommandContext): void {
  context.record({
    type: 'bulkDecision.ended',
    requestId: null,
    itemId: null,
    data: {
      bulkDecisionId: bulk.id,
      deciderId: bulk.deciderId,
      ...deedOf(bulk),
      decided: bulk.decided,
      refused: bulk.refused,
    },
  });
}

export async function loadBulkDecision(
  reader: Reader,
  id: BulkDecisionId,
  lock: boolean,
): Promise<BulkDecision | null> {
  const query = reader.selectFrom('bulk_decision').selectAll().where('id', '=', id);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? null : fromRow('bulk_decision', row);
}
