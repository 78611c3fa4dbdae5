/** `conflictRule.save` and `conflictRule.setState`: which duties are to be kept apart. */
import { z } from 'zod';
import { conflictRuleFields } from '#core/contract/rules.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import type { ConflictRule } from '#core/domain/conflict-rule.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type ConflictRuleId } from '#core/domain/ids.ts';
import { ConflictRuleEntitlementEntity } from '#core/persistence/entities/review.entities.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { unique } from './chunks.ts';
import { defineCommand, type CommandContext } from './command-definition.ts';
import { rulesById } from './review-facts.ts';
import { actingAdministrator, knownEntitlements } from './rules-authority.ts';

const inWords = 'change rules about duties';

export const saveConflictRule = defineCommand({
  type: 'conflictRule.save',
  unitOfWork: true,
  payload: conflictRuleFields.extend({
    conflictRuleId: idSchema<ConflictRuleId>().nullable().default(null),
    version: z.number().int().default(0),
  }),
  async run({ conflictRuleId, version, left, right, ...fields }, context) {
    const acting = await actingAdministrator(context, inWords);
    if (acting.outcome === 'refused') return acting;
    const before =
      conflictRuleId === null ? null : ((await rulesById(context.writer, [conflictRuleId]))[0] ?? undefined);
    if (before === undefined) return notFound();
    if (before !== null && before.version !== version) return changedMeanwhile();
    const sides = { left: unique(left), right: unique(right) };
    if (sides.left.some((id) => sides.right.includes(id)))
      return refuse(
        'conflictRule.invalid',
        'An entitlement stands on both sides, so nobody could ever hold it. Take it out of one of them.',
      );
    const known = await knownEntitlements(context.writer, [...left, ...right]);
    if ([...left, ...right].some((id) => !known.has(id)))
      return refuse('conflictRule.invalid', 'An entitlement is not in the directory. Take it out of the rule.');
    return write(context, before, {
      ...fields,
      ...sides,
      id: before?.id ?? newId<ConflictRuleId>(),
      state: before?.state ?? 'active',
      version: (before?.version ?? 0) + 1,
    });
  },
});

export const setConflictRuleState = defineCommand({
  type: 'conflictRule.setState',
  unitOfWork: true,
  payload: z.object({
    conflictRuleId: idSchema<ConflictRuleId>(),
    version: z.number().int(),
    state: z.enum(['active', 'inactive']),
  }),
  async run({ conflictRuleId, version, state }, context) {
    const acting = await actingAdministrator(context, inWords);
    if (acting.outcome === 'refused') return acting;
    const [before] = await rulesById(context.writer, [conflictRuleId]);
    if (before === undefined) return notFound();
    if (before.version !== version) return changedMeanwhile();
    if (before.state === state) return refuse('conflictRule.invalid', `This rule is ${state} already.`);
    return write(context, before, { ...before, state, version: version + 1 });
  },
});

async function write(context: CommandContext, before: ConflictRule | null, after: ConflictRule) {
  const { writer } = context;
  const { left, right, id, ...fields } = after;
  if (before === null) await insertRows(writer, 'conflict_rule', [{ id, ...fields }]);
  else {
    // The version stands in the condition: a console that read at the same moment finds nothing left to change.
    const { reviewerKind, ...columns } = fields;
    const changed = await writer
      .updateTable('conflict_rule')
      .set({ ...columns, reviewer_kind: reviewerKind })
      .where('id', '=', id)
      .where('version', '=', before.version)
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) return changedMeanwhile();
    await context.unitOfWork().nativeDelete(ConflictRuleEntitlementEntity, { ruleId: id });
  }
  await insertRows(writer, 'conflict_rule_entitlement', [
    ...left.map((entitlementId) => ({ ruleId: id, side: 'left' as const, entitlementId })),
    ...right.map((entitlementId) => ({ ruleId: id, side: 'right' as const, entitlementId })),
  ]);
  const { id: _id, ...now } = after;
  context.record({
    type: before === null ? 'conflictRule.created' : 'conflictRule.changed',
    requestId: null,
    itemId: null,
    data: { conflictRuleId: id, ...now, ...(before === null ? {} : { before: withoutId(before) }) },
  });
  context.touch('rules');
  return done({ conflictRuleId: id, version: after.version });
}

function withoutId({ id: _id, ...rule }: ConflictRule) {
  return rule;
}

function notFound() {
  return refuse('conflictRule.notFound', 'This rule does not exist.');
}

function changedMeanwhile() {
  return refuse(
    'conflictRule.invalid',
    'Somebody else has changed this rule meanwhile. Look at it again, then change it.',
  );
}
