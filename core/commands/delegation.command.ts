/**
 * `delegation.create`, `delegation.end` and `delegation.turn`: somebody is out of office, and somebody else decides
 * meanwhile. The tasks themselves move after it, in steps of their own: `move-tasks.command.ts`.
 */
import { z } from 'zod';
import { delegationSchema } from '#core/contract/delegations.contract.ts';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import type { AuditFact } from '#core/domain/audit.ts';
import type { Delegation } from '#core/domain/delegation.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { DelegationId, EmployeeId } from '#core/domain/ids.ts';
import { dueTurn, planAbsence } from '#core/engine/out-of-office.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { insertRows, updateRow } from '#core/persistence/write-rows.ts';
import { isAdministrator, worksHere } from './authority.ts';
import { unique } from './chunks.ts';
import { actingEmployee, defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { startMovingTasks } from './moving-tasks.ts';
import { raiseNotices } from './notices.ts';

/** For oneself, or, by an administrator, for somebody else. It begins at once when its time has come. */
export const createDelegation = defineCommand({
  type: 'delegation.create',
  payload: delegationSchema,
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    const delegatorId = payload.delegatorId ?? acting.value;
    const allowed = await mayDelegateFor(writer, acting.value, delegatorId);
    if (allowed.outcome === 'refused') return allowed;
    for (const person of [delegatorId, payload.delegateId]) {
      const [row] = await statusOf(writer, person);
      if (row === undefined) return refuse('employee.notFound', 'This person is not in the directory.');
      if (row.status === 'left')
        return refuse('delegation.invalid', `${row.full_name} no longer works here. Choose somebody else.`);
    }
    await oneAtATime(context, [delegatorId, payload.delegateId]);
    const known = await chainsFrom(writer, [delegatorId, payload.delegateId]);
    const planned = planAbsence({ ...payload, delegatorId }, known, circumstances);
    if (planned.outcome === 'refused') return planned;
    const delegation = planned.value;
    await insertRows(writer, 'delegation', [delegation]);
    context.record(
      factOf('delegation.planned', delegation, {
        startsAt: delegation.startsAt,
        endsAt: delegation.endsAt,
        note: delegation.note,
      }),
    );
    if (delegation.state === 'active') await begun(context, delegation);
    context.touch('tasks');
    return done({ delegationId: delegation.id, state: delegation.state });
  },
});

/** Ends an absence that has begun, or withdraws one that has not. */
export const endDelegation = defineCommand({
  type: 'delegation.end',
  payload: z.object({
    delegationId: idSchema<DelegationId>(),
    reason: textSchema(500).nullable().default(null),
  }),
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const delegation = await delegationOf(context, payload.delegationId);
    if (delegation === null) return refuse('delegation.notFound', 'This absence does not exist.');
    const allowed = await mayDelegateFor(context.writer, acting.value, delegation.delegatorId);
    if (allowed.outcome === 'refused') return allowed;
    if (delegation.state === 'ended') return refuse('delegation.invalid', 'This absence has ended already.');
    await ended(context, delegation, payload.reason);
    return done({});
  },
});

/** Begins or ends an absence whose time has come, or ends one whose people no longer both work here. */
export const turnDelegation = defineCommand({
  type: 'delegation.turn',
  payload: z.object({ delegationId: idSchema<DelegationId>() }),
  async run({ delegationId }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const delegation = await delegationOf(context, delegationId);
    if (delegation === null) return refuse('delegation.notFound', 'This absence does not exist.');
    const bothWorkHere =
      (await worksHere(writer, delegation.delegatorId)) && (await worksHere(writer, delegation.delegateId));
    const turn = dueTurn(delegation, { now: circumstances.now, bothWorkHere });
    if (turn === 'start') {
      const active: Delegation = { ...delegation, state: 'active' };
      await updateRow(writer, 'delegation', delegation, active);
      await begun(context, active);
    }
    if (turn === 'end') await ended(context, delegation, bothWorkHere ? null : 'One of the two no longer works here');
    return done({ turn });
  },
});

