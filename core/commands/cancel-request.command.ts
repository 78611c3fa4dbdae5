/** `request.cancel`: the requester, or an administrator, takes back what is still in review. */
import { z } from 'zod';
import { idSchema, textSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { RequestId } from '#core/domain/ids.ts';
import { cancel } from '#core/engine/decide.ts';
import { isAdministrator, worksHere } from './authority.ts';
import { actingEmployee, defineCommand } from './command-definition.ts';
import { loadWhole, saveRequest } from './request-store.ts';

export const cancelRequest = defineCommand({
  type: 'request.cancel',
  payload: z.object({ requestId: idSchema<RequestId>(), reason: textSchema(2000).nullable().default(null) }),
  async run(payload, context) {
    const acting = actingEmployee(context);
    if (acting.outcome === 'refused') return acting;
    const { writer, circumstances } = context;
    if (!(await worksHere(writer, acting.value))) return refuse('access.notAllowed', 'You no longer work here.');
    const before = await loadWhole(writer, payload.requestId, context.dialect === 'postgres');
    if (before === null) return refuse('request.notFound', 'This request does not exist.');
    const result = cancel(before, payload, {
      ...circumstances,
      employeeId: acting.value,
      isAdministrator: await isAdministrator(writer, acting.value),
    });
    if (result.outcome === 'refused') return result;
    await saveRequest(writer, before, result.value.after);
    context.record(...result.value.facts);
    context.touch('requests', 'tasks');
    return done({ version: result.value.after.request.version });
  },
});
