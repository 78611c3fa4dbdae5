/** The logins inside an application, and the people they belong to. */
import { Anchor, Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ApplicationDetail, Person } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { accountsQuery, type AccountRow } from './applications.queries.ts';
import { accountStatusWords } from './connection-state.ts';
import { LinkAccount } from './link-account.tsx';

const columns: readonly DataColumn<AccountRow>[] = [
  {
    id: 'username',
    header: 'Account',
    width: 'minmax(160px, 1.4fr)',
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={500} truncate>
          {row.username}
        </Text>
        {row.displayName !== null && (
          <Text size="xs" c="dimmed" truncate>
            {row.displayName}
          </Text>
        )}
      </div>
    ),
  },
  { id: 'email', header: 'E-mail', width: 'minmax(140px, 1.2fr)', cell: (row) => row.email ?? '' },
  {
    id: 'employee',
    header: 'Belongs to',
    width: 'minmax(140px, 1.2fr)',
    cell: (row) =>
      row.employee === null ? (
        <ToneBadge tone="waiting" meaning="No employee has this account’s e-mail. It may be a service’s account.">
          Nobody known
        </ToneBadge>
      ) : (
        <EmployeeLink employee={row.employee} />
      ),
  },
  {
    id: 'status',
    header: 'Status',
    width: 110,
    cell: (row) => {
      const words = accountStatusWords[row.status];
      return (
        <ToneBadge tone={words.tone} meaning={words.meaning}>
          {words.label}
        </ToneBadge>
      );
    },
  },
  { id: 'grants', header: 'Grants', width: 74, align: 'end', cell: (row) => row.grants.toLocaleString('en') },
];

function EmployeeLink({ employee }: { readonly employee: Person }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => <Link {...props} to="/directory/$employeeId" params={{ employeeId: employee.id }} />}
    >
      {employee.fullName}
    </Anchor>
  );
}

function linkColumn(open: (row: AccountRow) => void): DataColumn<AccountRow> {
  return {
    id: 'link',
    header: 'Link to a person',
    hideHeader: true,
    width: 84,
    align: 'end',
    cell: (row) => (
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Link ${row.username} to a person`}
        onClick={(event) => {
          event.stopPropagation();
          open(row);
        }}
      >
        Link…
      </Button>
    ),
  };
}

export function AccountsTab({ application }: { readonly application: ApplicationDetail }) {
  const [search, setSearch] = useState('');
  const query = useInfiniteQuery(accountsQuery(application.id, search));
  const [linking, setLinking] = useState<AccountRow | null>(null);
  const shown = useMemo(
    () => (application.mayManage ? [...columns, linkColumn(setLinking)] : columns),
    [application.mayManage],
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  return (
    <>
      {linking !== null && (
        <LinkAccount account={linking} employee={linking.employee} onClose={() => setLinking(null)} />
      )}
      <SearchInput label="Search accounts" value={search} onChange={setSearch} />
      <DataTable
        label={`Accounts in ${application.name}`}
        height="fill"
        rowHeight={50}
        columns={shown}
        rows={rows}
        rowId={(row) => row.id}
        error={query.isError ? messageOfError(query.error) : null}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        total={search === '' ? application.accounts : undefined}
        noun={['account', 'accounts']}
        empty={
          search === '' ? (
            <EmptyState title="No accounts yet">
              They appear after a discovery, an import, or when Gatehouse creates one for an approved request.
            </EmptyState>
          ) : (
            <EmptyState title="No account matches">Search for a user name, a person or an e-mail.</EmptyState>
          )
        }
      />
    </>
  );
}
