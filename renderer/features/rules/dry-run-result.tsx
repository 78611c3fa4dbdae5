/** What a policy would have done to the last requests. */
import { Alert, Stack, Table, Text } from '@mantine/core';
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

export function DryRunResult({ result }: { readonly result: DryRun }) {
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
              {result.rows.slice(0, 20).map((row) => (
                <Table.Tr key={row.itemId}>
                  <Table.Td>{row.number}</Table.Td>
                  <Table.Td>{row.beneficiary}</Table.Td>
                  <Table.Td>
                    {row.entitlement}, {row.application}
                  </Table.Td>
                  <Table.Td>{row.happened.by === 'review' ? 'Reviewed' : 'Automatic'}</Table.Td>
                  <Table.Td>{row.differs ? <strong>{wouldWords[row.would]}</strong> : 'The same'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Alert>
  );
}
