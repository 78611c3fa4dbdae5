/** `fulfillment.sendAgain` and `fulfillment.completeByHand`: what owners and administrators do with a task that waits for a person. */
import { z } from 'zod';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import { likeliestFirst } from '#core/domain/directory.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId, FulfillmentTaskId } from '#core/domain/ids.ts';
import { completeByHand, handToPerson, sendAgain } from '#core/engine/fulfill-by-person.ts';
import { endOf } from '#core/engine/fulfillment-plan.ts';
import type { FulfillmentEvidence, RequestItem } from '#core/domain/request.ts';
import { mayManageApplication } from './authority.ts';
import { actingEmployee, defineCommand, type CommandContext } from './command-definition.ts';
import { forgetCredentialFaults } from './credential.command.ts';
import { describeEvidence, evidencePayloadSchema, storeEvidence } from './evidence-file.ts';
import { endGrants, isAccountOf, loadStartFacts, rememberAccount, rememberGrant } from './fulfillment-facts.ts';
import { loadByFulfillment, saveRequest } from './request-store.ts';

export const sendFulfillmentAgain = defineCommand({
  type: 'fulfillment.sendAgain',
  payload: z.object({ fulfillmentTaskId: idSchema<FulfillmentTaskId>() }),
  async run({ fulfillmentTaskId }, context) {
    const loaded = await loadManaged(fulfillmentTaskId, context);
    if (loaded.outcome === 'refused') return loaded;
    const { before, task } = loaded.value;
    const result = sendAgain(before, fulfillmentTaskId, context.circumstances);
    if (result.outcome === 'refused') return result;
    await saveRequest(context.writer, before, result.value.after);
    // Whoever says so may have set the credential right in the application itself.
    await forgetCredentialFaults(context, task.applicationId);
    context.record(...result.value.facts);
    context.touch('fulfillment', 'requests');
    return done({});
  },
});

/** So many tasks are sent again in one transaction; whoever has more asks again. */
const tasksAtOnce = 200;

export const sendAllFulfillmentAgain = defineCommand({
  type: 'fulfillment.sendAllAgain',
  payload: z.object({ applicationId: idSchema<ApplicationId>() }),
  async run({ applicationId }, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer } = context;
    if (!(await mayManageApplication(writer, acting.value, applicationId)))
      return refuse('access.notAllowed', 'Only an owner of the application or an administrator can do this.');
    const waiting = writer
      .selectFrom('fulfillment_task')
      .where('application_id', '=', applicationId)
      // What the application has accepted is under way there: it is only sent again one by one, on purpose.
      .where((eb) =>
        eb.or([eb('state', '=', 'failed'), eb.and([eb('state', '=', 'waiting'), eb('accepted_at', 'is', null)])]),
      );
    const { count } = await waiting.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    const tasks = await waiting.select('id').orderBy('due_at').orderBy('id').limit(tasksAtOnce).execute();
    for (const { id } of tasks) {
      const before = await loadByFulfillment(writer, id, context.dialect === 'postgres');
      if (before === null) continue;
      const result = sendAgain(before, id, context.circumstances);
      // Somebody else was faster with this one.
      if (result.outcome === 'refused') continue;
      await saveRequest(writer, before, result.value.after);
      context.record(...result.value.facts);
    }
    await forgetCredentialFaults(context, applicationId);
    context.touch('fulfillment', 'requests');
    return done({ sent: tasks.length, left: Math.max(0, Number(count) - tasks.length) });
  },
});

export const handFulfillmentToPerson = defineCommand({
  type: 'fulfillment.handToPerson',
  payload: z.object({ fulfillmentTaskId: idSchema<FulfillmentTaskId>(), note: textSchema(2000).min(1) }),
  async run(payload, context) {
    const loaded = await loadManaged(payload.fulfillmentTaskId, context);
    if (loaded.outcome === 'refused') return loaded;
    const { before } = loaded.value;
    const result = handToPerson(before, payload, context.circumstances);
    if (result.outcome === 'refused') return result;
    await saveRequest(context.writer, before, result.value.after);
    context.record(...result.value.facts);
    context.touch('fulfillment', 'requests');
    return done({});
  },
});

