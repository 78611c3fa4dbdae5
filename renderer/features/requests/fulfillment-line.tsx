/** One piece of work in the application: its state, its evidence, and what a person may do about it. */
import { Alert, Box, Group, Text } from '@mantine/core';
import { IconAlertCircle, IconHourglass } from '@tabler/icons-react';
import type { FulfillmentView } from '#core/contract/index.ts';
import { ExternalAddress } from '#renderer/ui/external-address.tsx';
import { factLabel, spanOfSeconds } from '#renderer/ui/format.ts';
import { StateBadge, ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { useNow } from '#renderer/ui/use-now.ts';
import { EvidenceFile } from './evidence-file.tsx';
import { FulfillmentActions } from './fulfillment-actions.tsx';
import classes from './request-page.module.css';

/** Below this, lateness is the time the work itself took. */
const lateFromSeconds = 5;

export function FulfillmentLine({ task }: { readonly task: FulfillmentView }) {
  return (
    <Box mb={8}>
      <Group gap={8} justify="space-between">
        <Group gap={8}>
          <Text size="sm">{titleOf(task)}</Text>
          <StateBadge kind="fulfillment" state={task.isAwaited ? 'awaited' : task.state} />
          <Overdue task={task} />
        </Group>
        <Text size="xs" c="dimmed">
          <When task={task} />
        </Text>
      </Group>
      {task.lastProblem !== null && task.state !== 'done' && (
        <Alert
          color={task.isAwaited ? 'petrol' : task.state === 'failed' ? 'red' : 'yellow'}
          variant="light"
          icon={task.isAwaited ? <IconHourglass size={16} aria-hidden /> : <IconAlertCircle size={16} aria-hidden />}
          mt={6}
          p="xs"
        >
          <Text size="sm">{task.lastProblem}</Text>
        </Alert>
      )}
      {task.instructions !== null && (
        <Alert color="petrol" variant="light" title="How it is done by hand" mt={6} p="xs">
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {task.instructions}
          </Text>
        </Alert>
      )}
      {task.ticket !== null && <Ticket ticket={task.ticket} />}
      <Evidence task={task} />
      <FulfillmentActions task={task} />
    </Box>
  );
}

function titleOf(task: FulfillmentView): string {
  if (task.cause === 'expiry') return 'Remove at the end of its time';
  return task.effect === 'grant' ? 'Give access' : 'Remove access';
}

function Overdue({ task }: { readonly task: FulfillmentView }) {
  const now = useNow();
  if (task.state !== 'byHand' || task.dueBy === null || Date.parse(task.dueBy) > now) return null;
  return (
    <ToneBadge tone="bad" meaning="It should have been done by now. Its owners are reminded every day.">
      Overdue
    </ToneBadge>
  );
}

function When({ task }: { readonly task: FulfillmentView }) {
  const tries = task.attempts > 1 ? `, ${task.attempts} attempts` : '';
  if (task.endedAt !== null) {
    const late =
      task.latenessSeconds !== null && task.latenessSeconds >= lateFromSeconds
        ? `, ${spanOfSeconds(task.latenessSeconds)} late`
        : '';
    return (
      <>
        <TimeText at={task.endedAt} />
        {late}
        {tries}
      </>
    );
  }
  if (task.state === 'waiting' && task.nextAttemptAt !== null) {
    return (
      <>
        {task.isAwaited ? 'looked at again' : 'next attempt'} <TimeText at={task.nextAttemptAt} />
        {tries}
      </>
    );
  }
  return (
    <>
      due <TimeText at={task.dueBy ?? task.dueAt} />
      {tries}
    </>
  );
}

const ticketWords = { open: 'open', done: 'done', rejected: 'turned down' } as const;

/** What others were asked to do it with. */
function Ticket({ ticket }: { readonly ticket: NonNullable<FulfillmentView['ticket']> }) {
  return (
    <dl className={classes.evidence}>
      <dt>Ticket</dt>
      <dd>
        <ExternalAddress text={ticket.reference} address={ticket.url} what="the ticket’s address" />
      </dd>
      <dt>Its state</dt>
      <dd>
        {ticketWords[ticket.state]}
        {ticket.note !== '' && `: ${ticket.note}`}
      </dd>
      <dt>Opened</dt>
      <dd>
        <TimeText at={ticket.openedAt} />, last heard of <TimeText at={ticket.saidAt} />
      </dd>
    </dl>
  );
}

function Evidence({ task }: { readonly task: FulfillmentView }) {
  const { evidence } = task;
  if (evidence === null) return null;
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    ['Result', resultOf(task)],
    ...(evidence.accountCreated ? ([['Account', 'created for this, because there was none']] as const) : []),
    evidence.readBackAt === null
      ? ([evidence.outcome === 'byTicket' ? 'Heard from' : 'Note', evidence.source] as const)
      : ([
          'Read back',
          <span key="read">
            {evidence.heldAfterwards === true ? 'held' : 'not held'}, <TimeText at={evidence.readBackAt} form="exact" />{' '}
            from {evidence.source}
          </span>,
        ] as const),
    ...(evidence.file === null
      ? []
      : ([['File', <EvidenceFile key="file" taskId={task.id} file={evidence.file} />]] as const)),
    ...(task.observation === null
      ? []
      : ([
          [
            'Seen since',
            <span key="seen">
              {task.observation.held ? 'held' : 'not held'}, by{' '}
              {task.observation.by === 'import' ? 'an import' : 'the discovery'} of{' '}
              <TimeText at={task.observation.at} form="exact" />
            </span>,
          ],
        ] as const)),
    ...Object.entries(evidence.facts).map(([name, value]) => [factLabel(name), value] as const),
  ];
  return (
    <dl className={classes.evidence}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function resultOf(task: FulfillmentView): string {
  switch (task.evidence?.outcome) {
    case 'applied':
      return task.effect === 'grant' ? 'the access was given' : 'the access was removed';
    case 'already':
      return task.effect === 'grant'
        ? 'it was already held, nothing had to be changed'
        : 'it was already gone, nothing had to be changed';
    case 'byHand':
      return 'done by hand';
    case 'byTicket':
      return 'done through a ticket; it was not read back from the application';
    default:
      return '';
  }
}
