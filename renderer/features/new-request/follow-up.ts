/** Drafts that go on from a request that is there: prolonging its access, or asking again for what came to nothing. */
import { instant, type ItemState, type ItemView, type RequestDetail, type Term } from '#core/contract/index.ts';
import { addWhole, permanent, type Draft } from './draft.ts';

const cameToNothing: readonly ItemState[] = ['denied', 'dropped', 'expired', 'cancelled', 'failed'];

/** The draft with a line that prolongs an item's access, for as long again as it was given. */
export function withExtension(draft: Draft, request: RequestDetail, itemId: string, now: Date): Draft {
  const item = request.items.find((candidate) => candidate.id === itemId);
  if (item === undefined || !item.mayExtend) return draft;
  const next = addWhole(draft, item.beneficiary, {
    ...lineOf(item),
    ownTerm: longer(item, now),
    extendsItemId: item.id,
  });
  return aloneIn(next, draft, item);
}

/** The draft with everything of the request that came to nothing, and why it was asked for. */
export function withAgain(draft: Draft, request: RequestDetail, now: Date): Draft {
  const items = request.items.filter((item) => cameToNothing.includes(item.state));
  if (items.length === 0) return draft;
  const begun = items.reduce(
    (next, item) => addWhole(next, item.beneficiary, { ...lineOf(item), ownTerm: stillAhead(item, now) }),
    draft.lines.length === 0 ? { ...draft, people: [] } : draft,
  );
  return {
    ...begun,
    justification: draft.justification.trim() === '' ? (request.justification ?? '') : draft.justification,
    ticketReference: draft.ticketReference.trim() === '' ? (request.ticketReference ?? '') : draft.ticketReference,
    resubmits: { requestId: request.id, number: request.number },
  };
}

function lineOf(item: ItemView) {
  return {
    action: item.action,
    beneficiaryId: item.beneficiary.id,
    entitlement: {
      ...item.entitlement,
      application: item.application,
      maximumDurationMinutes: item.maximumDurationMinutes,
    },
    ownTerm: null,
    serviceAccount: item.serviceAccount,
    extendsItemId: null,
    ownStart: null,
  };
}

/** From its end for as long again as it lasted, within the longest the entitlement allows from now. */
function longer(item: ItemView, now: Date): Term {
  const end = Date.parse(item.expiresAt ?? now.toISOString());
  const lasted = Math.max(60_000, end - Date.parse(item.fulfilledAt ?? now.toISOString()));
  const longest = item.maximumDurationMinutes;
  const wanted = end + lasted;
  const until = longest === null ? wanted : Math.min(wanted, now.getTime() + longest * 60_000);
  return { kind: 'until', endsAt: instant(until) };
}

/** The term as it was asked for; an end that has passed cannot be asked for again. */
function stillAhead({ action, term }: ItemView, now: Date): Term | null {
  if (action === 'REVOKE') return permanent;
  return term.kind === 'until' && Date.parse(term.endsAt) <= now.getTime() ? null : term;
}

/** A draft that had nothing in it but oneself is for the beneficiary alone. */
function aloneIn(next: Draft, before: Draft, item: ItemView): Draft {
  return before.lines.length === 0 ? { ...next, people: [item.beneficiary] } : next;
}
