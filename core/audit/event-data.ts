/**
 * Reading an event's data. Events are never changed, so they keep the shape that the Gatehouse of their day
 * gave them: whatever is missing or of another kind reads as absent.
 */
import type { Term } from '#core/domain/request.ts';
import { instant } from '#core/domain/instant.ts';

export type EventData = Readonly<Record<string, unknown>>;

export function textIn(data: EventData, name: string): string | null {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberIn(data: EventData, name: string): number | null {
  const value = data[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function listIn(data: EventData, name: string): readonly unknown[] {
  const value = data[name];
  return Array.isArray(value) ? value : [];
}

/** Nested data; empty when there is none. */
export function dataIn(data: EventData, name: string): EventData {
  const value = data[name];
  return isData(value) ? value : {};
}

export function isData(value: unknown): value is EventData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textsIn(data: EventData, name: string): readonly string[] {
  return listIn(data, name).filter((value) => typeof value === 'string');
}

export function termIn(data: EventData, name: string): Term | null {
  const term = dataIn(data, name);
  const endsAt = textIn(term, 'endsAt');
  const minutes = numberIn(term, 'minutes');
  switch (term['kind']) {
    case 'permanent':
      return { kind: 'permanent' };
    case 'until':
      return endsAt === null ? null : { kind: 'until', endsAt: instant(endsAt) };
    case 'duration':
      return minutes === null ? null : { kind: 'duration', minutes };
    default:
      return null;
  }
}
