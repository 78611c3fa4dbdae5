/** What should be so in the application, beside what was last seen there: the line an auditor looks for first. */
import type { ItemView } from '#core/contract/index.ts';
import { localTime } from '#renderer/ui/format.ts';

export interface IntendedActual {
  readonly intended: string;
  readonly actual: string;
  /** `agrees`: read back and as intended. `differs`: read back and not so. `open`: not known or not yet. */
  readonly verdict: 'agrees' | 'differs' | 'open';
}

type Item = Pick<
  ItemView,
  'action' | 'state' | 'beneficiary' | 'expiresAt' | 'expiredAt' | 'fulfillment' | 'lastSeen'
> & {
  readonly prolongedBy?: readonly Pick<ItemView['prolongedBy'][number], 'state'>[];
};

/** Null when nothing is intended here: it is in review, came to nothing, begins later, or another item prolongs it. */
export function intendedActual(item: Item): IntendedActual | null {
  if (item.state === 'inReview' || item.state === 'denied' || item.state === 'cancelled') return null;
  if (item.state === 'dropped' || item.state === 'expired' || isTakenOver(item)) return null;
  const seen = lastSeen(item);
  const shouldHold = item.action === 'GRANT' && !hasEnded(item);
  const actual = seen === null ? 'not read back yet' : seen.text;
  return {
    intended: intention(item, shouldHold),
    actual,
    verdict: seen === null || seen.held === null ? 'open' : seen.held === shouldHold ? 'agrees' : 'differs',
  };
}

function intention(item: Item, shouldHold: boolean): string {
  if (!shouldHold) return item.action === 'GRANT' ? 'not held any more' : 'not held';
  return item.expiresAt === null ? 'held' : `held until ${localTime(item.expiresAt)}`;
}

/** The item that prolongs the access says from then on what is intended: this one's end was cancelled for it. */
function isTakenOver({ prolongedBy = [], fulfillment, expiredAt }: Item): boolean {
  const moved = fulfillment.some((task) => task.cause === 'expiry' && task.state === 'cancelled');
  return (
    moved && expiredAt === null && prolongedBy.some((one) => one.state === 'approved' || one.state === 'fulfilled')
  );
}

/** The end is intended from the moment its revocation is under way, not before. */
function hasEnded(item: Item): boolean {
  if (item.expiredAt !== null) return true;
  return item.fulfillment.some(
    (task) => task.cause === 'expiry' && task.state !== 'scheduled' && task.state !== 'cancelled',
  );
}

function lastSeen(item: Item): { readonly held: boolean | null; readonly text: string } | null {
  const done = item.fulfillment
    .filter((task) => task.evidence !== null && task.endedAt !== null)
    .sort((one, other) => (one.endedAt ?? '').localeCompare(other.endedAt ?? ''))
    .at(-1);
  const evidence = done?.evidence;
  if (done === undefined || evidence === null || evidence === undefined) return null;
  const later = item.lastSeen;
  // What was looked at since says more than what was read back then.
  if (later !== null && later.at >= (evidence.readBackAt ?? done.endedAt ?? later.at)) {
    const by = later.by === 'import' ? 'an import' : 'the discovery';
    const said = evidence.outcome === 'byHand' || evidence.outcome === 'byTicket';
    const first = said && later.held === (done.effect === 'grant') ? ', confirmed' : ', seen';
    return { held: later.held, text: `${later.held ? 'held' : 'not held'}${first} by ${by} of ${localTime(later.at)}` };
  }
  if (evidence.heldAfterwards === null || evidence.readBackAt === null) {
    const how = evidence.outcome === 'byTicket' ? 'done through a ticket' : 'done by hand';
    return { held: null, text: `${how} ${localTime(done.endedAt ?? done.dueAt)}, not read back` };
  }
  const held = evidence.heldAfterwards ? 'held' : 'not held';
  return {
    held: evidence.heldAfterwards,
    text: `${held}, read back ${localTime(evidence.readBackAt)} from ${evidence.source}`,
  };
}
