/** Faults and refusals of queries, in sentences for people. */
import { ORPCError } from '@orpc/client';
import type { Refusal } from '#core/contract/index.ts';

/** The refusal a query was answered with; null when the error is something else. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof ORPCError) || error.code !== 'REFUSED') return null;
  const data: unknown = error.data;
  return isRefusal(data) ? data : null;
}

function isRefusal(data: unknown): data is Refusal {
  return (
    typeof data === 'object' && data !== null && 'code' in data && 'message' in data && typeof data.message === 'string'
  );
}

/** What to tell a person about anything that was thrown. */
export function messageOfError(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal !== null) return refusal.message;
  return error instanceof Error ? error.message : String(error);
}
