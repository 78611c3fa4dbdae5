/** Everybody in the organisation: searched, filtered, and scrolled through however many there are. */
import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconUpload, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { EmployeeRow } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { useOperator } from '#renderer/data/session.ts';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { counted } from '#renderer/ui/format.ts';
import { Page } from '#renderer/ui/page.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { employeesQuery, type StatusFilter } from './directory.queries.ts';
import { ImportDialog } from './import-dialog.tsx';
import { roleWords } from './role-words.ts';

const columns: readonly DataColumn<EmployeeRow>[] = [
  {
    id: 'name',
    header: 'Employee',
    width: 'minmax(200px, 1.6fr)',
    cell: (row) => <PersonLabel person={row} detail="email" />,
  },
  { id: 'title', header: 'Title', width: 'minmax(130px, 1.1fr)', cell: (row) => row.jobTitle ?? '' },
  { id: 'department', header: 'Department', width: 'minmax(110px, 1fr)', cell: (row) => row.department ?? '' },
  {
    id: 'manager',
    header: 'Manager',
    width: 'minmax(130px, 1fr)',
    cell: (row) =>
      row.manager === null ? (
        <Text size="sm" c="dimmed">
          None
        </Text>
      ) : (
        <PersonLabel person={row.manager} withAvatar={false} />
      ),
  },
  {
    id: 'roles',
    header: 'Roles',
    width: 210,
    cell: (row) => (
      <Group gap={6} wrap="nowrap">
        {row.roles.map((role) => (
          <ToneBadge key={role} tone="active" withDot={false}>
            {roleWords[role].label}
          </ToneBadge>
        ))}
      </Group>
    ),
  },
];

const statusChoices = [
  { value: 'active', label: 'Working here' },
  { value: 'left', label: 'Left' },
  { value: 'all', label: 'All' },
] as const;

export function DirectoryPage() {
  const operator = useOperator();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<StatusFilter>('active');
  const [isImporting, setIsImporting] = useState(false);
  const query = useInfiniteQuery(employeesQuery(search, status));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  const total = query.data?.pages.at(-1)?.total;
  const mayImport = operator.roles.includes('administrator');
  const importButton = mayImport ? (
    <Button variant="default" leftSection={<IconUpload size={16} aria-hidden />} onClick={() => setIsImporting(true)}>
      Import
    </Button>
  ) : undefined;

  return (
    <Page title="Directory" subtitle="The people of the organisation." fill actions={importButton}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <SearchInput
            label="Search employees"
            placeholder="Name, e-mail, title, department"
            value={search}
            onChange={setSearch}
            width={320}
          />
          <SegmentedControl aria-label="Status" data={[...statusChoices]} value={status} onChange={setStatus} />
        </Group>
        <Text size="sm" c="dimmed" component="output">
          {total === undefined ? '' : counted(total, 'person', 'people')}
        </Text>
      </Group>
      <DataTable
        label="Employees"
        height="fill"
        rowHeight={50}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        onOpenRow={(row) => void navigate({ to: '/directory/$employeeId', params: { employeeId: row.id } })}
        error={query.isError ? messageOfError(query.error) : null}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        total={total}
        noun={['person', 'people']}
        empty={
          search !== '' || status === 'left' ? (
            <EmptyState title="Nobody matches">
              {search === ''
                ? 'Nobody in the directory has left.'
                : 'Search for a part of a name, e-mail, title or department.'}
            </EmptyState>
          ) : (
            <EmptyState icon={<IconUsers size={22} />} title="Nobody is in the directory yet" action={importButton}>
              {mayImport ? 'Import your employees from a CSV file.' : 'An administrator can import the employees.'}
            </EmptyState>
          )
        }
      />
      {isImporting && <ImportDialog onClose={() => setIsImporting(false)} />}
    </Page>
  );
}
