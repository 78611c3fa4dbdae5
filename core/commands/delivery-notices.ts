/** Tells owners and administrators of deliveries that do not get on: given up, or a removal that keeps failing. */
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import type { FulfillmentTask, InitialPassword, RequestItem } from '#core/domain/request.ts';
import { worryingRevokeAttempts } from '#core/engine/record-attempt.ts';
import { turnedDown } from '#core/engine/ticket.ts';
import type { Writer } from '#core/persistence/tables.ts';
import type { CommandContext } from './command-definition.ts';
import { raiseNotices } from './notices.ts';

export async function tellWhoLooksAfterIt(
  context: CommandContext,
  item: RequestItem,
  task: FulfillmentTask | undefined,
): Promise<void> {
  if (task === undefined || !isWorrying(task)) return;
  await raiseNotices(context, [
    {
      to: await whoLooksAfter(context.writer, item.applicationId),
      kind: 'deliveryFails',
      requestId: item.requestId,
      itemId: item.id,
      data: {
        effect: task.effect,
        problem: task.lastProblem,
        attempts: task.attempts,
        givenUp: task.state === 'failed',
      },
    },
  ]);
}

/** Given up, or a removal that was turned down just now, or is at its fifth attempt and then at every fiftieth. */
function isWorrying({ state, effect, attempts, acceptedAt, ticket, lastProblem }: FulfillmentTask): boolean {
  if (state === 'failed') return true;
  if (state === 'waiting' && ticket?.state === 'rejected' && lastProblem === turnedDown(ticket)) return true;
  if (state !== 'waiting' || effect !== 'revoke' || acceptedAt !== null) return false;
  return attempts === worryingRevokeAttempts || (attempts > 0 && attempts % (10 * worryingRevokeAttempts) === 0);
}

/** The owners of an application and the administrators, as far as they still work here. */
export async function whoLooksAfter(writer: Writer, applicationId: ApplicationId): Promise<readonly EmployeeId[]> {
  const rows = await writer
    .selectFrom('employee')
    .select('id')
    .where('status', '=', 'active')
    .where((eb) =>
      eb.or([
        eb(
          'id',
          'in',
          eb
            .selectFrom('application')
            .select('primary_owner_id')
            .where('id', '=', applicationId)
            .$castTo<{ primary_owner_id: EmployeeId }>(),
        ),
        eb(
          'id',
          'in',
          eb.selectFrom('secondary_owner').select('employee_id').where('application_id', '=', applicationId),
        ),
        eb('id', 'in', eb.selectFrom('role_assignment').select('employee_id').where('role', '=', 'administrator')),
      ]),
    )
    .execute();
  return rows.map(({ id }) => id);
}

/** An account has a first password that nobody knows yet: whoever looks after the application hands it over. */
export async function tellOfPassword(
  context: CommandContext,
  { id, requestId, applicationId, beneficiaryId, serviceAccount }: RequestItem,
  { name, host }: InitialPassword,
): Promise<void> {
  const { writer } = context;
  const names = await writer
    .selectFrom('application')
    .innerJoin('employee', (join) => join.on('employee.id', '=', beneficiaryId))
    .select(['application.name', 'employee.full_name'])
    .where('application.id', '=', applicationId)
    .executeTakeFirst();
  await raiseNotices(context, [
    {
      to: await whoLooksAfter(writer, applicationId),
      kind: 'passwordWaits',
      requestId,
      itemId: id,
      data: {
        application: names?.name ?? null,
        person: serviceAccount ?? names?.full_name ?? null,
        machine: host,
        entry: name,
      },
    },
  ]);
}
