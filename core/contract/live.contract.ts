/** What changed, so that screens ask again. Carries names of topics only, never data. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './procedure.ts';

export const topics = ['workspace', 'session', 'requests', 'tasks', 'fulfillment', 'applications', 'directory'] as const;
export type Topic = (typeof topics)[number];

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
