/** Absences begin and end at their time, and the tasks they move are moved. */
import { turnDelegation } from '#core/commands/delegation.command.ts';
import { moveTasks } from '#core/commands/move-tasks.command.ts';
import { peopleWithMovingTasks } from '#core/commands/moving-tasks.ts';
import type { Actor } from '#core/domain/audit.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { Instant } from '#core/domain/instant.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Reader } from '#core/persistence/tables.ts';
import type { MakeDueWork } from './due-work.ts';

const actor: Actor = { kind: 'system', part: 'reviews' };

export const absences: MakeDueWork = ({ database, execute, log }) => ({
  name: 'absences',

  async nextDueAt(reader, now) {
    if ((await peopleWithMovingTasks(reader)).length > 0) return now;
    if ((await withoutTheirPeople(reader)).length > 0) return now;
    const times = (await turningPoints(reader)).flatMap((row) => row.at ?? []);
    return times.toSorted()[0] ?? null;
  },

  async run(now) {
    for (const id of await dueDelegations(database.read, now)) {
      const turned = await execute(turnDelegation, freshCommand({ delegationId: id }, actor, now));
      if (turned.outcome === 'refused') log('An absence did not turn', new Error(turned.refusal.message));
    }
    for (const employeeId of await peopleWithMovingTasks(database.read)) {
      for (let more = true; more;) {
        const moved = await execute(moveTasks, freshCommand({ employeeId }, actor, now));
        if (moved.outcome === 'refused') log('Tasks did not move', new Error(moved.refusal.message));
        more = moved.outcome === 'done' && moved.value.more;
      }
    }
  },
});

async function dueDelegations(reader: Reader, now: Instant) {
  const rows = [...(await overdue(reader, now)), ...(await withoutTheirPeople(reader))];
  return [...new Set(rows.map((row) => row.id))];
}

const turningPoints = prepared((reader) =>
  reader
    .selectFrom('delegation')
    .select((eb) => eb.fn.min<Instant | null>('starts_at').as('at'))
    .where('state', '=', 'planned')
    .unionAll(
      reader
        .selectFrom('delegation')
        .select((eb) => eb.fn.min<Instant | null>('ends_at').as('at'))
        .where('state', '=', 'active'),
    ),
);
/** The end first: whoever stands in from noon on follows whoever stood in until noon. */
const overdue = prepared((reader, now: Instant) =>
  reader
    .selectFrom('delegation')
    .select(['id', 'starts_at'])
    .where((eb) =>
      eb.or([
        eb('state', '=', 'active').and('ends_at', '<=', now),
        eb('state', '=', 'planned').and('starts_at', '<=', now),
      ]),
    )
    .orderBy('state')
    .orderBy('starts_at'),
);
/** Absences of people of whom one has left. */
const withoutTheirPeople = prepared((reader) =>
  reader
    .selectFrom('delegation')
    .innerJoin('employee as away', 'away.id', 'delegation.delegator_id')
    .innerJoin('employee as instead', 'instead.id', 'delegation.delegate_id')
    .select('delegation.id')
    .where('delegation.state', 'in', ['planned', 'active'])
    .where((eb) => eb.or([eb('away.status', '=', 'left'), eb('instead.status', '=', 'left')])),
);
