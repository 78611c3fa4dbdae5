/** The columns of the list of requests. */
import { Group, Text } from '@mantine/core';
import type { RequestRow } from '#core/contract/index.ts';
import { ActionTag } from '#renderer/ui/action-tag.tsx';
import type { DataColumn } from '#renderer/ui/data-table.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { ProgressMeter } from '#renderer/ui/progress-meter.tsx';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';

export const requestColumns: readonly DataColumn<RequestRow>[] = [
  {
    id: 'number',
    header: 'Number',
    width: 66,
    cell: (row) => (
      <Text size="sm" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
        #{row.number}
      </Text>
    ),
  },
  {
    id: 'what',
    header: 'What',
    width: 'minmax(210px, 2.6fr)',
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Group gap={7} wrap="nowrap">
          <ActionTag action={row.firstItem.action} />
          <Text size="sm" fw={550} truncate title={row.firstItem.entitlement}>
            {row.firstItem.entitlement}
          </Text>
          {row.itemCount > 1 && (
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              and {row.itemCount - 1} more
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" truncate>
          {row.firstItem.application}
          {row.firstItem.action === 'GRANT' && (
            <>
              , <TermText term={row.firstItem.term} />
            </>
          )}
        </Text>
      </div>
    ),
  },
  {
    id: 'for',
    header: 'For',
    width: 'minmax(110px, 1.2fr)',
    cell: (row) => <Beneficiaries row={row} />,
  },
  {
    id: 'requester',
    header: 'Asked by',
    width: 'minmax(90px, 1fr)',
    cell: (row) => (
      <Text size="sm" truncate title={row.requester.workEmail}>
        {row.requester.fullName}
      </Text>
    ),
  },
  {
    id: 'submitted',
    header: 'Asked',
    width: 96,
    cell: (row) => (
      <Text size="sm" c="dimmed" truncate>
        <TimeText at={row.submittedAt} />
      </Text>
    ),
  },
  {
    id: 'progress',
    header: 'Progress',
    width: 140,
    cell: (row) => <ProgressMeter progress={row.progress} scope="everyone" />,
  },
  { id: 'state', header: 'State', width: 160, cell: (row) => <StateBadge kind="request" state={row.state} /> },
];

function Beneficiaries({ row }: { readonly row: RequestRow }) {
  const [first] = row.beneficiaries;
  if (first === undefined) return null;
  if (row.beneficiaryCount === 1) return <PersonLabel person={first} withAvatar={false} />;
  const names = row.beneficiaries.map((person) => person.fullName).join(', ');
  return (
    <Text size="sm" truncate title={names}>
      {first.fullName}{' '}
      <Text span size="xs" c="dimmed">
        and {row.beneficiaryCount - 1} more
      </Text>
    </Text>
  );
}
