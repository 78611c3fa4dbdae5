/** `finding.decide` and what follows from it: what people make of the differences that discoveries found. */
import { z } from 'zod';
import { idSchema, instantSchema, textSchema } from '#core/contract/schemas.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import { accountEffects, findingActions, type AccountEffect, type Finding } from '#core/domain/finding.ts';
import type { FindingId, RequestId } from '#core/domain/ids.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import { retryDelay } from '#core/engine/record-attempt.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { updateRow } from '#core/persistence/write-rows.ts';
import { mayManageApplication } from './authority.ts';
import { actingEmployee, defineCommand, onlySystem, type CommandContext } from './command-definition.ts';
import { submitRequest } from './submit-request.command.ts';

const maximumAttempts = 8;
/** How long a deletion waits for removals of access that are still to be done for the same account. */
const behindRemovalsMilliseconds = 30_000;

export const decideFinding = defineCommand({
  type: 'finding.decide',
  payload: z.object({
    findingId: idSchema<FindingId>(),
    action: z.enum([...findingActions, 'dismiss']),
    /** Why; the justification of a request that is made of it. */
    note: textSchema(2000).nullable().default(null),
    /** What the application's connector can do to accounts. */
    effects: z.array(z.enum(accountEffects)).readonly(),
  }),
  async run({ findingId, action, note, effects }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    const before = await loadFinding(context, findingId);
    if (before === null) return refuse('finding.notFound', 'This finding does not exist.');
    if (!(await mayManageApplication(writer, acting.value, before.applicationId)))
      return refuse('access.notAllowed', 'Only an owner of the application or an administrator can decide this.');
    if (before.state !== 'open' || before.endedAt !== null)
      return refuse(
        'finding.notOpen',
        'This finding was decided already, or a later discovery did not see it any more.',
      );
    if (action === 'deleteAccount' && note === null)
      return refuse('finding.notPossible', 'Say why the account is deleted: it cannot be brought back.');
    if (!possibleActions(before, effects).includes(action))
      return refuse('finding.notPossible', 'This cannot be done about a finding of this kind.');
    const asked = await requested(before, action, note, context);
    if (asked.outcome === 'refused') return asked;
    const effect = accountEffects.find((each) => each === action) ?? null;
    const after: Finding = {
      ...before,
      state: action === 'accept' ? 'accepted' : action === 'dismiss' ? 'dismissed' : 'resolved',
      decidedById: acting.value,
      decidedAt: circumstances.now,
      note,
      requestId: asked.value,
      ...(effect === null
        ? {}
        : { effect, effectState: 'ready', effectAttempts: 0, effectDueAt: circumstances.now, lastProblem: null }),
    };
    await updateRow(writer, 'finding', before, after);
    context.record({
      type: 'finding.decided',
      requestId: null,
      itemId: null,
      data: {
        applicationId: before.applicationId,
        findingId,
        kind: before.kind,
        action,
        accountId: before.accountId,
        username: before.detail['username'] ?? null,
        entitlementId: before.entitlementId,
        note,
        requestId: asked.value,
      },
    });
    context.touch('delivery');
    return done({ requestId: asked.value });
  },
});

type Action = z.output<typeof decideFinding.payload>['action'];

/** What can be done about a finding, besides leaving it open. */
export function possibleActions(
  finding: Pick<Finding, 'kind' | 'employeeId' | 'detail'>,
  effects: readonly AccountEffect[],
): readonly Action[] {
  const lacking: readonly Action[] = accountEffects.filter((effect) => !effects.includes(effect));
  return actionsOf(finding).filter((action) => !lacking.includes(action));
}

