/** `review.expireUndecided`: what nobody decided in the time its application gives expires. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { RequestId } from '#core/domain/ids.ts';
import { expireUndecided } from '#core/engine/expire-undecided.ts';
import { defineCommand, onlySystem } from './command-definition.ts';
import { loadWhole, saveRequest } from './request-store.ts';

export const expireUndecidedItems = defineCommand({
  type: 'review.expireUndecided',
  payload: z.object({ requestId: idSchema<RequestId>() }),
  async run({ requestId }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer, circumstances } = context;
    const before = await loadWhole(writer, requestId, context.dialect === 'postgres');
    if (before === null) return refuse('request.notFound', 'This request does not exist.');
    const result = expireUndecided(before, circumstances);
    if (result.outcome === 'refused') return result;
    const { after, facts } = result.value;
    await saveRequest(writer, before, after);
    context.record(...facts);
    context.touch('requests', 'tasks');
    return done({ version: after.request.version });
  },
});
