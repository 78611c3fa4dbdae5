/** Reviewers are reminded of tasks that wait, and tasks that wait too long are escalated. */
import { sql } from 'kysely';
import { escalateTask, remindReviewer } from '#core/commands/open-tasks.command.ts';
import type { Actor } from '#core/domain/audit.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { ApplicationId, EntitlementId, ReviewTaskId } from '#core/domain/ids.ts';
import { instant, plusMinutes, type Instant } from '#core/domain/instant.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { escalateAt, remindAt } from '#core/engine/escalate.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import type { MakeDueWork } from './due-work.ts';

const actor: Actor = { kind: 'system', part: 'reviews' };

/** Open tasks are looked through this many at a time; other questions are answered in between. */
const tasksAtOnce = 500;
/** Days are what is counted, so looking through all open tasks once an hour is soon enough. */
const minutesBetween = 60;

type Waiting = Pick<ReviewSettings, 'remindAfterDays' | 'escalateAfterDays'>;

export const waitingTasks: MakeDueWork = ({ database, execute, log }) => {
  // Every process looks for itself; what two of them find is done once, because the command asks again.
  let nextLook: Instant | null = null;

  async function happen(kind: 'remind' | 'escalate', taskId: ReviewTaskId, now: Instant): Promise<void> {
    const command = freshCommand({ taskId }, actor, now);
    const result = await execute(kind === 'remind' ? remindReviewer : escalateTask, command);
    if (result.outcome === 'refused')
      log(`A task could not be dealt with (${kind})`, new Error(result.refusal.message));
  }

  return {
    name: 'waiting tasks',

    nextDueAt: async (_reader, now) => nextLook ?? now,

    async run(now) {
      nextLook = plusMinutes(now, minutesBetween);
      const settings = await loadWaiting(database.read);
      if (settings.shortest === null) return;
      const before = plusMinutes(now, -settings.shortest * 1440);
      let after: Place = { openedAt: instant(0), id: firstId };
      for (;;) {
        const rows = await openTasks(database.read, before, after.openedAt, after.id);
        for (const row of rows) {
          const waiting = settings.of(row.application_id, row.entitlement_id);
          const task = {
            via: row.via,
            openedAt: row.opened_at,
            remindedAt: row.reminded_at,
            escalatedAt: row.escalated_at,
          };
          if (isDue(remindAt(task, waiting), now)) await happen('remind', row.id, now);
          if (isDue(escalateAt(task, waiting), now)) await happen('escalate', row.id, now);
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < tasksAtOnce) return;
        after = { openedAt: last.opened_at, id: last.id };
      }
    },
  };
};

interface Place {
  readonly openedAt: Instant;
  readonly id: ReviewTaskId;
}

function isDue(at: Instant | null, now: Instant): boolean {
  return at !== null && at <= now;
}

/** The settings of all applications, and of the entitlements that have their own, as far as they concern waiting. */
async function loadWaiting(reader: Reader) {
  const applications = new Map<ApplicationId, Waiting>();
  for (const row of await applicationSettings(reader)) applications.set(row.id, fromJson(row.review_settings));
  const entitlements = new Map<EntitlementId, Waiting>();
  for (const row of await entitlementSettings(reader))
    if (row.review_settings !== null) entitlements.set(row.id, fromJson(row.review_settings));
  const days = [...applications.values(), ...entitlements.values()].flatMap((waiting) =>
    [waiting.remindAfterDays, waiting.escalateAfterDays].flatMap((count) => count ?? []),
  );
  return {
    /** In days; null: nothing waits too long anywhere. */
    shortest: days.length === 0 ? null : Math.min(...days),
    of: (application: ApplicationId, entitlement: EntitlementId): Waiting =>
      entitlements.get(entitlement) ?? applications.get(application) ?? {},
  };
}

const firstId = '00000000-0000-0000-0000-000000000000' as ReviewTaskId;

const applicationSettings = prepared((reader) => reader.selectFrom('application').select(['id', 'review_settings']));
const entitlementSettings = prepared((reader) =>
  reader.selectFrom('entitlement').select(['id', 'review_settings']).where('review_settings', 'is not', null),
);
/** The longest waiting first, from an index over open tasks alone. */
const openTasks = prepared((reader, before: Instant, afterOpened: Instant, afterId: ReviewTaskId) =>
  reader
    .selectFrom('review_task')
    .innerJoin('request_item', 'request_item.id', 'review_task.item_id')
    .select(['review_task.id', 'review_task.via', 'review_task.opened_at', 'review_task.reminded_at'])
    .select(['review_task.escalated_at', 'request_item.application_id', 'request_item.entitlement_id'])
    // Written out, not bound: only so does SQLite know that the index over open tasks answers it.
    .where('review_task.state', '=', sql.lit('open'))
    .where('review_task.opened_at', '<=', before)
    .where((eb) =>
      eb(eb.refTuple('review_task.opened_at', 'review_task.id'), '>', eb.tuple(eb.val(afterOpened), eb.val(afterId))),
    )
    .orderBy('review_task.opened_at')
    .orderBy('review_task.id')
    .limit(tasksAtOnce),
);
