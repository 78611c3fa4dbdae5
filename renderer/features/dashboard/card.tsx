/** The frame of a card: its title with a count, the way to the whole list, and its waiting, failed and empty states. */
import { Button, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './dashboard.module.css';

export interface CardProps {
  readonly title: string;
  readonly count?: number | undefined;
  /** A link to the whole list. */
  readonly more?: ReactNode;
  readonly waiting: boolean;
  /** Why the rows could not be loaded. */
  readonly error?: string | null;
  readonly onRetry?: () => void;
  /** Shown when `children` is null. */
  readonly nothing: ReactNode;
  /** The rows, or null when there are none. */
  readonly children: ReactNode;
}

export function Card({ title, count, more, waiting, error = null, onRetry, nothing, children }: CardProps) {
  return (
    <section className={classes.card} aria-label={title}>
      <div className={classes.head}>
        <h2>
          {title}
          {count !== undefined && count > 0 && <span className={classes.count}>{count.toLocaleString('en')}</span>}
        </h2>
        {more}
      </div>
      {error !== null ? (
        <div className={classes.nothing} role="alert">
          <div>
            {error}{' '}
            <Button size="compact-xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          </div>
        </div>
      ) : waiting ? (
        <Stack gap={16} px={16} py={8} role="status" aria-label={`Loading ${title.toLowerCase()}`}>
          <Skeleton height={12} width="82%" />
          <Skeleton height={12} width="66%" />
          <Skeleton height={12} width="74%" />
        </Stack>
      ) : (
        (children ?? <div className={classes.nothing}>{nothing}</div>)
      )}
    </section>
  );
}

/** Two lines of text, cut off rather than wrapped. */
export function TwoLines({ first, second }: { readonly first: ReactNode; readonly second: ReactNode }) {
  return (
    <span style={{ minWidth: 0, flex: 1 }}>
      <Text size="sm" fw={500} truncate component="span" display="block">
        {first}
      </Text>
      <Text size="xs" c="dimmed" truncate component="span" display="block">
        {second}
      </Text>
    </span>
  );
}
