/** What changed, so that screens ask again. Carries names of topics only, never data. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { topics } from '#core/domain/topics.ts';
import { procedure } from './procedure.ts';

export type { Topic } from '#core/domain/topics.ts';

export const changeSchema = z.object({
  topics: z.array(z.enum(topics)),
  /** Rises by one with every notice of this engine process; a gap means that notices were missed. */
  number: z.number().int(),
});
export type Change = z.output<typeof changeSchema>;

export const liveContract = {
  /** One notice at once (all topics), then one whenever something committed, from whichever window or process. */
  changes: procedure.output(eventIterator(changeSchema)),
};
