/**
 * Keeps the draft over a reload of the window. It lies in the session's storage: it ends with the window,
 * holds no secret, and is thrown away when somebody else signs in.
 */
import { z } from 'zod';
import { draftSchema, type Draft } from './draft.ts';

const key = 'gatehouse.new-request.draft';
const storedSchema = z.object({ version: z.literal(1), operatorId: z.string(), draft: draftSchema });

/** The stored draft of this operator, or null when there is none that can be read. */
export function loadDraft(storage: Storage, operatorId: string): Draft | null {
  const text = storage.getItem(key);
  if (text === null) return null;
  const stored = storedSchema.safeParse(parseJson(text));
  if (!stored.success || stored.data.operatorId !== operatorId) {
    storage.removeItem(key);
    return null;
  }
  return stored.data.draft;
}

/** @returns false when the storage is full or refused, so that the page can say that a reload would lose the draft. */
export function saveDraft(storage: Storage, operatorId: string, draft: Draft): boolean {
  try {
    storage.setItem(key, JSON.stringify({ version: 1, operatorId, draft }));
    return true;
  } catch (thrown) {
    if (thrown instanceof DOMException) return false;
    throw thrown;
  }
}

export function clearDraft(storage: Storage): void {
  storage.removeItem(key);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    // A half-written entry is no draft; anything else than a syntax error is a bug.
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
