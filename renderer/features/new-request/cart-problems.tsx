/** What stands in the way of submitting, and how to mend it with one press. */
import { Button, Group, Text } from '@mantine/core';
import type { Ref } from 'react';
import type { ProblemGroup } from './preview-summary.ts';
import { shortenText } from './preview-summary.ts';
import classes from './new-request.module.css';

export interface CartProblemsProps {
  readonly ref?: Ref<HTMLElement>;
  readonly groups: readonly ProblemGroup[];
  readonly onRemove: (keys: ReadonlySet<string>) => void;
  readonly onShorten: (minutesByKey: ReadonlyMap<string, number>) => void;
}

export function CartProblems({ ref, groups, onRemove, onShorten }: CartProblemsProps) {
  if (groups.length === 0) return null;
  return (
    <section className={classes.problems} aria-label="Problems to mend" tabIndex={-1} ref={ref}>
      {groups.map((group) => (
        <Group key={group.code} justify="space-between" gap="xs" px="md" py={7} wrap="nowrap">
          <Text size="sm" className={classes.problem}>
            {group.title}.
          </Text>
          <Group gap={6} wrap="nowrap" className={classes.fixed}>
            {group.shorten.size > 0 && (
              <Button size="compact-xs" variant="light" onClick={() => onShorten(group.shorten)}>
                {shortenText([...group.shorten.values()])}
              </Button>
            )}
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onRemove(new Set(group.keys))}
              aria-label={`Remove: ${group.title}`}
            >
              {group.keys.length === 1 ? 'Remove it' : `Remove these ${group.keys.length}`}
            </Button>
          </Group>
        </Group>
      ))}
    </section>
  );
}
