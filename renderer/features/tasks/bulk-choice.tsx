/** Choosing all tasks that a filter finds, and what to do with them. */
import { Button, Group, Kbd, Menu, Text } from '@mantine/core';
import { IconChecks, IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReviewTaskId, TaskFilterInput } from '#core/contract/index.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { deedWords, type BulkDeed } from './bulk-words.ts';
import { matchingCountQuery } from './tasks.queries.ts';

/** More than these are taken out better by a narrower filter. */
export const mostExcluded = 1_000;

export interface BulkChoiceProps {
  readonly filter: TaskFilterInput;
  /** How many there are, where no filter has to be counted. */
  readonly total: number | null;
  /** Null: nothing is chosen. */
  readonly excluded: ReadonlySet<ReviewTaskId> | null;
  readonly onChoose: (excluded: ReadonlySet<ReviewTaskId> | null) => void;
  /** The focus goes back to the queue. */
  readonly onLeave: () => void;
}

const deedsInOrder = ['approve', 'deny', 'drop'] as const;
const furtherDeeds = [
  { deed: 'shorten', label: 'Approve for a shorter time…' },
  { deed: 'reassign', label: 'Give to somebody else…' },
  { deed: 'ask', label: 'Ask for information…' },
] as const;

export function BulkChoice({ filter, total, excluded, onChoose, onLeave }: BulkChoiceProps) {
  const counted = useQuery({ ...matchingCountQuery(filter), enabled: total === null });
  const [deed, setDeed] = useState<BulkDeed | null>(null);
  const matching = total ?? counted.data?.tasks ?? null;
  if (matching === null || matching === 0) return null;
  const all = matching.toLocaleString('en');
  if (excluded === null) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconChecks size={15} aria-hidden />}
        onClick={() => {
          onChoose(new Set());
          onLeave();
        }}
      >
        Choose all {all} {total === null ? 'matching' : 'open'}
      </Button>
    );
  }
  const chosen = Math.max(0, matching - excluded.size);
  return (
    <Group gap={8} role="group" aria-label="Decide over many tasks">
      <Text size="sm" fw={550} role="status">
        {excluded.size === 0 ? `All ${all} chosen` : `${chosen.toLocaleString('en')} of ${all} chosen`}
      </Text>
      {deedsInOrder.map((each) => (
        <Button
          key={each}
          size="compact-sm"
          variant={each === 'approve' ? 'filled' : 'default'}
          disabled={chosen === 0}
          onClick={() => setDeed(each)}
        >
          {deedWords[each].verb} {chosen.toLocaleString('en')}…
        </Button>
      ))}
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            disabled={chosen === 0}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label="More to do with what is chosen"
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {furtherDeeds.map((each) => (
            <Menu.Item key={each.deed} onClick={() => setDeed(each.deed)}>
              {each.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        onClick={() => {
          onChoose(null);
          onLeave();
        }}
      >
        Choose none
      </Button>
      <Text size="xs" c="dimmed">
        <Kbd size="xs">Space</Kbd> takes a row out or in
      </Text>
      {deed !== null && (
        <BulkDialog
          deed={deed}
          filter={{ ...filter, excludedTaskIds: [...excluded] }}
          onClose={() => setDeed(null)}
          onStarted={() => {
            setDeed(null);
            onChoose(null);
          }}
        />
      )}
    </Group>
  );
}
