/** One's decisions over many tasks so far, each with what came of every task. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BulkView } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { BulkResults } from './bulk-results.tsx';
import { endedWords, wishWords } from './bulk-words.ts';
import { recentBulkQuery } from './tasks.queries.ts';
import classes from './tasks.module.css';

export function BulkListButton() {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" size="sm" onClick={() => setOpened(true)}>
        Bulk decisions
      </Button>
      {opened && <BulkList onClose={() => setOpened(false)} />}
    </>
  );
}

function BulkList({ onClose }: { readonly onClose: () => void }) {
  const recent = useQuery(recentBulkQuery());
  const [shown, setShown] = useState<BulkView | null>(null);
  return (
    <>
      <Modal opened={shown === null} onClose={onClose} title="Bulk decisions" size="lg" centered>
        <Stack gap={0} component="ul" className={classes.bulkList} aria-label="My decisions over many tasks">
          {recent.isError && (
            <ErrorState message={messageOfError(recent.error)} onRetry={() => void recent.refetch()} />
          )}
          {recent.data?.decisions.length === 0 && (
            <Text component="li" size="sm" c="dimmed">
              None so far. Choose all tasks that a filter finds, then decide them, ask about them or give them on.
            </Text>
          )}
          {recent.data?.decisions.map((bulk) => (
            <li key={bulk.id}>
              <Group justify="space-between" wrap="nowrap" gap="md">
                <div style={{ minWidth: 0 }}>
                  <Group gap={8}>
                    <Text size="sm" fw={550}>
                      {bulk.state === 'done' ? endedWords(bulk) : wishWords(bulk)}
                    </Text>
                    <ToneBadge tone={states[bulk.state].tone}>{states[bulk.state].label}</ToneBadge>
                  </Group>
                  <Text size="xs" c="dimmed">
                    <TimeText at={bulk.createdAt} form="exact" />
                  </Text>
                  {bulk.reason !== null && (
                    <Text size="xs" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                      “{bulk.reason}”
                    </Text>
                  )}
                </div>
                {bulk.decided + bulk.refused > 0 && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    style={{ flex: 'none' }}
                    aria-label={`Show the results: ${wishWords(bulk)}`}
                    onClick={() => setShown(bulk)}
                  >
                    Show results
                  </Button>
                )}
              </Group>
            </li>
          ))}
        </Stack>
      </Modal>
      {shown !== null && <BulkResults bulk={shown} onClose={() => setShown(null)} />}
    </>
  );
}

const states = {
  waiting: { label: 'Can be taken back', tone: 'waiting' },
  running: { label: 'Under way', tone: 'active' },
  done: { label: 'Done', tone: 'good' },
  undone: { label: 'Taken back', tone: 'neutral' },
} as const;
