/** What the forms of several connectors ask for in the same way. */
import { z } from 'zod';

/** An optional number of a form, where an emptied field arrives as an empty string. */
export function optionalNumber(minimum: number, maximum: number, initial: number) {
  return z.preprocess(
    (value) => (value === '' || value === null || value === undefined ? initial : value),
    z.coerce.number().int().min(minimum).max(maximum),
  );
}

/** Plain http is for this machine alone. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
