/** The discoveries of an application: the one that runs now, and what the earlier ones found. */
import { Alert, Button, Group, Loader, Table, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { ApplicationDetail, SyncRunView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { counted } from '#renderer/ui/format.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import classes from './applications.module.css';
import { cannotDiscover, cannotDiscoverText, seenText, summaryText, tookText } from './discovery-text.ts';
import type { DiscoverHandle } from './use-discover.ts';

export interface DiscoveriesTabProps {
  readonly application: ApplicationDetail;
  readonly discover: DiscoverHandle;
  readonly onConnect: () => void;
}

export function DiscoveriesTab({ application, discover, onConnect }: DiscoveriesTabProps) {
  const running = application.discoveries.find((run) => run.state === 'running');
  const held = application.discoveries.find((run) => run.state === 'held');
  const ended = application.discoveries.filter((run) => run.state !== 'running');
  return (
    <>
      {discover.problem !== null && (
        <Alert color="red" role="alert" title="The discovery did not start">
          {discover.problem}
        </Alert>
      )}
      {cannotDiscover(application) && ended.length > 0 && (
        <Text size="sm" c="dimmed">
          {cannotDiscoverText}
        </Text>
      )}
      {(running !== undefined || discover.isRunning) && <Running run={running} />}
      {held !== undefined && <Question run={held} mayAnswer={application.mayManage} />}
      {ended.length > 0 && <History runs={ended} />}
      {ended.length === 0 && !discover.isRunning && (
        <Nothing application={application} discover={discover} onConnect={onConnect} />
      )}
    </>
  );
}

function Running({ run }: { readonly run: SyncRunView | undefined }) {
  const waits = run !== undefined && run.resumeAt !== null;
  return (
    <div className={classes.card} role="status">
      <Group gap="sm" wrap="nowrap">
        <Loader size={18} aria-hidden />
        <div>
          <Text size="sm" fw={600}>
            {waits ? 'Discovery waits and goes on by itself' : 'Discovery is running'}
          </Text>
          {waits && (
            <Text size="sm">
              {run.lastProblem} It goes on where it stood, <TimeText at={run.resumeAt ?? run.startedAt} />.
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {run === undefined
              ? 'It is about to start.'
              : `Seen so far: ${seenText(run)}, on ${counted(run.pages, 'page')}.`}{' '}
            You can leave this screen.
          </Text>
        </div>
      </Group>
    </div>
  );
}

function RunState({ state }: Pick<SyncRunView, 'state'>) {
  if (state === 'failed') return <ToneBadge tone="bad">Failed</ToneBadge>;
  if (state === 'held') return <ToneBadge tone="waiting">Asks</ToneBadge>;
  if (state === 'dismissed') return <ToneBadge tone="neutral">Dismissed</ToneBadge>;
  return <ToneBadge tone="good">Completed</ToneBadge>;
}

/** So much would be gone that nothing was ended: a person says whether that is right. */
function Question({ run, mayAnswer }: { readonly run: SyncRunView; readonly mayAnswer: boolean }) {
  const answer = useCommand(client.applications.answerDiscovery);
  if (run.question === null) return null;
  const { accounts, grants } = run.question;
  const say = (what: 'confirm' | 'dismiss') => void answer.run({ runId: run.id, answer: what, note: null });
  return (
    <Alert color="yellow" title="Is so much really gone?">
      <Text size="sm" mb="sm">
        {accounts.gone.toLocaleString('en')} of {accounts.known.toLocaleString('en')} accounts and{' '}
        {grants.gone.toLocaleString('en')} of {grants.known.toLocaleString('en')} grants were not seen any more. Nothing
        was ended. If the application really lost them, confirm it; if its answer was incomplete, dismiss it.
      </Text>
      {mayAnswer && (
        <Group gap="xs">
          <Button size="xs" color="red" loading={answer.isPending} onClick={() => say('confirm')}>
            They are gone
          </Button>
          <Button size="xs" variant="default" disabled={answer.isPending} onClick={() => say('dismiss')}>
            Dismiss this discovery
          </Button>
        </Group>
      )}
    </Alert>
  );
}

function History({ runs }: { readonly runs: readonly SyncRunView[] }) {
  return (
    <div className={classes.card} style={{ padding: 0 }}>
      <Table verticalSpacing={9} horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={150}>Started</Table.Th>
            <Table.Th w={120}>Result</Table.Th>
            <Table.Th w={90}>Took</Table.Th>
            <Table.Th>Seen and changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Td>
                <TimeText at={run.startedAt} />
              </Table.Td>
              <Table.Td>
                <RunState state={run.state} />
              </Table.Td>
              <Table.Td>{run.endedAt === null ? '' : tookText(run.startedAt, run.endedAt)}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {run.failure !== null && (
                  <Text size="sm" className={classes.failed}>
                    {run.failure}
                  </Text>
                )}
                <Text size="sm">{seenText(run)}</Text>
                {run.state === 'completed' && (
                  <Text size="xs" c="dimmed">
                    {summaryText(run.summary)}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Nothing({ application, discover, onConnect }: DiscoveriesTabProps) {
  const title = 'Never discovered';
  if (application.connectionSettings === null) {
    return (
      <EmptyState
        title={title}
        action={
          application.mayManage ? (
            <Button variant="default" onClick={onConnect}>
              Set up the connection
            </Button>
          ) : undefined
        }
      >
        A discovery needs a connection to the application.
      </EmptyState>
    );
  }
  if (cannotDiscover(application)) return <EmptyState title={title}>{cannotDiscoverText}</EmptyState>;
  return (
    <EmptyState
      title={title}
      action={
        application.mayManage ? (
          <Button leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => void discover.start()}>
            Discover now
          </Button>
        ) : undefined
      }
    >
      A discovery reads the accounts, the entitlements and who holds what. It changes nothing in the application.
    </EmptyState>
  );
}
