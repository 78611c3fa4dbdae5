/** `account.link`: a person says whose account it is, where an application does not. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { AccountId, EmployeeId } from '#core/domain/ids.ts';
import { mayManageApplication } from './authority.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';
import { accountsOfRequests } from './discovery-rows.ts';

export const linkAccount = defineCommand({
  type: 'account.link',
  payload: z.object({
    accountId: idSchema<AccountId>(),
    /** Null: it belongs to nobody any more. */
    employeeId: idSchema<EmployeeId>().nullable(),
  }),
  async run({ accountId, employeeId }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    const found = writer.selectFrom('account').selectAll().where('id', '=', accountId);
    const account = await (context.dialect === 'postgres' ? found.forUpdate() : found).executeTakeFirst();
    if (account === undefined) return refuse('account.notFound', 'This account does not exist.');
    if (!(await mayManageApplication(writer, acting.value, account.application_id)))
      return refuse('access.notAllowed', 'Only an owner of the application or an administrator can do this.');
    if (account.employee_id === employeeId) return done({});
    if ((await accountsOfRequests(writer, [accountId])).has(accountId))
      return refuse(
        'account.notLinkable',
        'It holds access that was requested for the person it belongs to now. Have that taken away first.',
      );
    if (employeeId !== null) {
      const people = await writer
        .selectFrom('employee')
        .select(['id', 'status'])
        .where('id', 'in', account.employee_id === null ? [employeeId] : [employeeId, account.employee_id])
        .execute();
      if (people.find((person) => person.id === employeeId)?.status !== 'active')
        return refuse('account.notLinkable', 'This person is not in the directory, or no longer works here.');
      if (people.some((person) => person.id !== employeeId && person.status === 'active'))
        return refuse('account.notLinkable', 'It belongs to somebody who works here. Take it from them first.');
    }
    await writer.updateTable('account').set({ employee_id: employeeId }).where('id', '=', accountId).execute();
    if (employeeId !== null)
      await writer
        .updateTable('finding')
        .set({ state: 'resolved', decided_by_id: acting.value, decided_at: circumstances.now, employee_id: employeeId })
        .where('application_id', '=', account.application_id)
        .where('account_id', '=', accountId)
        .where('kind', 'in', ['orphanAccount', 'ownerMissing'])
        .where('state', '=', 'open')
        .where('ended_at', 'is', null)
        .execute();
    context.record({
      type: 'account.linked',
      requestId: null,
      itemId: null,
      data: {
        applicationId: account.application_id,
        accountId,
        username: account.username,
        before: account.employee_id,
        employeeId,
      },
    });
    context.touch('directory', 'delivery', 'applications');
    return done({});
  },
});
