/**
 * A listbox over any number of entitlements. Only the rows in view exist, so the focus stays on the list
 * and the active row is named to assistive technology (the ARIA pattern of a listbox with many options).
 */
import { Box, Checkbox, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { EntitlementRow } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { spanOfMinutes } from '#renderer/ui/format.ts';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import classes from './new-request.module.css';

export interface EntitlementListProps {
  readonly rows: readonly EntitlementRow[];
  /** For how many people of the request each entitlement is in the cart. */
  readonly chosenFor: ReadonlyMap<string, number>;
  readonly peopleCount: number;
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly isFiltered: boolean;
  readonly onToggle: (row: EntitlementRow) => void;
  readonly onEnd: () => void;
  readonly onRetry: () => void;
}

const rowHeight = 54;
const pageRows = 6;

export function EntitlementList(props: EntitlementListProps) {
  const { rows, isLoading, error, isFiltered, onRetry } = props;
  if (isLoading) {
    return (
      <Stack gap="xs" className={classes.list} p="xs" aria-busy aria-label="Loading entitlements">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} height={rowHeight - 14} />
        ))}
      </Stack>
    );
  }
  if (error !== null && rows.length === 0) {
    return (
      <Box className={classes.list}>
        <ErrorState message={messageOfError(error)} onRetry={onRetry} />
      </Box>
    );
  }
  if (rows.length === 0) {
    return (
      <Box className={classes.list}>
        {isFiltered ? (
          <EmptyState title="Nothing matches">Try another word, application or risk.</EmptyState>
        ) : (
          <EmptyState title="Nothing can be requested yet">
            Entitlements appear here once an application was discovered or imported.
          </EmptyState>
        )}
      </Box>
    );
  }
  return <Options {...props} />;
}

function Options({ rows, chosenFor, peopleCount, onToggle, onEnd }: EntitlementListProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const baseId = useId();
  const [active, setActive] = useState(0);
  const [hasFocus, setHasFocus] = useState(false);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const visible = virtualizer.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;
  const activeIndex = Math.min(active, rows.length - 1);

  useEffect(() => {
    if (lastVisible >= rows.length - 10) onEnd();
  }, [lastVisible, rows.length, onEnd]);

  function moveTo(index: number): void {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    virtualizer.scrollToIndex(next, { align: 'auto' });
  }

  function onKeyDown(event: KeyboardEvent): void {
    const target = targetIndex(event.key, activeIndex, rows.length);
    const row = rows[activeIndex];
    if (target !== null) moveTo(target);
    else if ((event.key === ' ' || event.key === 'Enter') && row !== undefined && !event.ctrlKey && !event.metaKey) {
      onToggle(row);
    } else return;
    event.preventDefault();
  }

  return (
    <div
      ref={scrollRef}
      className={classes.list}
      role="listbox"
      tabIndex={0}
      aria-label="Entitlements to ask for"
      aria-multiselectable
      aria-activedescendant={hasFocus ? `${baseId}-${activeIndex}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => setHasFocus(true)}
      onBlur={() => setHasFocus(false)}
    >
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {visible.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const chosen = chosenFor.get(row.id) ?? 0;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the listbox around it has the keys
            <div
              key={row.id}
              id={`${baseId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={chosen > 0}
              aria-posinset={index + 1}
              aria-setsize={rows.length}
              className={classes.option}
              data-active={(hasFocus && index === activeIndex) || undefined}
              data-chosen={chosen > 0 || undefined}
              style={{ height: rowHeight, transform: `translateY(${start}px)` }}
              onClick={() => {
                setActive(index);
                onToggle(row);
              }}
            >
              <OptionContent row={row} chosen={chosen} peopleCount={peopleCount} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function targetIndex(key: string, active: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return active + 1;
    case 'ArrowUp':
      return active - 1;
    case 'PageDown':
      return active + pageRows;
    case 'PageUp':
      return active - pageRows;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function OptionContent({
  row,
  chosen,
  peopleCount,
}: {
  readonly row: EntitlementRow;
  readonly chosen: number;
  readonly peopleCount: number;
}) {
  const some = chosen > 0 && chosen < peopleCount;
  return (
    <Group gap="sm" wrap="nowrap" h="100%">
      <Checkbox.Indicator checked={chosen > 0 && !some} indeterminate={some} size="sm" aria-hidden />
      <div className={classes.grow}>
        <Text size="sm" fw={500} truncate title={row.name}>
          {row.name}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {[row.application.name, row.kind, row.resource, row.description].filter((part) => part !== null).join(' · ')}
        </Text>
      </div>
      {some && (
        <Text size="xs" c="dimmed" className={classes.fixed}>
          for {chosen} of {peopleCount}
        </Text>
      )}
      {row.maximumDurationMinutes !== null && (
        <Text size="xs" c="dimmed" className={classes.fixed}>
          at most {spanOfMinutes(row.maximumDurationMinutes)}
        </Text>
      )}
      <RiskBadge risk={row.risk} />
    </Group>
  );
}
