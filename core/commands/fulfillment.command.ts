/** `fulfillment.start` and `fulfillment.record`: the intent before an effect, and what came of it after. */
import { z } from 'zod';
import { idSchema, instantSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import { recordAttempt } from '#core/engine/record-attempt.ts';
import { startFulfillment } from '#core/engine/start-fulfillment.ts';
import { endOf } from '#core/engine/fulfillment-plan.ts';
import type { FulfillmentEvidence, InitialPassword } from '#core/domain/request.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { endGrants, loadStartFacts, rememberAccount, rememberGrant, serviceAccountOf } from './fulfillment-facts.ts';
import { tellOfPassword, tellWhoLooksAfterIt } from './delivery-notices.ts';
import { loadProlonging, takeOverEnd } from './prolong-access.ts';
import { loadByFulfillment, saveRequest } from './request-store.ts';
import { ticketOutcome, ticketSaidSchema } from './ticket.command.ts';

/** Claims a task under a lease. `proceed` false: it ended, or went to a person, instead of being performed. */
export const startFulfillmentTask = defineCommand({
  type: 'fulfillment.start',
  payload: z.object({
    fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
    leaseOwner: z.string().min(1).max(200),
    leaseUntil: instantSchema,
    /** The lease's owner when its process is known to be dead: the task is taken over at once. */
    deadOwner: z.string().max(200).optional(),
  }),
  async run(payload, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadByFulfillment(writer, payload.fulfillmentTaskId, context.dialect === 'postgres');
    const task = before?.fulfillment.find((candidate) => candidate.id === payload.fulfillmentTaskId);
    if (before === null || task === undefined)
      return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
    const prolonging = await loadProlonging(writer, before, task, context.dialect === 'postgres');
    const { deadOwner, ...claim } = payload;
    const result = startFulfillment(before, deadOwner === undefined ? claim : { ...claim, deadOwner }, {
      ...circumstances,
      ...(await loadStartFacts(writer, task, serviceAccountOf(before, task), context.dialect === 'postgres')),
      prolongsHeld: prolonging?.held ?? false,
      prolongsUntil: prolonging?.endsAt ?? null,
    });
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(writer, before, after);
    context.record(...facts);
    if (prolonging !== null) {
      context.record(...(await takeOverEnd(writer, prolonging, after, task.id, circumstances)));
      context.touch('directory');
    }
    context.touch('fulfillment', 'requests');
    return done({ proceed: after.fulfillment.find((candidate) => candidate.id === task.id)?.state === 'running' });
  },
});

const accountSchema = z.object({
  externalId: z.string().nullable(),
  username: z.string(),
  email: z.string().nullable(),
  displayName: z.string().nullable(),
  /** Whether it can be used; null: nobody has looked. */
  active: z.boolean().nullable().default(null),
});

const attemptSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    outcome: z.enum(['applied', 'already']),
    /** The account the effect was about; null when the person has none, so nothing had to be removed. */
    account: accountSchema.nullable(),
    accountCreated: z.boolean(),
    /** What was read back after the write. */
    heldAfterwards: z.boolean(),
    readBackAt: instantSchema,
    source: z.string().max(2000),
    facts: z.record(z.string(), z.string().max(2000)),
  }),
  z.object({
    kind: z.literal('pending'),
    /** What has still to happen outside, to follow "Waits for". */
    waitsFor: z.string().max(1000),
    account: accountSchema.nullable(),
    accountCreated: z.boolean(),
    source: z.string().max(2000),
    jitter: z.number().min(0).max(1),
  }),
  /** Others were asked to do it, and this is what they say. */
  z.object({ kind: z.literal('ticket'), said: ticketSaidSchema }),
  z.object({
    kind: z.literal('retry'),
    problem: z.string().max(4000),
    afterMilliseconds: z.number().min(0).nullable(),
    jitter: z.number().min(0).max(1),
  }),
  /** Nothing was written: somebody outside has to do something first, to follow "Waits for". */
  z.object({
    kind: z.literal('awaiting'),
    waitsFor: z.string().max(1000),
    /** The account that is waited for, such as an invitation; null: none is known. */
    account: accountSchema.nullable().default(null),
    jitter: z.number().min(0).max(1),
  }),
  /** The application does not accept the credential: it waits until somebody sets another one. */
  z.object({ kind: z.literal('credential'), problem: z.string().max(4000) }),
  z.object({ kind: z.literal('failed'), problem: z.string().max(4000), mayHaveHappened: z.boolean() }),
]);
export type Attempt = z.output<typeof attemptSchema>;

