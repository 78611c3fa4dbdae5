/** Choosing all tasks that a filter finds, and what to do with them. */
import { Button, Group, Kbd, Text } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReviewTaskId, TaskFilterInput } from '#core/contract/index.ts';
import { BulkDialog, bulkVerbs, type BulkVerdict } from './bulk-dialog.tsx';
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

const verdictsInOrder = ['approve', 'deny', 'drop'] as const;

export function BulkChoice({ filter, total, excluded, onChoose, onLeave }: BulkChoiceProps) {
  const counted = useQuery({ ...matchingCountQuery(filter), enabled: total === null });
  const [verdict, setVerdict] = useState<BulkVerdict | null>(null);
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
      {verdictsInOrder.map((each) => (
        <Button
          key={each}
          size="compact-sm"
          variant={each === 'approve' ? 'filled' : 'default'}
          disabled={chosen === 0}
          onClick={() => setVerdict(each)}
        >
          {bulkVerbs[each]} {chosen.toLocaleString('en')}…
        </Button>
      ))}
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
      {verdict !== null && (
        <BulkDialog
          verdict={verdict}
          filter={{ ...filter, excludedTaskIds: [...excluded] }}
          onClose={() => setVerdict(null)}
          onStarted={() => {
            setVerdict(null);
            onChoose(null);
          }}
        />
      )}
    </Group>
  );
}
