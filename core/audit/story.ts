/** What a sentence about one event needs to know of the others: which item it is about, and which effect. */
import type { AuditEvent } from '#core/domain/audit.ts';
import { dataIn, textIn } from './event-data.ts';
import type { Names } from './names.ts';

export interface Effect {
  readonly effect: 'grant' | 'revoke';
  readonly cause: 'decision' | 'expiry';
}

export interface Story {
  readonly names: Names;
  /** `Editors in Wiki for Ada Byron`. */
  subject(event: AuditEvent): string;
  /** The people, things and action of an item, by its first event; null for events about no item. */
  itemOf(event: AuditEvent): ItemOfStory | null;
  /** What a fulfillment task does. */
  effectOf(event: AuditEvent): Effect;
  actorOf(event: AuditEvent): string;
}

export interface ItemOfStory {
  readonly action: 'GRANT' | 'REVOKE';
  readonly beneficiary: string;
  readonly entitlement: string;
  readonly application: string;
  readonly beneficiaryId: string | null;
}

const parts = {
  setup: 'Gatehouse (set-up)',
  fulfillment: 'Gatehouse (fulfillment)',
  discovery: 'Gatehouse (discovery)',
  import: 'Gatehouse (import)',
  replay: 'Gatehouse (replay)',
  reviews: 'Gatehouse (reviews)',
} as const;

/** Reads `events`, the oldest first. What they say counts, not what rows have become since. */
export function storyOf(events: readonly AuditEvent[], names: Names): Story {
  const items = new Map<string, ItemOfStory>();
  const effects = new Map<string, Effect>();
  for (const event of events) {
    const { data } = event;
    if (event.type === 'item.reviewStarted' && event.itemId !== null) {
      items.set(event.itemId, {
        action: data['action'] === 'REVOKE' ? 'REVOKE' : 'GRANT',
        beneficiary: names.person(data['beneficiaryId']),
        entitlement: names.entitlement(data['entitlementId']),
        application: names.application(data['applicationId']),
        beneficiaryId: textIn(data, 'beneficiaryId'),
      });
    }
    const task = textIn(data, 'fulfillmentTaskId');
    const effect = effectIn(event);
    if (task !== null && effect !== null) effects.set(task, effect);
  }
  const itemOf = (event: AuditEvent) => (event.itemId === null ? null : (items.get(event.itemId) ?? null));
  return {
    names,
    itemOf,
    subject(event) {
      const item = itemOf(event);
      return item === null
        ? 'an item that is not named'
        : `${item.entitlement} in ${item.application} for ${item.beneficiary}`;
    },
    effectOf(event) {
      const task = textIn(event.data, 'fulfillmentTaskId');
      const known = effectIn(event) ?? (task === null ? undefined : effects.get(task));
      return known ?? { effect: itemOf(event)?.action === 'REVOKE' ? 'revoke' : 'grant', cause: 'decision' };
    },
    actorOf: ({ actor }) => (actor.kind === 'employee' ? names.person(actor.employeeId) : parts[actor.part]),
  };
}

function effectIn({ data }: AuditEvent): Effect | null {
  const { effect, cause } = data;
  if (effect !== 'grant' && effect !== 'revoke') return null;
  return { effect, cause: cause === 'expiry' ? 'expiry' : 'decision' };
}

/** The evidence of an effect, whatever of it the event carries. */
export function evidenceOf(event: AuditEvent) {
  const evidence = dataIn(event.data, 'evidence');
  return {
    outcome: textIn(evidence, 'outcome'),
    heldAfterwards: typeof evidence['heldAfterwards'] === 'boolean' ? evidence['heldAfterwards'] : null,
    readBackAt: textIn(evidence, 'readBackAt'),
    source: textIn(evidence, 'source'),
    facts: Object.fromEntries(
      Object.entries(dataIn(evidence, 'facts')).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
    file: dataIn(evidence, 'file'),
  };
}
