/** The trail: every fact of the request in the order it was recorded, each with the hash that chains it. */
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RequestId } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { CopyText } from '#renderer/ui/copy-text.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { counted } from '#renderer/ui/format.ts';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { trailQuery } from './requests.queries.ts';
import classes from './request-page.module.css';

const step = 60;

export interface TrailProps {
  readonly requestId: RequestId;
  /** Events of other lines lie between these, unseen. */
  readonly isPart: boolean;
}

export function Trail({ requestId, isPart }: TrailProps) {
  const trail = useQuery(trailQuery(requestId));
  const [shown, setShown] = useState(step);
  const events = trail.data?.events ?? [];
  return (
    <section aria-label="Trail" style={{ minWidth: 0 }}>
      <Group justify="space-between" mb={10} mih={32}>
        <h2 className={classes.sectionTitle} style={{ margin: 0 }}>
          Trail
        </h2>
        {trail.data !== undefined && (
          <Text size="xs" c="dimmed">
            {counted(events.length, 'event')}
            {isPart ? ' of what you see' : ', each chained to the one before'}
          </Text>
        )}
      </Group>
      <div className={classes.card} style={{ padding: '16px 16px 2px' }}>
        {trail.isPending && (
          <Stack gap="md" pb="md" role="status" aria-label="Loading the trail">
            <Skeleton height={30} />
            <Skeleton height={30} />
            <Skeleton height={30} />
          </Stack>
        )}
        {trail.isError && trail.data === undefined && (
          <ErrorState
            title="The trail could not be loaded"
            message={messageOfError(trail.error)}
            onRetry={() => void trail.refetch()}
          />
        )}
        <ol className={classes.trail}>
          {events.slice(0, shown).map((event) => (
            <li key={event.sequence} className={classes.event}>
              <Text inherit>{event.sentence}</Text>
              <Text size="xs" c="dimmed" component="div">
                <TimeText at={event.at} form="exact" />, {event.actor}
              </Text>
              <Group gap={6} mt={2} wrap="nowrap">
                <Text size="xs" c="dimmed">
                  No. {event.sequence}
                </Text>
                <CopyText value={event.hash} what={`the hash of event ${event.sequence}`} shorten={12} />
              </Group>
            </li>
          ))}
        </ol>
        {events.length > shown && (
          <Button variant="subtle" size="xs" fullWidth mb="sm" onClick={() => setShown((count) => count + step)}>
            Show {Math.min(step, events.length - shown)} more of {events.length - shown}
          </Button>
        )}
      </div>
    </section>
  );
}