async function begun(context: CommandContext, delegation: Delegation): Promise<void> {
  const { delegatorId, delegateId, endsAt } = delegation;
  context.record(factOf('delegation.started', delegation, { endsAt }));
  const [open] = await openTasksOf(context.writer, delegatorId);
  await raiseNotices(context, [
    {
      to: [delegateId],
      kind: 'taskDelegated',
      requestId: null,
      itemId: null,
      data: { personId: delegatorId, endsAt, tasks: Number(open?.count ?? 0) },
    },
  ]);
  await startMovingTasks(context.writer, delegatorId);
  context.touch('tasks');
}

async function ended(context: CommandContext, delegation: Delegation, reason: string | null): Promise<void> {
  const { now } = context.circumstances;
  const begunAlready = delegation.state === 'active';
  const endsAt = begunAlready && (delegation.endsAt === null || delegation.endsAt > now) ? now : delegation.endsAt;
  await updateRow(context.writer, 'delegation', delegation, { ...delegation, state: 'ended', endsAt });
  context.record(factOf('delegation.ended', delegation, reason === null ? {} : { reason }));
  if (begunAlready) await startMovingTasks(context.writer, delegation.delegatorId);
  context.touch('tasks');
}

function factOf(type: AuditFact['type'], delegation: Delegation, more: AuditFact['data']): AuditFact {
  const { id, delegatorId, delegateId } = delegation;
  return { type, requestId: null, itemId: null, data: { delegationId: id, delegatorId, delegateId, ...more } };
}

async function mayDelegateFor(reader: Reader, actingId: EmployeeId, delegatorId: EmployeeId) {
  if (!(await worksHere(reader, actingId))) return refuse('access.notAllowed', 'You no longer work here.');
  if (actingId === delegatorId || (await isAdministrator(reader, actingId))) return done(null);
  return refuse('access.notAllowed', 'Only an administrator can do this for somebody else.');
}

async function delegationOf({ writer, dialect }: CommandContext, id: DelegationId): Promise<Delegation | null> {
  const query = writer.selectFrom('delegation').selectAll().where('id', '=', id);
  const row = await (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? null : fromRow('delegation', row);
}

/** Two consoles must not both find that nothing stands in the way. SQLite lets in one transaction at a time. */
async function oneAtATime({ writer, dialect }: CommandContext, people: readonly EmployeeId[]): Promise<void> {
  if (dialect !== 'postgres') return;
  await writer.selectFrom('employee').select('id').where('id', 'in', people).orderBy('id').forUpdate().execute();
}

/** Planned and active delegations of these people, of whoever stands in for them, and so on. */
async function chainsFrom(reader: Reader, people: readonly EmployeeId[]): Promise<readonly Delegation[]> {
  const found = new Map<DelegationId, Delegation>();
  const asked = new Set<EmployeeId>();
  let next = unique(people);
  while (next.length > 0) {
    for (const person of next) asked.add(person);
    const rows = await standingOf(reader, next);
    for (const row of rows) found.set(row.id, fromRow('delegation', row));
    next = unique(rows.map((row) => row.delegate_id)).filter((person) => !asked.has(person));
  }
  return [...found.values()];
}

const statusOf = prepared((reader, id: EmployeeId) =>
  reader.selectFrom('employee').select(['status', 'full_name']).where('id', '=', id),
);
const standingOf = prepared((reader, people: readonly EmployeeId[]) =>
  reader
    .selectFrom('delegation')
    .selectAll()
    .where('delegator_id', 'in', people)
    .where('state', 'in', ['planned', 'active']),
);
const openTasksOf = prepared((reader, id: EmployeeId) =>
  reader
    .selectFrom('review_task')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('reviewer_id', '=', id)
    .where('state', '=', 'open'),
);
