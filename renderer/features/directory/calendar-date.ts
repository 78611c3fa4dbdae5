/** Dates of the calendar, as the directory has them. */

/** A calendar date has no time zone: it is read as UTC, or it would show as the day before west of Greenwich. */
export function calendarDate(date: string | null): string | null {
  if (date === null) return null;
  const time = new Date(`${date}T00:00:00.000Z`);
  if (Number.isNaN(time.getTime())) return date;
  return time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}
