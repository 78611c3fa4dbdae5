/** `task.remind` and `task.escalate`: what becomes of a task that waits too long. Gatehouse does both by itself. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done } from '#core/domain/errors.ts';
import type { ApplicationId, EmployeeId, EntitlementId, ReviewTaskId } from '#core/domain/ids.ts';
import type { RequestItem } from '#core/domain/request.ts';
import type { ReviewSettings } from '#core/domain/review-settings.ts';
import { escalate, remind } from '#core/engine/escalate.ts';
import { ownerOf } from '#core/engine/hand-over.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import type { RequestAggregate, TransitionResult } from '#core/engine/state.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import { defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { raiseNotices, type NewNotice } from './notices.ts';
import { loadByTask, saveRequest } from './request-store.ts';
import { loadApplications, ownersOf } from './reviewing-facts.ts';
import { loadOutOfOffice } from './stand-ins.ts';

const payload = z.object({ taskId: idSchema<ReviewTaskId>() });

export const remindReviewer = defineCommand({
  type: 'task.remind',
  payload,
  run: ({ taskId }, context) =>
    whenDue(context, taskId, async ({ before, item }) => {
      const settings = await settingsOf(context.writer, item);
      const task = before.tasks.find((candidate) => candidate.id === taskId);
      return {
        result: remind(before, taskId, { ...context.circumstances, settings }),
        notice: () => ({
          kind: 'taskReminder',
          to: task === undefined ? [] : [task.reviewerId],
          data: { openedAt: task?.openedAt },
        }),
      };
    }),
});

export const escalateTask = defineCommand({
  type: 'task.escalate',
  payload,
  run: ({ taskId }, context) =>
    whenDue(context, taskId, async ({ before, item }) => {
      const task = before.tasks.find((candidate) => candidate.id === taskId);
      if (task === undefined) return { result: null, notice: () => null };
      const facts = await escalationFacts(context.writer, before, item, ownerOf(before, task));
      const result = escalate(before, taskId, { ...context.circumstances, ...facts });
      return {
        result,
        notice: (added) => ({
          kind: 'taskEscalated',
          to: added,
          data: { personId: task.reviewerId, days: facts.settings.escalateAfterDays ?? null },
        }),
      };
    }),
});

interface Turn {
  /** Null: it is not due any more. */
  readonly result: TransitionResult | null;
  /** Who is told what; `added` have a new task. */
  readonly notice: (added: readonly EmployeeId[]) => Pick<NewNotice, 'kind' | 'to' | 'data'> | null;
}

async function whenDue(
  context: CommandContext,
  taskId: ReviewTaskId,
  turn: (found: { readonly before: RequestAggregate; readonly item: RequestItem }) => Promise<Turn>,
) {
  const allowed = onlySystem(context);
  if (allowed.outcome === 'refused') return allowed;
  const before = await loadByTask(context.writer, taskId, context.dialect === 'postgres');
  const [item] = before?.items ?? [];
  if (before === null || item === undefined) return done({ happened: false });
  const { result, notice } = await turn({ before, item });
  if (result === null) return done({ happened: false });
  if (result.outcome === 'refused') return result;
  const { after, facts } = result.value;
  await saveRequest(context.writer, before, after);
  context.record(...facts);
  const known = new Set(before.tasks.map((task) => task.id));
  const told = notice(after.tasks.filter((task) => !known.has(task.id)).map((task) => task.reviewerId));
  if (told !== null) await raiseNotices(context, [{ ...told, requestId: item.requestId, itemId: item.id }]);
  context.touch('tasks', 'requests');
  return done({ happened: true });
}

/** How long tasks of this item may wait: the entitlement's own settings, or, where it has none, the application's. */
async function settingsOf(
  reader: Reader,
  item: Pick<RequestItem, 'applicationId' | 'entitlementId'>,
): Promise<ReviewSettings> {
  const [entitlement] = await entitlementById(reader, item.entitlementId);
  const own = entitlement === undefined ? null : fromRow('entitlement', entitlement).reviewSettings;
  if (own !== null) return own;
  const [application] = await applicationById(reader, item.applicationId);
  if (application === undefined) throw new Error('An item without its application');
  return fromRow('application', application).reviewSettings;
}

async function escalationFacts(reader: Reader, before: RequestAggregate, item: RequestItem, reviewerId: EmployeeId) {
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: item.beneficiaryId };
  const application = (await loadApplications(reader, [item.applicationId])).get(item.applicationId);
  const owners = application === undefined ? [] : ownersOf(application);
  const [manager] = await managerOf(reader, reviewerId);
  const atWork = owners.length === 0 ? [] : await activeAmong(reader, owners);
  const owning = owners.filter((owner) => atWork.some((row) => row.id === owner));
  const administrators = (await activeAdministrators(reader)).map((row) => row.employee_id);
  const managers = manager === undefined ? [] : [manager.id];
  const away = await loadOutOfOffice(reader, [
    concerned.requesterId,
    concerned.beneficiaryId,
    ...managers,
    ...owning,
    ...administrators,
  ]);
  return {
    settings: await settingsOf(reader, item),
    ...standInsFor(away, concerned),
    manager: manager?.id ?? null,
    owners: owning,
    administrators,
  };
}

const entitlementById = prepared((reader, id: EntitlementId) =>
  reader.selectFrom('entitlement').selectAll().where('id', '=', id),
);
const applicationById = prepared((reader, id: ApplicationId) =>
  reader.selectFrom('application').selectAll().where('id', '=', id),
);
const managerOf = prepared((reader, id: EmployeeId) =>
  reader
    .selectFrom('employee')
    .innerJoin('employee as manager', 'manager.id', 'employee.manager_id')
    .select('manager.id')
    .where('employee.id', '=', id)
    .where('manager.status', '=', 'active'),
);
const activeAmong = prepared((reader, ids: readonly EmployeeId[]) =>
  reader.selectFrom('employee').select('id').where('id', 'in', ids).where('status', '=', 'active'),
);
const activeAdministrators = prepared((reader) =>
  reader
    .selectFrom('role_assignment')
    .innerJoin('employee', 'employee.id', 'role_assignment.employee_id')
    .select('role_assignment.employee_id')
    .where('role_assignment.role', '=', 'administrator')
    .where('employee.status', '=', 'active')
    .orderBy('role_assignment.employee_id'),
);
