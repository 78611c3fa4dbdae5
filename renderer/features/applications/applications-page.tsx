/** All applications that access can be requested to, with how they are reviewed, fulfilled and connected. */
import { Button, Text } from '@mantine/core';
import { IconApps, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ApplicationRow } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { useOperator } from '#renderer/data/session.ts';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { AddApplication } from './add-application.tsx';
import { applicationsQuery } from './applications.queries.ts';
import { ConnectionBadge } from './connection-badge.tsx';
import { approvalWords, fulfillmentWords } from './connection-state.ts';

const columns: readonly DataColumn<ApplicationRow>[] = [
  {
    id: 'name',
    header: 'Application',
    width: 'minmax(170px, 2fr)',
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={500} truncate>
          {row.name}
        </Text>
        {row.description !== null && (
          <Text size="xs" c="dimmed" truncate title={row.description}>
            {row.description}
          </Text>
        )}
      </div>
    ),
  },
  {
    id: 'owner',
    header: 'Primary owner',
    width: 'minmax(130px, 1.2fr)',
    cell: (row) =>
      row.primaryOwner === null ? (
        <Text size="sm" c="dimmed">
          No owner
        </Text>
      ) : (
        <PersonLabel person={row.primaryOwner} />
      ),
  },
  { id: 'approval', header: 'Approval', width: 112, cell: (row) => approvalWords[row.approval] },
  { id: 'fulfillment', header: 'Fulfillment', width: 96, cell: (row) => fulfillmentWords[row.fulfillment] },
  {
    id: 'connection',
    header: 'Connection',
    width: 136,
    cell: (row) => <ConnectionBadge connection={row.connection} />,
  },
  {
    id: 'entitlements',
    header: 'Entitlements',
    width: 84,
    align: 'end',
    cell: (row) => row.entitlements.toLocaleString('en'),
  },
  { id: 'accounts', header: 'Accounts', width: 70, align: 'end', cell: (row) => row.accounts.toLocaleString('en') },
  { id: 'discovered', header: 'Last discovery', width: 132, cell: (row) => <LastDiscovery row={row} /> },
];

export function ApplicationsPage() {
  const operator = useOperator();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [isAdding, setIsAdding] = useState(false);
  const applications = useQuery(applicationsQuery(search));
  const mayAdd = operator.roles.includes('administrator');
  const addButton = mayAdd ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setIsAdding(true)}>
      Add application
    </Button>
  ) : undefined;

  return (
    <Page title="Applications" subtitle="The systems people can get access to." fill actions={addButton}>
      <SearchInput label="Search applications" value={search} onChange={setSearch} />
      <DataTable
        label="Applications"
        height="fill"
        rowHeight={52}
        columns={columns}
        rows={applications.data?.rows}
        rowId={(row) => row.id}
        onOpenRow={(row) => void navigate({ to: '/applications/$applicationId', params: { applicationId: row.id } })}
        error={applications.isError ? messageOfError(applications.error) : null}
        onRetry={() => void applications.refetch()}
        noun={['application', 'applications']}
        empty={
          search !== '' ? (
            <EmptyState title="No application matches">Search for a part of its name or description.</EmptyState>
          ) : (
            <EmptyState icon={<IconApps size={22} />} title="No applications yet" action={addButton}>
              {mayAdd
                ? 'Add the first one and connect it, or import a list from the directory.'
                : 'An administrator adds them; then you can ask for access here.'}
            </EmptyState>
          )
        }
      />
      {isAdding && <AddApplication onClose={() => setIsAdding(false)} />}
    </Page>
  );
}

function LastDiscovery({ row }: { readonly row: ApplicationRow }) {
  const run = row.lastDiscovery;
  if (run === null) {
    return (
      <Text size="sm" c="dimmed">
        Never
      </Text>
    );
  }
  if (run.state === 'running') return <ToneBadge tone="active">Running</ToneBadge>;
  if (run.state === 'held')
    return (
      <ToneBadge tone="waiting" meaning="So much would be gone that it asks a person first.">
        Asks
      </ToneBadge>
    );
  if (run.state === 'failed') {
    return (
      <ToneBadge tone="bad" meaning={run.failure ?? 'The discovery failed.'}>
        Failed
      </ToneBadge>
    );
  }
  return <TimeText at={run.endedAt ?? run.startedAt} />;
}
