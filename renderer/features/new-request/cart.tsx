/** The request as it would be submitted: its lines with what the engine says of them, and the button. */
import { Alert, Button, Group, Kbd, Loader, Text } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import type { Term } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { counted } from '#renderer/ui/format.ts';
import { CartLines } from './cart-lines.tsx';
import { CartProblems } from './cart-problems.tsx';
import {
  addForServiceAccount,
  lineKey,
  maximumLines,
  removeLines,
  setOwnStart,
  setOwnTerm,
  setServiceAccount,
  type Draft,
} from './draft.ts';
import classes from './new-request.module.css';
import { previewQuery } from './new-request.queries.ts';
import {
  cartFigures,
  linesText,
  problemGroups,
  refusedKeys,
  type CartFigures,
  type PreviewByKey,
} from './preview-summary.ts';

export interface CartProps {
  readonly draft: Draft;
  readonly change: (next: (draft: Draft) => Draft) => void;
  readonly onSubmit: () => void;
  readonly isSubmitting: boolean;
  /** Why the last attempt did not work. */
  readonly problem: string | null;
}

const noPreviews: PreviewByKey = new Map();

export function Cart({ draft, change, onSubmit, isSubmitting, problem }: CartProps) {
  // Only lines and terms reach the preview: typing a justification must not ask the engine again.
  const asked = useMemo(() => ({ ...draft, justification: '', ticketReference: '' }), [draft]);
  const [settled] = useDebouncedValue(asked, 200);
  const preview = useQuery(previewQuery(settled));
  const previews = (draft.lines.length === 0 ? undefined : preview.data) ?? noPreviews;
  const groups = useMemo(() => problemGroups(draft, previews), [draft, previews]);
  const figures = useMemo(() => cartFigures(draft, previews), [draft, previews]);
  const people = new Set(draft.lines.map((line) => line.beneficiaryId)).size;
  const isChecked = draft.lines.every((line) => previews.has(lineKey(line)));
  const tooMany = draft.lines.length > maximumLines;
  const refusedCount = useMemo(() => refusedKeys(draft, previews).size, [draft, previews]);
  const [wasStopped, setWasStopped] = useState(false);
  const problemsRef = useRef<HTMLElement>(null);

  /** What is known to be refused is not sent: the person is led to the ways to mend it instead. */
  function attempt(): void {
    setWasStopped(refusedCount > 0);
    if (refusedCount > 0) problemsRef.current?.focus();
    else if (!tooMany && !isSubmitting) onSubmit();
  }

  useHotkeys([['mod+Enter', attempt]], []);
  const notice = wasStopped && refusedCount > 0 ? stoppedText(refusedCount) : problem;

  function shorten(minutesByKey: ReadonlyMap<string, number>): void {
    change((current) =>
      [...minutesByKey].reduce(
        (next, [key, minutes]) => setOwnTerm(next, new Set([key]), { kind: 'duration', minutes }),
        current,
      ),
    );
  }

  return (
    <section className={classes.cart} aria-labelledby="cart-title">
      <div className={classes.cartHead}>
        <Group justify="space-between" gap="xs">
          <h2 id="cart-title" className={classes.sectionTitle} style={{ margin: 0 }}>
            Your request
          </h2>
          <Group gap={6}>
            {preview.isFetching && draft.lines.length > 0 && (
              <Loader size={14} role="status" aria-label="Checking the lines" />
            )}
            <Text size="sm" c="dimmed" component="output">
              {draft.lines.length === 0 ? 'Empty' : linesText(draft.lines.length, people)}
            </Text>
          </Group>
        </Group>
        {isChecked && draft.lines.length > 0 && (
          <Text size="xs" c="dimmed" mt={4}>
            {figuresText(figures)}
          </Text>
        )}
      </div>
      {preview.isError && draft.lines.length > 0 && (
        <Alert color="red" m="sm" role="alert">
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm">The lines could not be checked: {messageOfError(preview.error)}</Text>
            <Button size="compact-xs" variant="default" onClick={() => void preview.refetch()}>
              Try again
            </Button>
          </Group>
        </Alert>
      )}
      <CartProblems
        ref={problemsRef}
        groups={groups}
        onRemove={(keys) => change((current) => removeLines(current, keys))}
        onShorten={shorten}
      />
      {draft.lines.length === 0 ? (
        <div className={classes.lines}>
          <EmptyState title="Nothing asked for yet">
            Choose on the left what to ask for. Each person and thing becomes a line here, with who will review it.
          </EmptyState>
        </div>
      ) : (
        <CartLines
          draft={draft}
          previews={previews}
          onTerm={(keys: ReadonlySet<string>, term: Term | null) =>
            change((current) => setOwnTerm(current, keys, term))
          }
          onStart={(key, ownStart) => change((current) => setOwnStart(current, key, ownStart))}
          onServiceAccount={(key, name, asWell) =>
            change((current) =>
              asWell && name !== null
                ? addForServiceAccount(current, key, name)
                : setServiceAccount(current, key, name),
            )
          }
          onRemove={(keys) => change((current) => removeLines(current, keys))}
        />
      )}
      <div className={classes.cartFoot}>
        {(notice !== null || tooMany) && (
          <Alert color="red" mb="xs" role="alert" py="xs">
            {tooMany ? `A request can have at most ${counted(maximumLines, 'line')}. Split it into several.` : notice}
          </Alert>
        )}
        <Group justify="space-between" gap="sm">
          <Text size="xs" c="dimmed">
            <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd> submits
          </Text>
          <Button
            leftSection={<IconSend size={16} aria-hidden />}
            onClick={attempt}
            loading={isSubmitting}
            disabled={tooMany}
          >
            Submit request
          </Button>
        </Group>
      </div>
    </section>
  );
}

function stoppedText(count: number): string {
  return `${count === 1 ? '1 line' : `${count} lines`} cannot be submitted. Mend or remove ${count === 1 ? 'it' : 'them'} above.`;
}

/** `3 grants · 1 removal · 2 approved at once · 1 account to be created` */
function figuresText(figures: CartFigures): string {
  const parts = [
    figures.grants > 0 ? counted(figures.grants, 'grant') : null,
    figures.revokes > 0 ? counted(figures.revokes, 'removal') : null,
    figures.automatic > 0 ? `${figures.automatic} approved at once` : null,
    figures.joined > 0 ? `${figures.joined} asked for already` : null,
    figures.newAccounts > 0 ? `${counted(figures.newAccounts, 'account')} to be created` : null,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
