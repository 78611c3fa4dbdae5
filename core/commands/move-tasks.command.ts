/** `delegation.moveTasks`: brings the open tasks of somebody who went out of office, or came back, to whoever is to hold them. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done } from '#core/domain/errors.ts';
import type { EmployeeId, ReviewTaskId } from '#core/domain/ids.ts';
import { ownerOf, settleHolder } from '#core/engine/hand-over.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import { prepared } from '#core/persistence/prepared.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { unique } from './chunks.ts';
import { defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { endMovingTasks, readMovingTasks, writeMovingTasks } from './moving-tasks.ts';
import { loadByTask, saveRequest } from './request-store.ts';
import { loadOutOfOffice } from './stand-ins.ts';

/** How many tasks one transaction looks at: others wait for the database meanwhile. */
const tasksAtOnce = 50;

export const moveTasks = defineCommand({
  type: 'delegation.moveTasks',
  payload: z.object({ employeeId: idSchema<EmployeeId>() }),
  async run({ employeeId }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    const moving = await readMovingTasks(writer, employeeId, context.dialect === 'postgres');
    if (moving === null) return done({ moved: 0, more: false });
    const delegates = await everDelegatesOf(writer, employeeId);
    const tasks = (await tasksHeld(writer, [employeeId, ...delegates], moving.after ?? firstId)).map((row) => row.id);
    let moved = 0;
    for (const taskId of tasks) moved += await settle(context, taskId);
    const more = tasks.length === tasksAtOnce;
    if (more) await writeMovingTasks(writer, { employeeId, after: tasks.at(-1) ?? null });
    else await endMovingTasks(writer, employeeId);
    if (moved > 0) context.touch('tasks', 'requests');
    return done({ moved, more });
  },
});

/** Answers with how many tasks moved: 1 or 0. */
async function settle(context: CommandContext, taskId: ReviewTaskId): Promise<number> {
  const { writer, circumstances } = context;
  const before = await loadByTask(writer, taskId, context.dialect === 'postgres');
  const task = before?.tasks.find((candidate) => candidate.id === taskId);
  const [item] = before?.items ?? [];
  if (before === null || task === undefined || item === undefined) return 0;
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
  const away = await loadOutOfOffice(writer, [concerned.requesterId, concerned.beneficiaryId, ownerOf(before, task)]);
  const result = settleHolder(before, taskId, { ...circumstances, ...standInsFor(away, concerned) });
  if (result === null || result.outcome === 'refused') return 0;
  await saveRequest(writer, before, result.value.after);
  context.record(...result.value.facts);
  return 1;
}

/** Whoever stands or stood in for this person, directly or through others: they may hold tasks of theirs. */
async function everDelegatesOf(reader: Reader, employeeId: EmployeeId): Promise<readonly EmployeeId[]> {
  const found = new Set<EmployeeId>([employeeId]);
  let next: readonly EmployeeId[] = [employeeId];
  while (next.length > 0) {
    const rows = await delegatesOf(reader, next);
    next = unique(rows.map((row) => row.delegate_id)).filter((person) => !found.has(person));
    for (const person of next) found.add(person);
  }
  found.delete(employeeId);
  return [...found];
}

const firstId = '00000000-0000-0000-0000-000000000000' as ReviewTaskId;

const delegatesOf = prepared((reader, people: readonly EmployeeId[]) =>
  reader.selectFrom('delegation').select('delegate_id').distinct().where('delegator_id', 'in', people),
);
/** What the first of them holds, and what came to the others by delegation. */
const tasksHeld = prepared((reader, [person, ...delegates]: readonly EmployeeId[], after: ReviewTaskId) => {
  const open = reader.selectFrom('review_task').select('id').where('state', '=', 'open').where('id', '>', after);
  const own = open.where('reviewer_id', '=', person as EmployeeId);
  const all =
    delegates.length === 0 ? own : own.union(open.where('reviewer_id', 'in', delegates).where('via', '=', 'delegated'));
  return all.orderBy('id').limit(tasksAtOnce);
});
