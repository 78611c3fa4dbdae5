/** A day of the calendar as address and date fields hold it, `2026-03-02`, and where it lies in time for this reader. */

/** Is this such a day? What an address holds may be anything. */
export function isDay(text: unknown): text is string {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00`));
}

/**
 * The instant at which a list that jumps to this day begins, as ISO text: the day's first, or where what is newer
 * comes first, its last, so that the day itself is always shown.
 */
export function edgeOfDay(day: string, newestFirst: boolean): string {
  return new Date(`${day}T${newestFirst ? '23:59:59.999' : '00:00'}`).toISOString();
}