function actionsOf({ kind, employeeId, detail }: Pick<Finding, 'kind' | 'employeeId' | 'detail'>): readonly Action[] {
  switch (kind) {
    case 'addedOutside':
      return employeeId === null ? ['accept', 'dismiss'] : ['askForRemoval', 'accept', 'dismiss'];
    case 'removedOutside':
      return ['askForGrant', 'accept', 'dismiss'];
    case 'notConfirmed':
      return [detail['effect'] === 'grant' ? 'askForGrant' : 'askForRemoval', 'accept', 'dismiss'];
    case 'driftedAttribute':
      return ['updateAccount', 'accept', 'dismiss'];
    case 'orphanAccount':
    case 'ownerMissing':
      return ['disableAccount', 'deleteAccount', 'accept', 'dismiss'];
  }
}

/** Asks for the access to be removed or given again, as the person who decides; reviewed like any other request. */
async function requested(
  finding: Finding,
  action: string,
  note: string | null,
  context: CommandContext,
): Promise<Result<RequestId | null>> {
  if (action !== 'askForRemoval' && action !== 'askForGrant') return done(null);
  if (finding.employeeId === null || finding.entitlementId === null)
    return refuse(
      'finding.notPossible',
      'The account belongs to nobody in the directory, so that nothing can be asked for.',
    );
  const account =
    finding.accountId === null
      ? undefined
      : await context.writer
          .selectFrom('account')
          .select(['kind', 'username'])
          .where('id', '=', finding.accountId)
          .executeTakeFirst();
  const payload = submitRequest.payload.parse({
    justification: note ?? 'Found by a discovery.',
    items: [
      {
        action: action === 'askForRemoval' ? 'REVOKE' : 'GRANT',
        beneficiaryId: finding.employeeId,
        entitlementId: finding.entitlementId,
        term: { kind: 'permanent' },
        serviceAccount: account?.kind === 'service' ? account.username : null,
      },
    ],
  });
  const result = await submitRequest.run(payload, context);
  return result.outcome === 'refused' ? result : done(result.value.requestId);
}

/** Claims what a person asked to be done to an account. `proceed` false: it has to wait, or is of no use any more. */
export const startAccountEffect = defineCommand({
  type: 'finding.startEffect',
  payload: z.object({
    findingId: idSchema<FindingId>(),
    leaseOwner: z.string().min(1).max(200),
    leaseUntil: instantSchema,
  }),
  async run({ findingId, leaseOwner, leaseUntil }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const { now } = circumstances;
    const before = await loadFinding(context, findingId);
    if (before === null || before.effect === null || before.effectDueAt === null || before.effectDueAt > now)
      return refuse('finding.notPossible', 'Nothing is to be done about this finding now.');
    if (before.effect !== 'updateAccount' && (await removalsLeft(context, before))) {
      // Access is removed before the account is: else its removal could not be read back.
      await updateRow(writer, 'finding', before, {
        ...before,
        effectDueAt: plusMilliseconds(now, behindRemovalsMilliseconds),
        lastProblem: 'Access of this person has to be taken away first. It goes on when that is done.',
      });
      context.touch('delivery');
      return done({ proceed: false });
    }
    await updateRow(writer, 'finding', before, {
      ...before,
      effectState: 'running',
      effectAttempts: before.effectAttempts + 1,
      leaseOwner,
      leaseUntil,
      effectDueAt: leaseUntil,
    });
    context.touch('delivery');
    return done({ proceed: true });
  },
});

