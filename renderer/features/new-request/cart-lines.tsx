/** The lines of the cart under the people they are for; only those in view are drawn. */
import { Button, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { Person, Term } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { CartLine } from './cart-line.tsx';
import { effectiveStart, effectiveTerm, lineKey, type Draft, type DraftLine } from './draft.ts';
import classes from './new-request.module.css';
import type { PreviewByKey } from './preview-summary.ts';

export interface CartLinesProps {
  readonly draft: Draft;
  readonly previews: PreviewByKey;
  readonly onTerm: (keys: ReadonlySet<string>, term: Term | null) => void;
  readonly onStart: (key: string, ownStart: DraftLine['ownStart']) => void;
  readonly onServiceAccount: (key: string, name: string | null, asWell: boolean) => void;
  readonly onRemove: (keys: ReadonlySet<string>) => void;
}

type Entry =
  | { readonly kind: 'person'; readonly person: Person; readonly keys: ReadonlySet<string> }
  | { readonly kind: 'line'; readonly line: DraftLine; readonly person: Person; readonly key: string };

export function CartLines({ draft, previews, onTerm, onStart, onServiceAccount, onRemove }: CartLinesProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => entriesOf(draft), [draft]);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => (entries[index]?.kind === 'person' ? 40 : 74),
    getItemKey: (index) => entryKey(entries[index], index),
    overscan: 10,
  });

  return (
    <div ref={scrollRef} className={classes.lines}>
      <ul className={classes.bare} aria-label="Lines of the request" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const entry = entries[item.index];
          if (entry === undefined) return null;
          return (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              style={{ position: 'absolute', insetInline: 0, top: 0, transform: `translateY(${item.start}px)` }}
            >
              {entry.kind === 'person' ? (
                <PersonHead person={entry.person} keys={entry.keys} onRemove={onRemove} />
              ) : (
                <CartLine
                  line={entry.line}
                  personName={entry.person.fullName}
                  term={effectiveTerm(draft, entry.line)}
                  preview={previews.get(lineKey(entry.line))}
                  onTerm={(term) => onTerm(new Set([lineKey(entry.line)]), term)}
                  startsAt={effectiveStart(draft, entry.line)}
                  onStart={(ownStart) => onStart(lineKey(entry.line), ownStart)}
                  onServiceAccount={(name, asWell) => onServiceAccount(lineKey(entry.line), name, asWell)}
                  onRemove={() => onRemove(new Set([lineKey(entry.line)]))}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function PersonHead({
  person,
  keys,
  onRemove,
}: {
  readonly person: Person;
  readonly keys: ReadonlySet<string>;
  readonly onRemove: CartLinesProps['onRemove'];
}) {
  return (
    <div className={classes.groupHead}>
      <PersonLabel person={person} />
      <Text size="xs" c="dimmed" ml="auto">
        {counted(keys.size, 'line')}
      </Text>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        aria-label={`Take all lines for ${person.fullName} out of the request`}
        onClick={() => onRemove(keys)}
      >
        Clear
      </Button>
    </div>
  );
}

/** Under each person, in the order people were added; a single person needs no heading. */
function entriesOf(draft: Draft): Entry[] {
  const linesOf = Map.groupBy(draft.lines, (line) => line.beneficiaryId);
  return draft.people.flatMap((person): Entry[] => {
    const lines = linesOf.get(person.id) ?? [];
    if (lines.length === 0) return [];
    const entries = lines.map((line, index): Entry => ({ kind: 'line', line, person, key: placeOf(lines, index) }));
    if (draft.people.length === 1) return entries;
    return [{ kind: 'person', person, keys: new Set(lines.map(lineKey)) }, ...entries];
  });
}

/** The same while the account's name is typed: what is open at a line stays open. */
function placeOf(lines: readonly DraftLine[], index: number): string {
  const line = lines[index];
  if (line === undefined) return String(index);
  const pair = lineKey({ ...line, serviceAccount: null });
  const before = lines.slice(0, index).filter((other) => other.entitlement.id === line.entitlement.id).length;
  return before === 0 ? pair : `${pair}:${before}`;
}

function entryKey(entry: Entry | undefined, index: number): string | number {
  if (entry === undefined) return index;
  return entry.kind === 'person' ? entry.person.id : entry.key;
}
