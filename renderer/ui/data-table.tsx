/**
 * The table of every list: a grid whose rows are drawn only while visible, loaded page by page as one
 * scrolls, and walked with the keyboard. It knows nothing of where rows come from.
 */
import { Text } from '@mantine/core';
import { createColumnHelper, tableFeatures, useTable, type RowData } from '@tanstack/react-table';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useMemo, useRef, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { DataTableSkeleton } from './data-table-skeleton.tsx';
import { ErrorState } from './error-state.tsx';
import { counted } from './format.ts';
import { nextIndex } from './next-index.ts';
import { useRowFocus } from './use-row-focus.ts';
import classes from './data-table.module.css';

export interface DataColumn<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** A CSS grid track: pixels as a number, or e.g. `minmax(160px, 2fr)` (default `minmax(0, 1fr)`). */
  readonly width?: number | string;
  readonly align?: 'start' | 'end';
  /** For columns of buttons: the header is there for screen readers only. */
  readonly hideHeader?: boolean;
}

export interface DataTableProps<Row> {
  /** What the table lists, for assistive technology. */
  readonly label: string;
  /** Keep it stable (module scope or `useMemo`). */
  readonly columns: readonly DataColumn<Row>[];
  /** `undefined` while the first page is on its way. */
  readonly rows: readonly Row[] | undefined;
  readonly rowId: (row: Row) => string;
  /** Enter, or a click. */
  readonly onOpenRow?: (row: Row) => void;
  /** Further keys on a focused row. Call `preventDefault` when the key was used. */
  readonly onRowKeyDown?: (event: KeyboardEvent<HTMLElement>, row: Row) => void;
  /** The row that is shown beside the table; it is marked. */
  readonly selectedId?: string | null;
  /** Called when a row gets the focus, by keyboard or pointer. */
  readonly onFocusRow?: (row: Row) => void;
  /** Why the rows could not be loaded. */
  readonly error?: string | null;
  readonly onRetry?: () => void;
  readonly hasMore?: boolean;
  readonly isLoadingMore?: boolean;
  readonly onLoadMore?: () => void;
  /** Shown when there are no rows. */
  readonly empty: ReactNode;
  /** Pixels; all rows are equally high. */
  readonly rowHeight?: number;
  /** `fill`: the height its flex parent leaves (use in `<Page fill>`). Else grows up to `maxHeight` pixels. */
  readonly height?: 'fill' | 'grow';
  readonly maxHeight?: number;
  /** How many there are in all, when it is known. */
  readonly total?: number | undefined;
  /** Names a row in the foot: `request`, `requests`. */
  readonly noun?: readonly [one: string, many: string];
  /** For giving the focus back to the row it was on. */
  readonly handle?: Ref<DataTableHandle>;
}

export interface DataTableHandle {
  focusCurrent(): void;
}

const features = tableFeatures({});
const nothing: readonly never[] = [];

/** Rows before the end at which the next page is asked for. */
const loadAhead = 12;