export const recordAccountEffect = defineCommand({
  type: 'finding.recordEffect',
  payload: z.object({
    findingId: idSchema<FindingId>(),
    leaseOwner: z.string(),
    outcome: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('done'),
        outcome: z.enum(['applied', 'already']),
        source: z.string().max(2000),
        readBackAt: instantSchema.nullable(),
      }),
      z.object({
        kind: z.literal('retry'),
        problem: z.string().max(4000),
        afterMilliseconds: z.number().min(0).nullable(),
        jitter: z.number().min(0).max(1),
      }),
      z.object({ kind: z.literal('credential'), problem: z.string().max(4000) }),
      z.object({ kind: z.literal('failed'), problem: z.string().max(4000) }),
    ]),
  }),
  async run({ findingId, leaseOwner, outcome }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadFinding(context, findingId);
    if (before === null || before.effectState !== 'running' || before.leaseOwner !== leaseOwner)
      return refuse('finding.notPossible', 'Somebody else has taken this over.');
    const data = {
      applicationId: before.applicationId,
      findingId,
      accountId: before.accountId,
      username: before.detail['username'] ?? null,
      effect: before.effect,
    };
    const released = { ...before, leaseOwner: null, leaseUntil: null };
    if (outcome.kind === 'done') {
      await updateRow(writer, 'finding', before, {
        ...released,
        effectState: 'done',
        effectDueAt: null,
        lastProblem: null,
      });
      await rememberEffect(context, before, before.effect);
      const { kind: _, ...seen } = outcome;
      context.record({ type: 'account.changed', requestId: null, itemId: null, data: { ...data, ...seen } });
    } else if (outcome.kind === 'credential') {
      // Nothing is wrong with it: it goes on as soon as a credential is accepted.
      await updateRow(writer, 'finding', before, {
        ...released,
        effectState: 'ready',
        effectAttempts: before.effectAttempts - 1,
        effectDueAt: circumstances.now,
        lastProblem: outcome.problem,
      });
    } else if (outcome.kind === 'retry' && before.effectAttempts < maximumAttempts) {
      const wait = retryDelay(before.effectAttempts, outcome.afterMilliseconds, outcome.jitter);
      await updateRow(writer, 'finding', before, {
        ...released,
        effectState: 'ready',
        effectDueAt: plusMilliseconds(circumstances.now, wait),
        lastProblem: outcome.problem,
      });
    } else {
      await updateRow(writer, 'finding', before, {
        ...released,
        // It is a question to people again.
        state: 'open',
        effectState: 'failed',
        effectDueAt: null,
        lastProblem: outcome.problem,
      });
      context.record({
        type: 'account.changeFailed',
        requestId: null,
        itemId: null,
        data: { ...data, problem: outcome.problem },
      });
    }
    context.touch('delivery', 'directory');
    return done({});
  },
});

async function loadFinding({ writer, dialect }: CommandContext, id: FindingId): Promise<Finding | null> {
  const query = writer.selectFrom('finding').selectAll().where('id', '=', id);
  const row = await (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? null : fromRow('finding', row);
}

async function removalsLeft({ writer, circumstances }: CommandContext, finding: Finding): Promise<boolean> {
  if (finding.employeeId === null) return false;
  const left = await writer
    .selectFrom('fulfillment_task')
    .select('id')
    .where('application_id', '=', finding.applicationId)
    .where('beneficiary_id', '=', finding.employeeId)
    .where('effect', '=', 'revoke')
    // Also what waits for a person: an account that is gone could not be looked at any more.
    .where('state', 'in', ['scheduled', 'ready', 'running', 'waiting', 'byHand', 'failed'])
    .where('due_at', '<=', circumstances.now)
    .limit(1)
    .executeTakeFirst();
  return left !== undefined;
}

/** What the directory knows of the account from now on; the next discovery confirms it. */
async function rememberEffect(
  { writer, circumstances }: CommandContext,
  { accountId, detail }: Finding,
  effect: AccountEffect | null,
): Promise<void> {
  if (accountId === null || effect === null) return;
  const account = writer.updateTable('account').set({ changed_at: circumstances.now }).where('id', '=', accountId);
  if (effect === 'updateAccount') {
    const { attribute, expected } = detail;
    if (attribute === 'email') await account.set({ email: expected ?? null }).execute();
    else if (attribute === 'displayName') await account.set({ display_name: expected ?? null }).execute();
    // What else was told of it is not compared again before the next discovery.
    else await account.set({ attributes: null }).execute();
    return;
  }
  await account.set({ status: effect === 'disableAccount' ? 'disabled' : 'gone' }).execute();
  if (effect !== 'deleteAccount') return;
  await writer
    .updateTable('access_grant')
    .set({ status: 'ended', ended_at: circumstances.now })
    .where('account_id', '=', accountId)
    .where('status', '=', 'active')
    .execute();
}
