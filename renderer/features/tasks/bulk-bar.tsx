/** The decision over many tasks that is under way: time to take it back, how far it is, and what came of it. */
import { ActionIcon, Alert, Button, Group, Progress, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { BulkDecisionId, BulkView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { counted } from '#renderer/ui/format.ts';
import { BulkResults } from './bulk-results.tsx';
import { doingWords, endedWords } from './bulk-words.ts';
import { recentBulkQuery } from './tasks.queries.ts';

/** Results stay offered here for so long after the end, unless they are put away; the list of bulk decisions keeps them. */
const shownMilliseconds = 15 * 60_000;

export function BulkBar() {
  const recent = useQuery(recentBulkQuery());
  const [closed, setClosed] = useState<ReadonlySet<BulkDecisionId>>(new Set());
  const [shown, setShown] = useState<BulkView | null>(null);
  const bars = (recent.data?.decisions ?? []).filter(
    (bulk) =>
      !closed.has(bulk.id) &&
      (bulk.endedAt === null || Date.parse(bulk.now) - Date.parse(bulk.endedAt) < shownMilliseconds) &&
      bulk.state !== 'undone',
  );
  return (
    <>
      {bars.map((bulk) => (
        <Bar
          key={bulk.id}
          bulk={bulk}
          readAt={recent.dataUpdatedAt}
          onClose={() => setClosed(new Set([...closed, bulk.id]))}
          onShow={() => setShown(bulk)}
        />
      ))}
      {shown !== null && <BulkResults bulk={shown} onClose={() => setShown(null)} />}
    </>
  );
}

interface BarProps {
  readonly bulk: BulkView;
  /** When `bulk.now` was read, by this window's clock. */
  readonly readAt: number;
  readonly onClose: () => void;
  readonly onShow: () => void;
}

function Bar({ bulk, readAt, onClose, onShow }: BarProps) {
  const undo = useCommand(client.bulk.undo, { success: 'Taken back. Nothing was done.' });
  const left = useSecondsLeft(bulk, readAt);
  const done = bulk.decided + bulk.refused;
  return (
    <Alert
      color={bulk.refused > 0 && bulk.endedAt !== null ? 'yellow' : 'petrol'}
      variant="light"
      p="xs"
      role="region"
      aria-label="Decision over many tasks"
    >
      <Group gap={14} wrap="nowrap">
        {bulk.state === 'waiting' && (
          <>
            <Text size="sm" fw={550} role="timer" aria-live="off">
              {doingWords(bulk)} {counted(bulk.total, 'task')} {left > 0 ? `in ${counted(left, 'second')}` : 'now'}
            </Text>
            <Button
              size="compact-sm"
              variant="filled"
              disabled={left <= 0}
              loading={undo.isPending}
              onClick={() => void undo.run({ bulkDecisionId: bulk.id })}
            >
              Undo
            </Button>
          </>
        )}
        {bulk.state === 'running' && (
          <>
            <Text size="sm" fw={550} style={{ whiteSpace: 'nowrap' }}>
              {doingWords(bulk)}: {done.toLocaleString('en')} of {bulk.total.toLocaleString('en')}
            </Text>
            <Progress
              value={(100 * done) / Math.max(1, bulk.total)}
              aria-label="How far the decision is"
              style={{ flex: 1 }}
            />
          </>
        )}
        {bulk.state === 'done' && (
          <>
            <Text size="sm" fw={550} role="status">
              {endedWords(bulk)}
            </Text>
            <Button size="compact-sm" variant="default" onClick={onShow}>
              Show results
            </Button>
          </>
        )}
        {bulk.endedAt !== null && (
          <ActionIcon variant="subtle" color="gray" ml="auto" aria-label="Close this notice" onClick={onClose}>
            <IconX size={15} aria-hidden />
          </ActionIcon>
        )}
      </Group>
    </Alert>
  );
}

/** By the engine's clock, which this window's may differ from. */
function useSecondsLeft(bulk: BulkView, readAt: number): number {
  const [now, setNow] = useState(() => Date.now());
  const waiting = bulk.state === 'waiting';
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [waiting]);
  const engineNow = Date.parse(bulk.now) + Math.max(0, now - readAt);
  return Math.max(0, Math.ceil((Date.parse(bulk.dispatchAt) - engineNow) / 1000));
}
