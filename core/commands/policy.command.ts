/** `policy.save`, `policy.reorder` and `policy.setState`: the policies that administrators keep. Every version stays readable. */
import { z } from 'zod';
import { policyFields } from '#core/contract/rules.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import { newId, type EmployeeId, type PolicyId } from '#core/domain/ids.ts';
import type { Policy } from '#core/domain/policy.ts';
import { fromRow, type Writer } from '#core/persistence/tables.ts';
import { insertRows, updateRow } from '#core/persistence/write-rows.ts';
import { defineCommand, type CommandContext } from './command-definition.ts';
import { actingAdministrator, routeProblem } from './rules-authority.ts';

const inWords = 'change policies';

export const savePolicy = defineCommand({
  type: 'policy.save',
  payload: policyFields.extend({
    policyId: idSchema<PolicyId>().nullable().default(null),
    version: z.number().int().default(0),
  }),
  async run({ policyId, version, name, conditions, effect }, context) {
    const acting = await actingAdministrator(context, inWords);
    if (acting.outcome === 'refused') return acting;
    const { writer } = context;
    const policies = await loadAll(writer);
    const before = policyId === null ? null : policies.find((policy) => policy.id === policyId);
    if (before === undefined) return notFound();
    if (before !== null && before.version !== version) return changedMeanwhile(before);
    const problem = effect.kind === 'route' ? await routeProblem(writer, effect.route) : null;
    if (problem !== null) return refuse('policy.invalid', problem.message);
    const after: Policy = {
      id: before?.id ?? newId<PolicyId>(),
      name,
      position: before?.position ?? Math.max(0, ...policies.map((policy) => policy.position)) + 1,
      state: before?.state ?? 'active',
      conditions,
      effect,
      version: (before?.version ?? 0) + 1,
    };
    const written = await write(context, before, after, acting.value);
    if (written.outcome === 'refused') return written;
    context.record({
      type: before === null ? 'policy.created' : 'policy.changed',
      requestId: null,
      itemId: null,
      data: { policyId: after.id, ...partsOf(after), ...(before === null ? {} : { before: partsOf(before) }) },
    });
    return done({ policyId: after.id, version: after.version });
  },
});

export const setPolicyState = defineCommand({
  type: 'policy.setState',
  payload: z.object({
    policyId: idSchema<PolicyId>(),
    version: z.number().int(),
    state: z.enum(['active', 'inactive']),
  }),
  async run({ policyId, version, state }, context) {
    const acting = await actingAdministrator(context, inWords);
    if (acting.outcome === 'refused') return acting;
    const before = (await loadAll(context.writer)).find((policy) => policy.id === policyId);
    if (before === undefined) return notFound();
    if (before.version !== version) return changedMeanwhile(before);
    if (before.state === state) return refuse('policy.invalid', `This policy is ${state} already.`);
    const after: Policy = { ...before, state, version: version + 1 };
    const written = await write(context, before, after, acting.value);
    if (written.outcome === 'refused') return written;
    context.record({
      type: 'policy.changed',
      requestId: null,
      itemId: null,
      data: { policyId, ...partsOf(after), before: partsOf(before) },
    });
    return done({ policyId, version: after.version });
  },
});

export const reorderPolicies = defineCommand({
  type: 'policy.reorder',
  payload: z.object({ policyIds: z.array(idSchema<PolicyId>()).min(1).max(1000) }),
  async run({ policyIds }, context) {
    const acting = await actingAdministrator(context, inWords);
    if (acting.outcome === 'refused') return acting;
    const policies = new Map((await loadAll(context.writer)).map((policy) => [policy.id, policy]));
    const complete =
      new Set(policyIds).size === policies.size &&
      policyIds.length === policies.size &&
      policyIds.every((id) => policies.has(id));
    if (!complete)
      return refuse(
        'policy.invalid',
        'Somebody has changed the policies meanwhile. Look at them again, then move them.',
      );
    const moved = policyIds.flatMap((id, index) => {
      const before = policies.get(id);
      return before === undefined || before.position === index + 1
        ? []
        : [{ before, after: { ...before, position: index + 1, version: before.version + 1 } }];
    });
    if (moved.length === 0) return done({ moved: 0 });
    // Two steps, because no two policies may have the same position even for a moment.
    for (const { before, after } of moved) {
      await context.writer
        .updateTable('policy')
        .set({ position: -after.position })
        .where('id', '=', before.id)
        .execute();
    }
    for (const { before, after } of moved) {
      const written = await write(context, { ...before, position: -after.position }, after, acting.value);
      if (written.outcome === 'refused') return written;
    }
    context.record({
      type: 'policy.reordered',
      requestId: null,
      itemId: null,
      data: {
        order: policyIds.map((policyId) => ({ policyId, name: policies.get(policyId)?.name ?? '' })),
        moved: moved.map(({ before, after }) => ({
          policyId: after.id,
          name: after.name,
          from: before.position,
          to: after.position,
          version: after.version,
        })),
      },
    });
    return done({ moved: moved.length });
  },
});

async function loadAll(writer: Writer): Promise<readonly Policy[]> {
  const rows = await writer.selectFrom('policy').selectAll().orderBy('position').execute();
  return rows.map((row) => fromRow('policy', row));
}

async function write(
  context: CommandContext,
  before: Policy | null,
  after: Policy,
  changedById: EmployeeId,
): Promise<Result<null>> {
  const { writer, circumstances } = context;
  if (before === null) {
    await insertRows(writer, 'policy', [after]);
  } else {
    // Only on Postgres can somebody have come in between; the row is theirs then.
    const held = await writer
      .updateTable('policy')
      .set({ version: after.version })
      .where('id', '=', before.id)
      .where('version', '=', before.version)
      .executeTakeFirst();
    if (held.numUpdatedRows === 0n) return changedMeanwhile(before);
    await updateRow(writer, 'policy', { ...before, version: after.version }, after);
  }
  const { id: policyId, ...fields } = after;
  await insertRows(writer, 'policy_version', [{ policyId, ...fields, changedAt: circumstances.now, changedById }]);
  context.touch('rules');
  return done(null);
}

function partsOf({ name, conditions, effect, state, position, version }: Policy) {
  return { name, conditions, effect, state, position, version };
}

function notFound() {
  return refuse('policy.notFound', 'This policy does not exist.');
}

function changedMeanwhile({ name }: Policy) {
  return refuse(
    'policy.invalid',
    `Somebody else has changed the policy “${name}” meanwhile. Look at it again, then change it.`,
  );
}
