/** Reviews follow the organisation: what is in review is compared with it when it changed, and once when a process starts. */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { loadItemFacts } from '#core/commands/item-facts.ts';
import { doubtfulTasks, lookAgainAtTask } from '#core/commands/look-again.command.ts';
import { endReconcile, reconcileRequest } from '#core/commands/reconcile.command.ts';
import { leftAmong } from '#core/commands/reviewing-facts.ts';
import { readReconcileMark } from '#core/commands/reconcile-mark.ts';
import type { Actor } from '#core/domain/audit.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { RequestId, ReviewTaskId } from '#core/domain/ids.ts';
import { instant, plusMinutes, type Instant } from '#core/domain/instant.ts';
import { isForLeaver, levelsNow } from '#core/engine/reconcile.ts';
import { reviewersIn } from '#core/engine/plan-review.ts';
import { samePeople } from '#core/engine/reroute.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import type { MakeDueWork } from './due-work.ts';

const actor: Actor = { kind: 'system', part: 'reviews' };

/** Open tasks are looked through this many at a time; other questions are answered in between. */
const tasksAtOnce = 200;
const minutesAfterFault = 1;

export const reconciling: MakeDueWork = ({ database, execute, log }) => {
  let looked = false;
  let notBefore: Instant | null = null;

  /** Answers with how many requests could not be dealt with. */
  async function compareAll(now: Instant): Promise<number> {
    let failed = 0;
    let after: Place = { openedAt: instant(0), id: firstId };
    for (;;) {
      const tasks = await openTasks(database.read, now, after.openedAt, after.id);
      for (const requestId of await otherThanTheyShouldBe(database.read, tasks)) {
        try {
          const result = await execute(reconcileRequest, freshCommand({ requestId }, actor, now));
          if (result.outcome === 'refused') throw new Error(result.refusal.message);
        } catch (error) {
          failed += 1;
          log(`The review of request ${requestId} could not follow the organisation`, error);
        }
      }
      const last = tasks.at(-1);
      if (last === undefined || tasks.length < tasksAtOnce) return failed;
      after = { openedAt: last.opened_at, id: last.id };
      await setImmediate();
    }
  }

  /** Answers with how many could not be dealt with. */
  async function lookAgainAtAll(now: Instant): Promise<number> {
    let failed = 0;
    for (const { id } of await doubtfulTasks(database.read)) {
      try {
        const result = await execute(lookAgainAtTask, freshCommand({ fulfillmentTaskId: id }, actor, now));
        if (result.outcome === 'refused') throw new Error(result.refusal.message);
      } catch (error) {
        failed += 1;
        log(`Whether ${id} may still be given by hand could not be looked at`, error);
      }
    }
    return failed;
  }

  return {
    name: 'reviews that follow the organisation',

    async nextDueAt(reader, now) {
      if (notBefore !== null && notBefore > now) return notBefore;
      return !looked || (await readReconcileMark(reader)) !== null ? now : null;
    },

    async run(now) {
      const asked = await readReconcileMark(database.read);
      const failed = (await compareAll(now)) + (await lookAgainAtAll(now));
      looked = failed === 0;
      notBefore = failed === 0 ? null : plusMinutes(now, minutesAfterFault);
      if (failed === 0 && asked !== null) await execute(endReconcile, freshCommand({ asked }, actor, now));
    },
  };
};

interface Place {
  readonly openedAt: Instant;
  readonly id: ReviewTaskId;
}

type OpenTask = Awaited<ReturnType<typeof openTasks>>[number];

/** The requests among those of the tasks that a change of the organisation concerns; a few more than that at most. */
async function otherThanTheyShouldBe(reader: Reader, tasks: readonly OpenTask[]): Promise<ReadonlySet<RequestId>> {
  const concerned = new Set<RequestId>(tasks.flatMap((task) => (task.status === 'left' ? [task.request_id] : [])));
  const itemIds = [...new Set(tasks.map((task) => task.item_id))];
  if (itemIds.length === 0) return concerned;
  const rows = await itemsById(reader, itemIds);
  const items = rows.map(({ requester_id: requesterId, ...row }) => ({ ...fromRow('request_item', row), requesterId }));
  const facts = await loadItemFacts(reader, items, null);
  const left = await leftAmong(
    reader,
    items.flatMap((item) => reviewersIn(item.plan)),
  );
  for (const [index, item] of items.entries()) {
    const known = facts.items[index];
    if (known === undefined || item.state !== 'inReview') continue;
    const now = levelsNow(item, item.requesterId, known, { ...facts, left });
    const differs = item.plan.levels.some(
      (level, position) => !samePeople(level.reviewers, now[position]?.reviewers ?? []),
    );
    if (differs || isForLeaver(item, known)) concerned.add(item.requestId);
  }
  return concerned;
}

const firstId = '00000000-0000-0000-0000-000000000000' as ReviewTaskId;

/** Whatever is in review has open tasks, and there is an index over these alone. */
const openTasks = prepared((reader, until: Instant, afterOpened: Instant, afterId: ReviewTaskId) =>
  reader
    .selectFrom('review_task')
    .innerJoin('employee', 'employee.id', 'review_task.reviewer_id')
    .select(['review_task.id', 'review_task.item_id', 'review_task.request_id', 'review_task.opened_at'])
    .select('employee.status')
    // Written out, not bound: only so does SQLite know that the index over open tasks answers it.
    .where('review_task.state', '=', sql.lit('open'))
    .where('review_task.opened_at', '<=', until)
    .where((eb) =>
      eb(eb.refTuple('review_task.opened_at', 'review_task.id'), '>', eb.tuple(eb.val(afterOpened), eb.val(afterId))),
    )
    .orderBy('review_task.opened_at')
    .orderBy('review_task.id')
    .limit(tasksAtOnce),
);
const itemsById = prepared((reader, ids: readonly OpenTask['item_id'][]) =>
  reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .selectAll('request_item')
    .select('access_request.requester_id')
    .where('request_item.id', 'in', ids),
);
