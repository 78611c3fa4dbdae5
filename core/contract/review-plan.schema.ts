/** What the plan of an item's review says besides its levels: what made it, and what reviewers are to know. */
import { z } from 'zod';

export const reviewPlanSchema = z.object({
  /** The policy that routed or decided it, in the version that did; null: the settings did. */
  policy: z.object({ name: z.string(), version: z.number().int() }).nullable(),
  /** Why people review what a policy or the application would have approved by itself. */
  notAutomatic: z.string().nullable(),
  /** How many levels were asked for, where there are fewer because nobody was there for the rest. */
  levelsAsked: z.number().int().nullable(),
  /** Duties that the access would bring into conflict. */
  conflicts: z.array(
    z.object({
      name: z.string(),
      version: z.number().int(),
      effect: z.enum(['warn', 'requireLevel', 'forbid']),
      /** What the access is to be kept apart from, and where that stands. */
      with: z.array(
        z.object({
          entitlement: z.string(),
          application: z.string(),
          standing: z.enum(['held', 'pending', 'sameRequest']),
        }),
      ),
    }),
  ),
});
export type ReviewPlanView = z.output<typeof reviewPlanSchema>;
