/** Access requests: everything one asked for or may see, with how far each has come. */
import { Button, Group, SegmentedControl } from '@mantine/core';
import { IconListSearch, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { messageOfError } from '#renderer/data/errors.ts';
import { DataTable } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { rememberList } from './last-list.ts';
import { requestColumns } from './request-columns.tsx';
import { RequestFilters, type ChangeRequests } from './request-filters.tsx';
import { requestListQuery } from './requests.queries.ts';
import { isJumped, isNarrowed, noConditions, type RequestsSearch } from './requests.search.ts';

export function RequestsPage() {
  const filter = useSearch({ from: '/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const router = useRouter();
  const list = useInfiniteQuery(requestListQuery(filter));
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows), [list.data]);
  const counts = list.data?.pages[0]?.counts;
  useEffect(() => rememberList(filter), [filter]);

  const change: ChangeRequests = (next) => {
    // What was typed is reported a little later; whoever has gone on to another screen by then stays there.
    if (router.latestLocation.pathname !== '/requests') return;
    void navigate({ search: { ...filter, ...next } as RequestsSearch, replace: true });
  };

  const narrowed = isNarrowed(filter);
  const jumped = isJumped(filter);
  const counted = list.data?.pages[0]?.matching ?? null;
  const matching = counted ?? (rows === undefined || list.hasNextPage || jumped ? null : rows.length);
  return (
    <Page
      fill
      title="Access requests"
      subtitle="Every request keeps its place here, whatever became of it. Progress counts the actions of all reviewers."
      actions={
        <Button component={Link} to="/requests/new" leftSection={<IconPlus size={16} aria-hidden />}>
          New request
        </Button>
      }
    >
      <Group gap={10} wrap="wrap">
        <SegmentedControl
          size="sm"
          aria-label="Whose requests"
          value={filter.scope}
          onChange={(scope) => change({ scope: scope as RequestsSearch['scope'] })}
          data={[
            { value: 'mine', label: 'Mine' },
            { value: 'visible', label: 'All I may see' },
          ]}
        />
        <SegmentedControl
          size="sm"
          aria-label="State of the requests"
          value={filter.status}
          onChange={(status) => change({ status: status as RequestsSearch['status'], states: undefined })}
          data={[
            { value: 'open', label: withCount('Open', counts?.open) },
            { value: 'completed', label: withCount('Completed', counts?.completed) },
            { value: 'all', label: 'All' },
          ]}
        />
        <SearchInput
          label="Search requests"
          placeholder="Number, person, entitlement…"
          value={filter.search ?? ''}
          onChange={(search) => change({ search: search === '' ? undefined : search })}
          width={260}
        />
      </Group>
      <RequestFilters filter={filter} onChange={change} matching={matching} />
      <DataTable
        label="Access requests"
        height="fill"
        columns={requestColumns}
        rows={rows}
        rowId={(row) => row.id}
        rowHeight={50}
        onOpenRow={(row) => void navigate({ to: '/requests/$requestId', params: { requestId: row.id } })}
        error={list.isError ? messageOfError(list.error) : null}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        isLoadingMore={list.isFetchingNextPage}
        onLoadMore={() => void list.fetchNextPage()}
        noun={['request', 'requests']}
        total={jumped || counted === null ? undefined : counted}
        empty={<NothingHere filter={filter} narrowed={narrowed} jumped={jumped} onClear={() => change(noConditions)} />}
      />
    </Page>
  );
}

interface NothingHereProps {
  readonly filter: RequestsSearch;
  readonly narrowed: boolean;
  readonly jumped: boolean;
  readonly onClear: () => void;
}

function NothingHere({ filter, narrowed, jumped, onClear }: NothingHereProps) {
  if (narrowed || jumped) {
    return (
      <EmptyState
        icon={<IconListSearch size={22} />}
        title={jumped ? 'No request from there on' : 'No request matches'}
        action={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        {jumped
          ? 'The list begins at the number or the day that is given above, in the order that is chosen.'
          : 'The search looks at the number, people’s names and e-mails, entitlements and applications.'}
      </EmptyState>
    );
  }
  const mine = filter.scope === 'mine';
  return (
    <EmptyState
      icon={<IconListSearch size={22} />}
      title={filter.status === 'open' ? 'No open requests' : 'No requests yet'}
      action={
        <Button component={Link} to="/requests/new" leftSection={<IconPlus size={16} aria-hidden />}>
          New request
        </Button>
      }
    >
      {mine
        ? 'What you ask for, and what others ask for you, is listed here. Completed requests stay under Completed.'
        : 'Requests that you may see are listed here as soon as somebody asks for access.'}
    </EmptyState>
  );
}

function withCount(label: string, count: number | undefined): string {
  return count === undefined ? label : `${label} ${count.toLocaleString('en')}`;
}
