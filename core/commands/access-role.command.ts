/** `accessRole.save` and `accessRole.setState`: the bundles of entitlements that administrators maintain. */
import { z } from 'zod';
import { accessRoleFields } from '#core/contract/filling.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import type { AccessRole } from '#core/domain/access-role.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import { newId, type AccessRoleId, type EntitlementId } from '#core/domain/ids.ts';
import { AccessRoleEntitlementEntity } from '#core/persistence/entities/review.entities.ts';
import type { Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { isAdministrator } from './authority.ts';
import { actingEmployee, defineCommand, type CommandContext } from './command-definition.ts';

export const saveAccessRole = defineCommand({
  type: 'accessRole.save',
  unitOfWork: true,
  payload: accessRoleFields.extend({
    accessRoleId: idSchema<AccessRoleId>().nullable().default(null),
    version: z.number().int().default(0),
  }),
  async run({ accessRoleId, version, name, description, entitlementIds }, context) {
    const allowed = await onlyAdministrators(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    const before = accessRoleId === null ? null : await loadAccessRole(writer, accessRoleId);
    if (accessRoleId !== null && before === null) return notFound();
    if (before !== null && before.version !== version) return changedMeanwhile();
    const wanted = [...new Set(entitlementIds)];
    const problem = await fieldsProblem(writer, name, wanted, before);
    if (problem.outcome === 'refused') return problem;
    const after: AccessRole = {
      id: before?.id ?? newId<AccessRoleId>(),
      name,
      description,
      entitlementIds: wanted,
      state: before?.state ?? 'active',
      version: (before?.version ?? 0) + 1,
    };
    return write(context, before, after);
  },
});

export const setAccessRoleState = defineCommand({
  type: 'accessRole.setState',
  unitOfWork: true,
  payload: z.object({
    accessRoleId: idSchema<AccessRoleId>(),
    version: z.number().int(),
    state: z.enum(['active', 'inactive']),
  }),
  async run({ accessRoleId, version, state }, context) {
    const allowed = await onlyAdministrators(context);
    if (allowed.outcome === 'refused') return allowed;
    const before = await loadAccessRole(context.writer, accessRoleId);
    if (before === null) return notFound();
    if (before.version !== version) return changedMeanwhile();
    if (before.state === state)
      return refuse('accessRole.invalid', `This role is ${state === 'active' ? 'offered' : 'withdrawn'} already.`);
    return write(context, before, { ...before, state, version: version + 1 });
  },
});

async function onlyAdministrators(context: CommandContext): Promise<Result<null>> {
  const acting = actingEmployee(context);
  if (acting.outcome === 'refused') return acting;
  return (await isAdministrator(context.writer, acting.value))
    ? done(null)
    : refuse('access.notAllowed', 'Only an administrator can maintain roles.');
}

async function loadAccessRole(writer: Writer, id: AccessRoleId): Promise<AccessRole | null> {
  const row = await writer.selectFrom('access_role').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  const entitlements = await writer
    .selectFrom('access_role_entitlement')
    .select('entitlement_id')
    .where('access_role_id', '=', id)
    .orderBy('position')
    .execute();
  const { name, description, state, version } = row;
  return { id, name, description, state, version, entitlementIds: entitlements.map((part) => part.entitlement_id) };
}

/** Entitlements that are gone may stay in a role, where they are shown as such; new ones must be there to be asked for. */
async function fieldsProblem(
  writer: Writer,
  name: string,
  entitlementIds: readonly EntitlementId[],
  before: AccessRole | null,
): Promise<Result<null>> {
  const taken = await writer
    .selectFrom('access_role')
    .select('id')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (taken !== undefined && taken.id !== before?.id)
    return refuse('accessRole.nameTaken', `There is a role called ${name} already. Choose another name.`);
  const fresh = entitlementIds.filter((id) => before?.entitlementIds.includes(id) !== true);
  if (fresh.length === 0) return done(null);
  const known = await writer
    .selectFrom('entitlement')
    .select('id')
    .where('id', 'in', fresh)
    .where('status', '=', 'active')
    .execute();
  return known.length === fresh.length
    ? done(null)
    : refuse('accessRole.invalid', 'An entitlement is not in the directory any more. Take it out of the role.');
}

async function write(context: CommandContext, before: AccessRole | null, after: AccessRole) {
  const { writer } = context;
  const { id, entitlementIds, ...fields } = after;
  const row = { ...fields, nameKey: after.name.toLowerCase() };
  if (before === null) await insertRows(writer, 'access_role', [{ id, ...row }]);
  else {
    // The version stands in the condition: a console that read at the same moment finds nothing left to change.
    const changed = await writer
      .updateTable('access_role')
      .set({
        name: row.name,
        name_key: row.nameKey,
        description: row.description,
        state: row.state,
        version: row.version,
      })
      .where('id', '=', id)
      .where('version', '=', before.version)
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) return changedMeanwhile();
    await context.unitOfWork().nativeDelete(AccessRoleEntitlementEntity, { accessRoleId: id });
  }
  await insertRows(
    writer,
    'access_role_entitlement',
    entitlementIds.map((entitlementId, position) => ({ accessRoleId: id, entitlementId, position })),
  );
  const now = { name: after.name, description: after.description, entitlementIds, state: after.state };
  context.record({
    type: before === null ? 'accessRole.created' : 'accessRole.changed',
    requestId: null,
    itemId: null,
    data: { accessRoleId: id, ...now, version: after.version, ...(before === null ? {} : { before: partsOf(before) }) },
  });
  context.touch('directory');
  return done({ accessRoleId: id, version: after.version });
}

function partsOf({ name, description, entitlementIds, state }: AccessRole) {
  return { name, description, entitlementIds, state };
}

function notFound() {
  return refuse('accessRole.notFound', 'This role does not exist.');
}

function changedMeanwhile() {
  return refuse(
    'accessRole.invalid',
    'Somebody else has changed this role meanwhile. Look at it again, then change it.',
  );
}
