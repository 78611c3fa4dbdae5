/** Reads what a connector must know to perform a task. */
import { likeliestFirst } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { endOf } from '#core/engine/fulfillment-plan.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { InitialPassword, Term } from '#core/domain/request.ts';
import { fromJson, type Reader } from '#core/persistence/tables.ts';
import type { Work } from './perform.ts';

/** @param now the end of access whose clock starts at delivery is counted from here. */
export async function loadWork(
  reader: Reader,
  id: FulfillmentTaskId,
  now: Instant,
): Promise<Work & { readonly initialPassword: InitialPassword | null }> {
  const [row] = await taskWithPerson(reader, id);
  if (row === undefined) throw new Error('A fulfillment task without its beneficiary or entitlement');
  const all = (await accountsOf(reader, row.application_id, row.beneficiary_id)).filter((account) =>
    row.service_account === null
      ? account.kind === 'employee'
      : account.kind === 'service' && account.username_key === row.service_account.toLowerCase(),
  );
  const accounts = likeliestFirst(all.filter(({ status }) => status !== 'gone'));
  const gone = all.filter(({ status }) => status === 'gone').toSorted((one, other) => (one.id < other.id ? 1 : -1));
  return {
    effect: row.effect,
    entitlementExternalId: row.entitlement_external_id,
    key: `${id} ${row.edition}`,
    earlierAttempts: row.attempts - 1,
    accepted: row.accepted_at !== null,
    expiresAt: row.effect === 'grant' ? endOf(fromJson<Term>(row.term), now) : null,
    initialPassword: row.initial_password === null ? null : fromJson<InitialPassword>(row.initial_password),
    serviceAccount: row.service_account,
    formerAccount: gone[0]?.external_id ?? null,
    person: {
      employeeId: row.source_user_id ?? row.beneficiary_id,
      workEmail: row.work_email,
      fullName: row.full_name,
      firstName: row.first_name,
      lastName: row.last_name,
      department: row.department,
      jobTitle: row.job_title,
    },
    accounts: accounts.flatMap((account) =>
      account.external_id === null
        ? []
        : [
            {
              externalId: account.external_id,
              username: account.username,
              email: account.email,
              displayName: account.display_name,
              active: account.status === 'active',
            },
          ],
    ),
  };
}

const taskWithPerson = prepared((reader, id: FulfillmentTaskId) =>
  reader
    .selectFrom('fulfillment_task')
    .innerJoin('request_item', 'request_item.id', 'fulfillment_task.item_id')
    .innerJoin('employee', 'employee.id', 'fulfillment_task.beneficiary_id')
    .innerJoin('entitlement', 'entitlement.id', 'fulfillment_task.entitlement_id')
    .select([
      'fulfillment_task.effect',
      'fulfillment_task.attempts',
      'fulfillment_task.application_id',
      'fulfillment_task.beneficiary_id',
      'fulfillment_task.accepted_at',
      'fulfillment_task.edition',
      'fulfillment_task.initial_password',
      'request_item.term',
      'request_item.service_account',
      'entitlement.external_id as entitlement_external_id',
      'employee.work_email',
      'employee.full_name',
      'employee.first_name',
      'employee.last_name',
      'employee.department',
      'employee.job_title',
      'employee.source_user_id',
    ])
    .where('fulfillment_task.id', '=', id),
);

/** Also those without an external id: asked to leave them out, SQLite would read every account of the application. */
const accountsOf = prepared((reader, applicationId: ApplicationId, employeeId: EmployeeId) =>
  reader
    .selectFrom('account')
    .select(['id', 'external_id', 'username', 'username_key', 'kind', 'email', 'display_name', 'status'])
    .where('application_id', '=', applicationId)
    .where('employee_id', '=', employeeId),
);