export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const {
    columns,
    rows,
    rowId,
    rowHeight = 44,
    height = 'grow',
    hasMore = false,
    isLoadingMore = false,
    onLoadMore,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const data = (rows ?? nothing) as readonly Row[];

  const columnDefinitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, Row>();
    return helper.columns(
      columns.map((column) =>
        helper.display({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) }),
      ),
    );
  }, [columns]);
  const table = useTable({ features, columns: columnDefinitions, data, getRowId: rowId });
  const tableRows = table.getRowModel().rows;

  const focus = useRowFocus({ scroller, rows: data, rowId });
  useImperativeHandle(props.handle, () => ({ focusCurrent: focus.focusCurrent }));
  const virtualizer = useVirtualizer({
    count: tableRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => tableRows[index]?.id ?? index,
    overscan: 8,
    // The row that holds the focus stays drawn, or else scrolling would drop the focus.
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      if (focus.index === null || focus.index >= tableRows.length || drawn.includes(focus.index)) return drawn;
      return [...drawn, focus.index].sort((one, other) => one - other);
    },
    scrollPaddingStart: 34,
  });
  const visible = virtualizer.getVirtualItems();

  const lastVisible = visible.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !isLoadingMore && tableRows.length > 0 && lastVisible >= tableRows.length - loadAhead)
      onLoadMore?.();
  }, [hasMore, isLoadingMore, lastVisible, onLoadMore, tableRows.length]);

  const template = columns.map((column) => track(column.width)).join(' ');
  const columnById = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  if (props.error !== undefined && props.error !== null && data.length === 0) {
    return <ErrorState message={props.error} onRetry={props.onRetry} />;
  }
  const loading = rows === undefined;
  const isEmpty = !loading && data.length === 0;

  function keyDown(event: KeyboardEvent<HTMLElement>, index: number, row: Row): void {
    // Buttons and links inside a row keep their own keys.
    if (event.target !== event.currentTarget) return;
    const target = nextIndex(event.key, index, tableRows.length, Math.max(1, visible.length - 12));
    if (target !== null) {
      event.preventDefault();
      virtualizer.scrollToIndex(target);
      focus.moveTo(target);
      return;
    }
    if (event.key === 'Enter' && props.onOpenRow !== undefined) {
      event.preventDefault();
      props.onOpenRow(row);
      return;
    }
    props.onRowKeyDown?.(event, row);
  }

  return (
    <div
      className={`${classes.frame} ${height === 'fill' ? classes.fill : ''}`}
      style={height === 'grow' ? { maxHeight: props.maxHeight ?? 520 } : undefined}
    >
      <div
        ref={scroller}
        className={classes.scroller}
        {...(isEmpty
          ? {}
          : {
              role: 'grid',
              'aria-label': props.label,
              'aria-busy': loading || isLoadingMore,
              'aria-rowcount': hasMore ? -1 : tableRows.length + 1,
              'aria-colcount': columns.length,
            })}
      >
        {!isEmpty && (
          <div role="rowgroup" style={{ display: 'contents' }}>
            <div role="row" aria-rowindex={1} className={classes.header} style={{ gridTemplateColumns: template }}>
              {table.getHeaderGroups()[0]?.headers.map((header) => {
                const column = columnById.get(header.column.id);
                return (
                  <div
                    key={header.id}
                    role="columnheader"
                    className={`${classes.cell} ${column?.align === 'end' ? classes.end : ''}`}
                  >
                    {column?.hideHeader === true ? (
                      <span className="visually-hidden">{column.header}</span>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </div>
                );
              })}
            </div>
          </div>
        )}
        {loading && <DataTableSkeleton columns={columns.length} template={template} rowHeight={rowHeight} />}
        {isEmpty && props.empty}
        {data.length > 0 && (
          <div role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
            {visible.map((item) => {
              const row = tableRows[item.index];
              if (row === undefined) return null;
              return (
                <div
                  key={row.id}
                  role="row"
                  aria-rowindex={item.index + 2}
                  aria-selected={props.selectedId === undefined ? undefined : props.selectedId === row.id}
                  data-row-index={item.index}
                  data-moves-focus={props.onOpenRow === undefined ? undefined : ''}
                  tabIndex={item.index === (focus.index ?? 0) ? 0 : -1}
                  className={`${classes.row} ${props.onOpenRow === undefined ? '' : classes.openable}`}
                  style={{ gridTemplateColumns: template, height: rowHeight, transform: `translateY(${item.start}px)` }}
                  onFocus={(event) => {
                    if (event.target !== event.currentTarget) return;
                    focus.arrived(item.index);
                    props.onFocusRow?.(row.original);
                  }}
                  onKeyDown={(event) => keyDown(event, item.index, row.original)}
                  onClick={(event) => {
                    if (!isInteractive(event.target, event.currentTarget)) props.onOpenRow?.(row.original);
                  }}
                >
                  {row.getAllCells().map((cell) => (
                    // oxlint-disable-next-line jsx-a11y/control-has-associated-label -- its content is its name
                    <div
                      key={cell.id}
                      role="gridcell"
                      className={`${classes.cell} ${columnById.get(cell.column.id)?.align === 'end' ? classes.end : ''}`}
                    >
                      <table.FlexRender cell={cell} />
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        )}
      </div>
      {data.length > 0 && props.noun !== undefined && (
        <div className={classes.foot}>
          <span>{footText(data.length, hasMore, props.total, props.noun)}</span>
          <Text inherit span role="status">
            {isLoadingMore ? 'Loading more…' : props.error !== undefined && props.error !== null ? props.error : ''}
          </Text>
        </div>
      )}
    </div>
  );
}

function footText(
  shown: number,
  hasMore: boolean,
  total: number | undefined,
  [one, many]: readonly [string, string],
): string {
  if (total !== undefined && total > shown)
    return `${shown.toLocaleString('en')} of ${counted(total, one, many)} loaded`;
  if (hasMore) return `${counted(shown, one, many)} loaded, more below`;
  return counted(shown, one, many);
}

function track(width: number | string | undefined): string {
  if (width === undefined) return 'minmax(0, 1fr)';
  return typeof width === 'number' ? `${width}px` : width;
}

function isInteractive(target: EventTarget, row: HTMLElement): boolean {
  if (!(target instanceof Element)) return false;
  const control = target.closest('a, button, input, select, textarea, label, [role="button"], [role="checkbox"]');
  return control !== null && row.contains(control);
}
