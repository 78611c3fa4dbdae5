/** What a policy would have done to the last requests. */
import { Alert, Pagination, Stack, Table, Text } from '@mantine/core';
import type { DryRun } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';

const wouldWords: Readonly<Record<DryRun['rows'][number]['would'], string>> = {
  autoApprove: 'Approved automatically',
  autoDeny: 'Denied automatically',
  route: 'Sent to its reviewers',
  heldBack: 'Reviewed, because of a conflict of duty',
  other: 'Another policy comes first',
  none: 'Not matched',
};

/** Rows that are asked for at once. */
export const dryRunPage = 20;

/** `page`: from 1. */
export function DryRunResult({
  result,
  page,
  onPage,
}: {
  readonly result: DryRun;
  readonly page: number;
  readonly onPage: (page: number) => void;
}) {
  const matched = result.items - (result.counts.none ?? 0) - (result.counts.other ?? 0);
  return (
    <Alert
      color="blue"
      title={`It would have met ${counted(matched, 'item', 'items')} of ${result.items.toLocaleString('en')}`}
    >
      <Stack gap="xs">
        <Text size="sm">
          Of the last {counted(result.requests, 'request', 'requests')}: {result.differing.toLocaleString('en')} would
          have gone another way than they did; {(result.counts.other ?? 0).toLocaleString('en')} belong to a policy
          before it.
        </Text>
        {result.rows.length > 0 && (
          <Table aria-label="What it would have done" fz="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Request</Table.Th>
                <Table.Th>For</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>It was</Table.Th>
                <Table.Th>It would have been</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {result.rows.map((row) => (
                <Table.Tr key={row.itemId}>
                  <Table.Td>{row.number}</Table.Td>
                  <Table.Td>{row.beneficiary}</Table.Td>
                  <Table.Td>
                    {row.entitlement}, {row.application}
                  </Table.Td>
                  <Table.Td>{row.happened.by === 'review' ? 'Reviewed' : 'Automatic'}</Table.Td>
                  <Table.Td>
                    {row.differs ? <strong>{wouldWords[row.would]}</strong> : 'The same'}
                    {row.would === 'route' && (
                      <Text size="xs" c="dimmed">
                        {reviewersOf(row.levels)}
                      </Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {result.matching > dryRunPage && (
          <Pagination
            size="sm"
            total={Math.ceil(result.matching / dryRunPage)}
            value={page}
            onChange={onPage}
            aria-label="Pages of what it would have done"
          />
        )}
      </Stack>
    </Alert>
  );
}

/** `Ana; then 2 of Ben, Cleo`. */
function reviewersOf(levels: DryRun['rows'][number]['levels']): string {
  if (levels === null) return 'Nobody may review it, so it could not be asked for.';
  return levels
    .map(({ people, needed }) =>
      people.length === 1 ? people.join('') : `${needed === 1 ? 'one' : needed} of ${people.join(', ')}`,
    )
    .join('; then ');
}
