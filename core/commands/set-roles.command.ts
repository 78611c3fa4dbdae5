/** `employee.setRoles`: what a person may do beyond requesting and reviewing. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { roles } from '#core/domain/directory.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { RoleAssignmentEntity } from '#core/persistence/entities/directory.entities.ts';
import { isAdministrator } from './authority.ts';
import { defineCommand } from './command-definition.ts';

export const setRoles = defineCommand({
  type: 'employee.setRoles',
  unitOfWork: true,
  payload: z.object({ employeeId: idSchema<EmployeeId>(), roles: z.array(z.enum(roles)) }),
  async run({ employeeId, roles: wanted }, context) {
    const { writer } = context;
    const { actor } = context.command;
    // One change of administrators at a time, or two could each find the other one remaining.
    if (context.dialect === 'postgres') {
      await writer
        .selectFrom('role_assignment')
        .select('employee_id')
        .where('role', '=', 'administrator')
        .orderBy('employee_id')
        .forUpdate()
        .execute();
    }
    if (actor.kind === 'employee' && !(await isAdministrator(writer, actor.employeeId))) {
      return refuse('access.notAllowed', 'Only an administrator can change roles.');
    }
    const person = await writer.selectFrom('employee').select('id').where('id', '=', employeeId).executeTakeFirst();
    if (person === undefined) return refuse('employee.notFound', 'This person is not in the directory.');
    const held = (
      await writer.selectFrom('role_assignment').select('role').where('employee_id', '=', employeeId).execute()
    ).map((row) => row.role);
    const after = [...new Set(wanted)].sort();
    if (
      held.includes('administrator') &&
      !after.includes('administrator') &&
      (await isLastAdministrator(context.writer, employeeId))
    ) {
      return refuse('access.notAllowed', 'This is the last administrator. Make somebody else an administrator first.');
    }
    const manager = context.unitOfWork();
    await manager.nativeDelete(RoleAssignmentEntity, { employeeId });
    if (after.length > 0)
      await manager.insertMany(
        RoleAssignmentEntity,
        after.map((role) => ({ employeeId, role })),
      );
    context.record({
      type: 'roles.changed',
      requestId: null,
      itemId: null,
      data: { employeeId, before: held.sort(), after },
    });
    context.touch('directory', 'session');
    return done({});
  },
});

async function isLastAdministrator(
  writer: Parameters<typeof isAdministrator>[0],
  employeeId: EmployeeId,
): Promise<boolean> {
  const other = await writer
    .selectFrom('role_assignment')
    .innerJoin('employee', 'employee.id', 'role_assignment.employee_id')
    .select('employee.id')
    .where('role_assignment.role', '=', 'administrator')
    .where('employee.status', '=', 'active')
    .where('employee.id', '<>', employeeId)
    .executeTakeFirst();
  return other === undefined;
}