/** Records what an attempt came to. Refused when somebody else has taken the task over meanwhile. */
export const recordFulfillmentAttempt = defineCommand({
  type: 'fulfillment.record',
  payload: z.object({
    fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
    leaseOwner: z.string(),
    attempt: attemptSchema,
  }),
  async run({ fulfillmentTaskId, leaseOwner, attempt }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadByFulfillment(writer, fulfillmentTaskId, context.dialect === 'postgres');
    const task = before?.fulfillment.find((candidate) => candidate.id === fulfillmentTaskId);
    const [item] = before?.items ?? [];
    if (before === null || task === undefined || item === undefined)
      return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
    let outcome: Parameters<typeof recordAttempt>[1]['outcome'];
    if (attempt.kind === 'done') {
      // A write that was not seen afterwards is not done, whatever was answered.
      if (attempt.heldAfterwards !== (task.effect === 'grant'))
        return refuse('fulfillment.notPossible', 'What was read back is not what was to be done.');
      const evidence: FulfillmentEvidence = {
        outcome: attempt.outcome,
        accountId: null,
        accountCreated: attempt.accountCreated,
        grantId: null,
        heldAfterwards: attempt.heldAfterwards,
        readBackAt: attempt.readBackAt,
        source: attempt.source,
        facts: {
          ...attempt.facts,
          ...(task.initialPassword === null ? {} : { initialPassword: placeOf(task.initialPassword) }),
        },
      };
      const accountId = attempt.account === null ? null : await rememberAccount(writer, item, attempt.account);
      if (task.effect === 'grant') {
        if (accountId === null) return refuse('fulfillment.notPossible', 'Access was given to no account.');
        const grantId = await rememberGrant(
          writer,
          item,
          accountId,
          attempt.readBackAt,
          endOf(item.term, attempt.readBackAt),
        );
        outcome = { kind: 'done', evidence: { ...evidence, accountId, grantId } };
      } else {
        const ended = await endGrants(writer, item, attempt.readBackAt);
        outcome = {
          kind: 'done',
          evidence: { ...evidence, accountId: accountId ?? ended.accountId, grantId: ended.grantId },
        };
      }
      context.touch('directory');
    } else if (attempt.kind === 'pending') {
      const account = attempt.account === null ? null : await rememberAccount(writer, item, attempt.account);
      outcome = { ...attempt, account };
      context.touch('directory');
    } else if (attempt.kind === 'awaiting') {
      const { account, ...awaiting } = attempt;
      if (account !== null) {
        await rememberAccount(writer, item, account);
        context.touch('directory');
      }
      outcome = awaiting;
    } else if (attempt.kind === 'ticket') {
      outcome = await ticketOutcome(context, item, task, attempt.said);
    } else {
      outcome = attempt;
    }
    const result = recordAttempt(before, { fulfillmentTaskId, leaseOwner, outcome }, circumstances);
    if (result.outcome === 'refused') return result;
    await saveRequest(writer, before, result.value.after);
    context.record(...result.value.facts);
    await tellWhoLooksAfterIt(
      context,
      item,
      result.value.after.fulfillment.find(({ id }) => id === task.id),
    );
    if (attempt.kind === 'done' && task.initialPassword !== null)
      await tellOfPassword(context, item, task.initialPassword);
    context.touch('fulfillment', 'requests');
    return done({});
  },
});

/** For people: which entry of which keychain. */
function placeOf({ name, host }: InitialPassword): string {
  return `in the keychain of ${host} as ${name}`;
}
