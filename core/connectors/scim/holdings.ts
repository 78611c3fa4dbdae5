/** The question every write rests on: is it held now? */
import type { Failure } from '#core/connectors/connector.ts';
import type { ScimContext } from './context.ts';
import { provedAbsent } from './proofs.ts';
import { readResource, valuesOf, type ResourceReading, type Slot } from './slots.ts';

export type SlotReading = {
  readonly reading: ResourceReading;
  /** Null when the server shows none, and had to be asked in another way. */
  readonly values: ReadonlySet<string> | null;
} & (
  | { readonly kind: 'read'; readonly held: boolean }
  /** The server shows nobody at all, and nothing it was asked showed whether that means something. */
  | { readonly kind: 'unproved' }
);

/** Whether it is held now. What cannot be proved is never called absent. */
export async function readSlot(context: ScimContext, slot: Slot, signal: AbortSignal): Promise<SlotReading | Failure> {
  const reading = await readResource(context, slot, signal);
  if (reading.kind !== 'resource') return reading;
  const values = valuesOf(reading.resource, slot.attribute);
  if (values.size > 0) return { kind: 'read', held: values.has(slot.value), reading, values };
  const absent = await provedAbsent(context, slot, signal);
  if (typeof absent === 'object') return absent;
  if (absent === 'unproved') return { kind: 'unproved', reading, values: null };
  return absent === 'held'
    ? { kind: 'read', held: true, reading, values: null }
    : { kind: 'read', held: false, reading, values };
}
