/** `reviewerGroup.save`: groups of people whom settings and policies can designate as reviewers. */
import { z } from 'zod';
import { reviewerGroupFields } from '#core/contract/rules.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type EmployeeId, type ReviewerGroupId } from '#core/domain/ids.ts';
import { ReviewerGroupMemberEntity } from '#core/persistence/entities/review.entities.ts';
import type { Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { inChunks, unique } from './chunks.ts';
import { defineCommand } from './command-definition.ts';
import { actingAdministrator } from './rules-authority.ts';

export const saveReviewerGroup = defineCommand({
  type: 'reviewerGroup.save',
  unitOfWork: true,
  payload: reviewerGroupFields.extend({
    groupId: idSchema<ReviewerGroupId>().nullable().default(null),
    version: z.number().int().default(0),
  }),
  async run({ groupId, version, name, description, memberIds }, context) {
    const acting = await actingAdministrator(context, 'change reviewer groups');
    if (acting.outcome === 'refused') return acting;
    const { writer } = context;
    const before = groupId === null ? null : await loadGroup(writer, groupId);
    if (before === undefined) return refuse('reviewerGroup.notFound', 'This reviewer group does not exist.');
    if (before !== null && before.version !== version) return changedMeanwhile();
    const taken = await writer
      .selectFrom('reviewer_group')
      .select('id')
      .where('name_key', '=', name.toLowerCase())
      .executeTakeFirst();
    if (taken !== undefined && taken.id !== groupId)
      return refuse('reviewerGroup.nameTaken', `There is a group called ${name} already. Choose another name.`);
    const members = unique(memberIds);
    // Whoever left stays in the group until they are taken out: they are asked nothing.
    const fresh = members.filter((id) => before?.members.includes(id) !== true);
    const here = await inChunks(fresh, (chunk) =>
      writer.selectFrom('employee').select('id').where('id', 'in', chunk).where('status', '=', 'active').execute(),
    );
    if (here.length < fresh.length)
      return refuse('reviewerGroup.invalid', 'A member is not in the directory, or no longer works here.');
    const id = before?.id ?? newId<ReviewerGroupId>();
    const after = { name, description, version: (before?.version ?? 0) + 1 };
    if (before === null) {
      await insertRows(writer, 'reviewer_group', [{ id, nameKey: name.toLowerCase(), ...after }]);
    } else {
      const changed = await writer
        .updateTable('reviewer_group')
        .set({ ...after, name_key: name.toLowerCase() })
        .where('id', '=', id)
        .where('version', '=', before.version)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return changedMeanwhile();
      await context.unitOfWork().nativeDelete(ReviewerGroupMemberEntity, { groupId: id });
    }
    await insertRows(
      writer,
      'reviewer_group_member',
      members.map((employeeId) => ({ groupId: id, employeeId })),
    );
    context.record({
      type: before === null ? 'reviewerGroup.created' : 'reviewerGroup.changed',
      requestId: null,
      itemId: null,
      data: {
        groupId: id,
        ...after,
        memberIds: members,
        ...(before === null ? {} : { before: { name: before.name, memberIds: before.members } }),
      },
    });
    context.touch('rules');
    return done({ groupId: id, version: after.version });
  },
});

async function loadGroup(writer: Writer, groupId: ReviewerGroupId) {
  const group = await writer.selectFrom('reviewer_group').selectAll().where('id', '=', groupId).executeTakeFirst();
  if (group === undefined) return undefined;
  const rows = await writer
    .selectFrom('reviewer_group_member')
    .select('employee_id')
    .where('group_id', '=', groupId)
    .execute();
  const members: readonly EmployeeId[] = rows.map((row) => row.employee_id);
  return { ...group, members };
}

function changedMeanwhile() {
  return refuse(
    'reviewerGroup.invalid',
    'Somebody else has changed this group meanwhile. Look at it again, then change it.',
  );
}