export const completeFulfillmentByHand = defineCommand({
  type: 'fulfillment.completeByHand',
  payload: z.object({
    fulfillmentTaskId: idSchema<FulfillmentTaskId>(),
    outcome: z.enum(['done', 'notPossible']),
    note: textSchema(2000).min(1),
    /** Evidence besides the note, of what was done. */
    file: evidencePayloadSchema.nullable().default(null),
  }),
  async run({ file, ...payload }, context) {
    const loaded = await loadManaged(payload.fulfillmentTaskId, context);
    if (loaded.outcome === 'refused') return loaded;
    const { before, item, task } = loaded.value;
    const { effect } = task;
    const described = file === null || payload.outcome === 'notPossible' ? done(null) : describeEvidence(file);
    if (described.outcome === 'refused') return described;
    const { circumstances, writer } = context;
    const known = await loadStartFacts(writer, task, item.serviceAccount, context.dialect === 'postgres');
    const written =
      payload.outcome === 'done' ? await writeUnseen(context, item, effect) : { accountId: null, grantId: null };
    const evidence: FulfillmentEvidence = {
      outcome: 'byHand',
      ...written,
      accountCreated: false,
      // Nobody but the person has seen it: the next discovery confirms it.
      heldAfterwards: null,
      readBackAt: null,
      source: payload.note,
      facts: {},
      ...(described.value === null ? {} : { file: described.value }),
    };
    const result = completeByHand(before, payload, { ...circumstances, ...known, evidence });
    if (result.outcome === 'refused') return result;
    await saveRequest(writer, before, result.value.after);
    if (file !== null && described.value !== null) await storeEvidence(writer, task.id, file);
    context.record(...result.value.facts);
    context.touch('fulfillment', 'requests', 'directory');
    return done({});
  },
});

async function loadManaged(id: FulfillmentTaskId, context: CommandContext) {
  const acting = actingEmployee(context);
  if (acting.outcome === 'refused') return acting;
  const before = await loadByFulfillment(context.writer, id, context.dialect === 'postgres');
  const task = before?.fulfillment.find((candidate) => candidate.id === id);
  const [item] = before?.items ?? [];
  if (before === null || task === undefined || item === undefined)
    return refuse('fulfillment.notFound', 'This fulfillment task does not exist.');
  if (!(await mayManageApplication(context.writer, acting.value, item.applicationId))) {
    return refuse('access.notAllowed', 'Only an owner of the application or an administrator can do this.');
  }
  return done({ before, item, task });
}

/** The directory learns what others did, which nobody has seen: the next discovery confirms it. */
export async function writeUnseen(context: CommandContext, item: RequestItem, effect: 'grant' | 'revoke') {
  const { writer, circumstances } = context;
  if (effect === 'revoke') return endGrants(writer, item, circumstances.now);
  const accounts = await writer
    .selectFrom('account')
    .select(['id', 'status', 'external_id as externalId', 'username', 'email', 'display_name as displayName'])
    .where('application_id', '=', item.applicationId)
    .where('employee_id', '=', item.beneficiaryId)
    .where((account) => isAccountOf(account, item.serviceAccount))
    .where('status', '<>', 'gone')
    .execute();
  const [known] = likeliestFirst(accounts);
  const person = await writer
    .selectFrom('employee')
    .select(['work_email', 'full_name'])
    .where('id', '=', item.beneficiaryId)
    .executeTakeFirstOrThrow();
  const account = known ?? {
    externalId: null,
    username: item.serviceAccount ?? person.work_email,
    email: item.serviceAccount === null ? person.work_email : null,
    displayName: item.serviceAccount ?? person.full_name,
  };
  // Whether it is enabled nobody has seen: what a discovery saw of it stays.
  const accountId = await rememberAccount(writer, item, { ...account, active: null });
  const grantId = await rememberGrant(writer, item, accountId, circumstances.now, endOf(item.term, circumstances.now));
  return { accountId, grantId };
}
