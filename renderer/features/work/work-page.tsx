/** Work in applications that is not done: what waits for a person, and what is still tried, each with its cause. */
import { Button, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ConfirmButton } from '#renderer/ui/confirm-button.tsx';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { counted } from '#renderer/ui/format.ts';
import { Page } from '#renderer/ui/page.tsx';
import { StateBadge, ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { useNow } from '#renderer/ui/use-now.ts';
import { applicationChoicesQuery, workQuery, type WorkRow, type WorkScope } from './work.queries.ts';

const columns: readonly DataColumn<WorkRow>[] = [
  {
    id: 'what',
    header: 'What',
    width: 'minmax(200px, 2fr)',
    cell: (row) => (
      <TwoLines
        first={`${row.effect === 'grant' ? 'Give' : 'Remove'} ${row.entitlement.name}`}
        second={`${row.application.name}, request ${row.requestNumber}`}
      />
    ),
  },
  {
    id: 'who',
    header: 'For',
    width: 'minmax(130px, 1fr)',
    cell: (row) => <TwoLines first={row.beneficiary.fullName} second={row.account ?? 'No account known'} />,
  },
  {
    id: 'cause',
    header: 'Cause',
    width: 'minmax(200px, 2.4fr)',
    cell: (row) => (
      <Text size="sm" lineClamp={2} title={row.lastProblem ?? undefined}>
        {row.lastProblem ?? 'It is to be done by hand.'}
      </Text>
    ),
  },
  { id: 'due', header: 'Due', width: 120, cell: (row) => <TimeText at={row.dueBy ?? row.dueAt} /> },
  { id: 'state', header: 'State', width: 150, cell: (row) => <State row={row} /> },
  { id: 'again', header: 'Send again', hideHeader: true, width: 116, align: 'end', cell: (row) => <Again row={row} /> },
];

function TwoLines({ first, second }: { readonly first: string; readonly second: string }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" fw={500} truncate>
        {first}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {second}
      </Text>
    </div>
  );
}

function State({ row }: { readonly row: WorkRow }) {
  const now = useNow();
  if (row.state === 'byHand' && row.dueBy !== null && Date.parse(row.dueBy) <= now)
    return (
      <ToneBadge tone="bad" meaning="It should have been done by hand by now.">
        Overdue
      </ToneBadge>
    );
  return <StateBadge kind="fulfillment" state={row.state} />;
}

function Again({ row }: { readonly row: WorkRow }) {
  const again = useCommand(client.fulfillment.sendAgain, {
    success: 'Sent again. It runs as soon as it is taken.',
  });
  if (!row.maySendAgain) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={again.isPending}
      aria-label={`Send again: ${row.entitlement.name} for ${row.beneficiary.fullName}`}
      onClick={(event) => {
        event.stopPropagation();
        void again.run({ fulfillmentTaskId: row.id });
      }}
    >
      Send again
    </Button>
  );
}

export function WorkPage() {
  const [scope, setScope] = useState<WorkScope>('attention');
  const [applicationId, setApplicationId] = useState<string | null>(null);
  const navigate = useNavigate();
  const query = useInfiniteQuery(workQuery(scope, applicationId));
  const applications = useQuery(applicationChoicesQuery());
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  const chosen = applications.data?.rows.find((application) => application.id === applicationId);
  const sendAll = useCommand(client.fulfillment.sendAllAgain);

  async function sendAllAgain(): Promise<boolean> {
    if (chosen === undefined) return true;
    let sent = 0;
    for (;;) {
      const result = await sendAll.run({ applicationId: chosen.id });
      if (result?.outcome !== 'done') return false;
      sent += result.value.sent;
      if (result.value.left === 0 || result.value.sent === 0) break;
    }
    notifications.show({ message: `${counted(sent, 'task')} of ${chosen.name} sent again.`, color: 'green' });
    return true;
  }

  return (
    <Page
      title="Work in applications"
      subtitle="What was approved and is not done yet: to be done by hand, given up, or still tried."
      fill
      actions={
        chosen !== undefined && rows?.some((row) => row.maySendAgain) === true ? (
          <ConfirmButton
            leftSection={<IconRefresh size={16} aria-hidden />}
            title={`Send all of ${chosen.name} again`}
            confirmLabel="Send all again"
            onConfirm={sendAllAgain}
          >
            Send all again…
          </ConfirmButton>
        ) : undefined
      }
    >
      <Group>
        <SegmentedControl
          aria-label="Which work"
          value={scope}
          onChange={(value) => setScope(value as WorkScope)}
          data={[
            { value: 'attention', label: 'Waits for a person' },
            { value: 'waiting', label: 'Also what is still tried' },
          ]}
        />
        <Select
          aria-label="Application"
          placeholder="All applications"
          clearable
          searchable
          data={(applications.data?.rows ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={applicationId}
          onChange={setApplicationId}
        />
      </Group>
      <DataTable
        label="Work in applications"
        height="fill"
        rowHeight={54}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        onOpenRow={(row) => void navigate({ to: '/requests/$requestId', params: { requestId: row.requestId } })}
        error={query.isError ? messageOfError(query.error) : null}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        noun={['task', 'tasks']}
        empty={
          <EmptyState title="Nothing waits">
            {scope === 'attention'
              ? 'No work in an application that you look after waits for a person.'
              : 'Everything that was approved in applications you look after is done.'}
          </EmptyState>
        }
      />
    </Page>
  );
}
