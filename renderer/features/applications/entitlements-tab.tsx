/** What can be requested in an application. */
import { Button, Group, Switch, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ApplicationDetail, EntitlementRow } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { spanOfMinutes } from '#renderer/ui/format.ts';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { entitlementsQuery } from './applications.queries.ts';
import { cannotDiscover, cannotDiscoverText } from './discovery-text.ts';
import { EntitlementInstructions } from './entitlement-instructions.tsx';
import { EntitlementReview } from './entitlement-review.tsx';

const shared: readonly DataColumn<EntitlementRow>[] = [
  {
    id: 'name',
    header: 'Entitlement',
    width: 'minmax(180px, 2fr)',
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Group gap={8} wrap="nowrap">
          <Text size="sm" fw={500} truncate>
            {row.name}
          </Text>
          {row.status === 'gone' && (
            <ToneBadge tone="neutral" meaning="The last discovery did not find it any more.">
              Gone
            </ToneBadge>
          )}
        </Group>
        {row.description !== null && (
          <Text size="xs" c="dimmed" truncate title={row.description}>
            {row.description}
          </Text>
        )}
      </div>
    ),
  },
  { id: 'kind', header: 'Kind', width: 110, cell: (row) => row.kind },
  { id: 'resource', header: 'Resource', width: 'minmax(90px, 1fr)', cell: (row) => row.resource ?? '' },
  { id: 'risk', header: 'Risk', width: 104, cell: (row) => <RiskBadge risk={row.risk} /> },
  {
    id: 'longest',
    header: 'At most',
    width: 96,
    cell: (row) => (row.maximumDurationMinutes === null ? 'No limit' : spanOfMinutes(row.maximumDurationMinutes)),
  },
  { id: 'holders', header: 'Holders', width: 70, align: 'end', cell: (row) => row.holders.toLocaleString('en') },
  {
    id: 'ask',
    header: 'Ask for it',
    hideHeader: true,
    width: 84,
    align: 'end',
    cell: (row) =>
      row.status === 'active' ? (
        <ButtonLink
          to="/requests/new"
          search={{ entitlement: row.id }}
          size="compact-xs"
          variant="default"
          aria-label={`Request ${row.name}`}
        >
          Request
        </ButtonLink>
      ) : null,
  },
];

function reviewColumn(open: (row: EntitlementRow) => void): DataColumn<EntitlementRow> {
  return {
    id: 'review',
    header: 'Review',
    width: 124,
    cell: (row) => (
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Change the review of ${row.name}`}
        onClick={(event) => {
          event.stopPropagation();
          open(row);
        }}
      >
        {row.ownReview ? 'Of its own' : 'As application'}
      </Button>
    ),
  };
}

function instructionsColumn(open: (row: EntitlementRow) => void): DataColumn<EntitlementRow> {
  return {
    id: 'instructions',
    header: 'By hand',
    width: 124,
    cell: (row) => (
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Change the instructions for ${row.name}`}
        onClick={(event) => {
          event.stopPropagation();
          open(row);
        }}
      >
        {row.instructions === null ? 'As application' : 'Of its own'}
      </Button>
    ),
  };
}

export function EntitlementsTab({ application }: { readonly application: ApplicationDetail }) {
  const [search, setSearch] = useState('');
  const [withGone, setWithGone] = useState(false);
  const query = useInfiniteQuery(entitlementsQuery(application.id, search, withGone));
  const [reviewed, setReviewed] = useState<EntitlementRow | null>(null);
  const [instructed, setInstructed] = useState<EntitlementRow | null>(null);
  const byHand = application.fulfillment === 'manual';
  const columns = useMemo(
    () =>
      application.mayManage
        ? [...shared, reviewColumn(setReviewed), ...(byHand ? [instructionsColumn(setInstructed)] : [])]
        : shared,
    [application.mayManage, byHand],
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  return (
    <>
      {reviewed !== null && <EntitlementReview entitlement={reviewed} onClose={() => setReviewed(null)} />}
      {instructed !== null && (
        <EntitlementInstructions
          entitlement={instructed}
          ofApplication={application.delivery.instructions}
          onClose={() => setInstructed(null)}
        />
      )}
      <Group justify="space-between">
        <SearchInput label="Search entitlements" value={search} onChange={setSearch} />
        <Switch
          label="Also what is gone"
          checked={withGone}
          onChange={(event) => setWithGone(event.currentTarget.checked)}
        />
      </Group>
      <DataTable
        label={`Entitlements of ${application.name}`}
        height="fill"
        rowHeight={50}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        error={query.isError ? messageOfError(query.error) : null}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        noun={['entitlement', 'entitlements']}
        empty={
          search === '' ? (
            <EmptyState title="No entitlements yet">
              {application.connectionSettings === null
                ? 'Set up the connection and discover them, or import a file in the directory.'
                : cannotDiscover(application)
                  ? cannotDiscoverText
                  : 'Discover them with “Discover now”, or import a file in the directory.'}
            </EmptyState>
          ) : (
            <EmptyState title="No entitlement matches">Search for a part of its name or description.</EmptyState>
          )
        }
      />
    </>
  );
}
