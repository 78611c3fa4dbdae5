/**
 * Which row of a drawn-while-visible table the keyboard is on. The row may not be drawn yet when the
 * focus should go to it, and it may vanish (a task that was just decided) while it has the focus.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface RowFocusOptions<Row> {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
}

export interface RowFocus {
  readonly index: number | null;
  /** Focus the row at `index` as soon as it is drawn. */
  moveTo(index: number): void;
  /** The row at `index` got the focus by itself (a click, Tab). */
  arrived(index: number): void;
  /** Focus the row the keyboard was on last, e.g. after a dialog. */
  focusCurrent(): void;
}

export function useRowFocus<Row>({ scroller, rows, rowId }: RowFocusOptions<Row>): RowFocus {
  const [index, setIndex] = useState<number | null>(null);
  const wanted = useRef<number | null>(null);
  const focusedId = useRef<string | null>(null);
  const hadFocus = useRef(false);

  const focusWanted = useCallback((): void => {
    if (wanted.current === null) return;
    const element = scroller.current?.querySelector<HTMLElement>(`[data-row-index="${wanted.current}"]`);
    if (element === null || element === undefined) return;
    wanted.current = null;
    element.focus();
  }, [scroller]);
  // The row may be drawn by any later render, e.g. after scrolling.
  useLayoutEffect(focusWanted);

  // Rows came or went: stay on the same row; when it is gone, go to the one that took its place.
  useEffect(() => {
    if (index === null || focusedId.current === null) return;
    const current = rows[index];
    if (current !== undefined && rowId(current) === focusedId.current) return;
    const moved = rows.findIndex((row) => rowId(row) === focusedId.current);
    const next = moved >= 0 ? moved : Math.min(index, rows.length - 1);
    const nextRow = rows[next];
    if (nextRow === undefined) {
      focusedId.current = null;
      setIndex(null);
      return;
    }
    focusedId.current = rowId(nextRow);
    if (hadFocus.current && (document.activeElement === document.body || document.activeElement === null))
      wanted.current = next;
    setIndex(next);
    focusWanted();
  }, [focusWanted, index, rowId, rows]);

  function remember(next: number): void {
    const row = rows[next];
    focusedId.current = row === undefined ? null : rowId(row);
    hadFocus.current = true;
    setIndex(next);
  }

  return {
    index: index !== null && index < rows.length ? index : null,
    moveTo: (next) => {
      wanted.current = next;
      remember(next);
    },
    arrived: remember,
    focusCurrent: () => {
      wanted.current = Math.min(index ?? 0, rows.length - 1);
      focusWanted();
    },
  };
}
