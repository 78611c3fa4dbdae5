/** Starts from elsewhere in the console: a person, an entitlement and an action named in the address. */
import { z } from 'zod';
import type { ItemAction } from '#core/contract/index.ts';
import { addLine, addPeople, hasContent, type Draft } from './draft.ts';
import type { DeepStart } from './new-request.queries.ts';

const searchSchema = z.object({
  beneficiary: z.uuid().optional().catch(undefined),
  entitlement: z.uuid().optional().catch(undefined),
  action: z.enum(['GRANT', 'REVOKE']).optional().catch(undefined),
});

export interface DeepStartAddress {
  readonly beneficiary: string | undefined;
  readonly entitlement: string | undefined;
  readonly action: ItemAction;
}

/** What the address asks for; null when it names nothing. Anything malformed counts as not named. */
export function deepStartOf(search: unknown): DeepStartAddress | null {
  const parsed = searchSchema.safeParse(search);
  if (!parsed.success) return null;
  const { beneficiary, entitlement, action = 'GRANT' } = parsed.data;
  return beneficiary === undefined && entitlement === undefined ? null : { beneficiary, entitlement, action };
}

/** Puts the start into a draft. A draft that has something in it keeps it: the start is added to it. */
export function withDeepStart(draft: Draft, start: DeepStart, action: ItemAction): Draft {
  if (start.person === null) return draft;
  const base = hasContent(draft) ? draft : { ...draft, people: [start.person] };
  if (start.entitlement === null) return addPeople(base, [start.person]);
  return addLine(base, action, start.person, start.entitlement);
}
