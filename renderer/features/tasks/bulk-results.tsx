/** What came of each task of a decision over many. */
import { Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { BulkResult, BulkView } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ActionTag } from '#renderer/ui/action-tag.tsx';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { resultWords } from './bulk-words.ts';
import { bulkResultsQuery } from './tasks.queries.ts';

const columnsOf = (done: string): readonly DataColumn<BulkResult>[] => [
  {
    id: 'request',
    header: 'Request',
    width: 80,
    cell: (row) => (
      <TextLink to="/requests/$requestId" params={{ requestId: row.requestId }} size="sm">
        #{row.requestNumber}
      </TextLink>
    ),
  },
  {
    id: 'what',
    header: 'What',
    width: 'minmax(180px, 1.2fr)',
    cell: (row) => (
      <Text size="sm" truncate title={`${row.entitlement} in ${row.application}`}>
        <ActionTag action={row.action} /> {row.entitlement} in {row.application}
      </Text>
    ),
  },
  {
    id: 'for',
    header: 'For',
    width: 'minmax(110px, 0.7fr)',
    cell: (row) => (
      <Text size="sm" truncate>
        {row.beneficiary.fullName}
      </Text>
    ),
  },
  {
    id: 'result',
    header: 'Result',
    width: 'minmax(150px, 1.3fr)',
    cell: (row) => (
      <Text size="sm" truncate title={row.message ?? undefined}>
        {row.outcome === 'done' ? done : (row.message ?? 'Refused')}
      </Text>
    ),
  },
];

export function BulkResults({ bulk, onClose }: { readonly bulk: BulkView; readonly onClose: () => void }) {
  const [outcome, setOutcome] = useState<'all' | 'done' | 'refused'>(bulk.refused > 0 ? 'refused' : 'all');
  const list = useInfiniteQuery(bulkResultsQuery(bulk.id, outcome));
  const columns = useMemo(() => columnsOf(resultWords(bulk)), [bulk]);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows), [list.data]);
  return (
    <Modal opened onClose={onClose} title="What came of each task" size={860} centered>
      <Stack gap="sm">
        <SegmentedControl
          aria-label="Which results"
          value={outcome}
          onChange={(next) => setOutcome(next as typeof outcome)}
          data={[
            { value: 'all', label: `All ${(bulk.decided + bulk.refused).toLocaleString('en')}` },
            { value: 'done', label: `${resultWords(bulk)} ${bulk.decided.toLocaleString('en')}` },
            { value: 'refused', label: `Refused ${bulk.refused.toLocaleString('en')}` },
          ]}
        />
        <DataTable
          label="Results"
          columns={columns}
          rows={rows}
          rowId={(row) => row.taskId}
          rowHeight={40}
          maxHeight={420}
          error={list.isError ? messageOfError(list.error) : null}
          onRetry={() => void list.refetch()}
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          onLoadMore={() => void list.fetchNextPage()}
          noun={['result', 'results']}
          empty={
            <Text size="sm" c="dimmed" p="md">
              Nothing here.
            </Text>
          }
        />
      </Stack>
    </Modal>
  );
}
