/** `access.remindEnds`: whoever holds temporary access is told before it ends, in time to prolong it. */
import { z } from 'zod';
import type { Instant } from '#core/domain/instant.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import { done } from '#core/domain/errors.ts';
import { fromRow, type Reader, type Writer } from '#core/persistence/tables.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { raiseNotices } from './notices.ts';

/** How many days before its end people are told of it, once each. */
export const remindedDaysBefore = [7, 1] as const;
type DaysBefore = (typeof remindedDaysBefore)[number];

/** For each of the days: ends up to this time had their reminder. Null: nobody was ever reminded. */
export type RemindedUntil = Readonly<Record<DaysBefore, Instant | null>>;

const settingName = 'access.remindedUntil';
const minutesPerDay = 24 * 60;
/** Ends looked at in one transaction. */
const endsPerRun = 500;

export async function readRemindedUntil(reader: Reader): Promise<RemindedUntil> {
  const row = await reader.selectFrom('setting').selectAll().where('name', '=', settingName).executeTakeFirst();
  const value = row === undefined ? {} : (fromRow('setting', row).value as Partial<RemindedUntil>);
  return { 7: value[7] ?? null, 1: value[1] ?? null };
}

/** Where the ends begin that had no reminder yet. Who was never reminded is not told of what is long over. */
export function beginningOf(until: RemindedUntil, days: DaysBefore, now: Instant): Instant {
  const marked = until[days];
  return marked !== null && marked > now ? marked : now;
}

export const remindEnds = defineCommand({
  type: 'access.remindEnds',
  payload: z.object({}),
  async run(_payload, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const { now } = circumstances;
    const before = await readRemindedUntil(writer);
    const after: Record<DaysBefore, Instant | null> = { ...before };
    let told = 0;
    for (const days of remindedDaysBefore) {
      const from = beginningOf(before, days, now);
      const to = plusMinutes(now, days * minutesPerDay);
      const ends = await endsBetween(writer, from, to);
      const last = ends.length === endsPerRun ? ends.at(-1)?.due_at : undefined;
      after[days] = last ?? to;
      const telling = await withoutExtension(
        writer,
        ends.filter((end) => isWorthTelling(end, days)),
      );
      told += telling.length;
      await raiseNotices(
        context,
        telling.map((end) => ({
          to: [end.beneficiary_id],
          kind: 'accessEndsSoon',
          requestId: end.request_id,
          itemId: end.item_id,
          data: { expiresAt: end.due_at, days },
        })),
      );
    }
    await writeRemindedUntil(writer, after);
    return done({ told });
  },
});

type End = Awaited<ReturnType<typeof endsBetween>>[number];

/** Ends of access after `from` and up to `to`, the nearest first; those of the same time are never parted. */
async function endsBetween(writer: Writer, from: Instant, to: Instant) {
  const between = (end: Instant) =>
    writer
      .selectFrom('fulfillment_task')
      .innerJoin('request_item', 'request_item.id', 'fulfillment_task.item_id')
      .select(['fulfillment_task.item_id', 'fulfillment_task.request_id', 'fulfillment_task.due_at'])
      .select(['request_item.beneficiary_id', 'request_item.entitlement_id', 'request_item.fulfilled_at'])
      .select('request_item.not_renewed')
      .where('fulfillment_task.state', '=', 'scheduled')
      .where('fulfillment_task.cause', '=', 'expiry')
      .where('fulfillment_task.next_attempt_at', '>', from)
      .where('fulfillment_task.next_attempt_at', '<=', end)
      .orderBy('fulfillment_task.next_attempt_at')
      .orderBy('fulfillment_task.id');
  const some = await between(to).limit(endsPerRun).execute();
  const last = some.at(-1);
  return some.length < endsPerRun || last === undefined ? some : between(last.due_at).execute();
}

/** Delivered, not marked as not to be renewed, and given for longer than the reminder is ahead of its end. */
function isWorthTelling(end: End, days: DaysBefore): boolean {
  return (
    end.fulfilled_at !== null &&
    end.not_renewed === null &&
    end.fulfilled_at <= plusMinutes(end.due_at, -days * minutesPerDay)
  );
}

/** Those that nobody has asked to prolong. */
async function withoutExtension(writer: Writer, ends: readonly End[]): Promise<readonly End[]> {
  if (ends.length === 0) return [];
  const open = await writer
    .selectFrom('request_item')
    .select('extends_item_id')
    .where('beneficiary_id', 'in', [...new Set(ends.map((end) => end.beneficiary_id))])
    .where('state', 'in', ['inReview', 'approved'])
    .where('extends_item_id', 'is not', null)
    .execute();
  const extended = new Set(open.map((item) => item.extends_item_id));
  return ends.filter((end) => !extended.has(end.item_id));
}

async function writeRemindedUntil(writer: Writer, value: RemindedUntil): Promise<void> {
  const text = JSON.stringify(value);
  await writer
    .insertInto('setting')
    .values({ name: settingName, value: text })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
    .execute();
}
