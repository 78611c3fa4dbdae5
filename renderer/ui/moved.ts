/** Moves one entry up (-1) or down (+1); at the ends nothing moves. */
export function moved<Entry>(entries: readonly Entry[], index: number, by: -1 | 1): readonly Entry[] {
  return movedTo(entries, index, index + by);
}

/** Moves one entry to another place; a place that is not there moves nothing. */
export function movedTo<Entry>(entries: readonly Entry[], from: number, to: number): readonly Entry[] {
  const entry = entries[from];
  if (entry === undefined || to < 0 || to >= entries.length || from === to) return entries;
  const others = entries.filter((_, index) => index !== from);
  return [...others.slice(0, to), entry, ...others.slice(to)];
}
