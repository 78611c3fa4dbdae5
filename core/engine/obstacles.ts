/**
 * Why an approved item must not be delivered any more. Days may lie between the approval and the delivery, so it is
 * asked right before the effect, by whichever way it is brought about: by a connector, by hand, or looked at once more
 * while it waits for a person.
 */
import type { Instant } from '#core/domain/instant.ts';
import type { RequestItem } from '#core/domain/request.ts';
import { serviceAccountProblem } from './check-further.ts';
import { unreviewed, type Conflicts } from './conflicts.ts';
import type { ItemFacts, RequestAggregate } from './state.ts';
import { verdictOf } from './verdict.ts';

export interface ObstacleFacts {
  readonly now: Instant;
  readonly beneficiaryWorksHere: boolean;
  readonly entitlementExists: boolean;
  /** Duties that delivering it would bring into conflict by the rules of now. Left out: none. */
  readonly conflicts?: Conflicts['found'];
  /** The account of the name it is for, and who was said to own it. Left out: it is for the beneficiary's own, or there is none yet. */
  readonly serviceAccount?: NonNullable<ItemFacts['serviceAccount']> & { readonly beneficiaryName: string };
}

/** Why it can never be delivered; null: nothing speaks against it. The verdict is derived from the decisions anew. */
export function obstacleTo(before: RequestAggregate, item: RequestItem, facts: ObstacleFacts): string | null {
  const verdict = verdictOf(before, item);
  if (verdict !== 'approved') return `The recorded decisions do not approve this (${verdict}).`;
  if (item.action === 'REVOKE') return null;
  if (!facts.beneficiaryWorksHere) return 'The person no longer works here.';
  if (!facts.entitlementExists) return 'The entitlement no longer exists in the application.';
  if (facts.serviceAccount !== undefined) {
    const owner = { id: item.beneficiaryId, name: facts.serviceAccount.beneficiaryName };
    const problem = serviceAccountProblem(item.serviceAccount, owner, facts.serviceAccount);
    if (problem !== null) return problem.message;
  }
  if (item.term.kind === 'until' && item.term.endsAt <= facts.now)
    return 'The access would have ended before it could be delivered.';
  return null;
}

/** A conflict of duties that nobody has reviewed, in words: a person looks before anything is given. Null: there is none. */
export function conflictSince(item: Pick<RequestItem, 'plan'>, facts: Pick<ObstacleFacts, 'conflicts'>): string | null {
  const [appeared] = unreviewed(item.plan, facts.conflicts ?? []);
  if (appeared === undefined) return null;
  const what = appeared.effect === 'forbid' ? 'forbids' : 'wants a further review of';
  return `Since the review, the rule \u201c${appeared.name}\u201d ${what} this together with what the person holds by now, or is being given. Take one of the two away, then send this again; or say that it cannot be done.`;
}
