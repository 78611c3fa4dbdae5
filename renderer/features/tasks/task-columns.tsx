/** The columns of the queue. Details are beside it, so the rows stay short. */
import { Checkbox, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReviewTaskId, TaskRow } from '#core/contract/index.ts';
import { ActionTag } from '#renderer/ui/action-tag.tsx';
import type { DataColumn } from '#renderer/ui/data-table.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';

const what: DataColumn<TaskRow> = {
  id: 'what',
  header: 'What',
  width: 'minmax(150px, 1.6fr)',
  cell: (row) => (
    <div style={{ minWidth: 0 }}>
      <Group gap={7} wrap="nowrap">
        <ActionTag action={row.item.action} />
        <Text size="sm" fw={550} truncate title={row.item.entitlement.name}>
          {row.item.entitlement.name}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {row.item.plan.conflicts.length > 0 && (
          <IconAlertTriangle
            size={13}
            style={{ verticalAlign: -2, marginInlineEnd: 4 }}
            aria-label="Conflict of duties"
            role="img"
          />
        )}
        {row.item.application.name}
        {row.item.serviceAccount !== null && ` (${row.item.serviceAccount})`}
        {row.item.action === 'GRANT' && (
          <>
            , <TermText term={row.item.term} />
          </>
        )}
      </Text>
    </div>
  ),
};

const forWhom: DataColumn<TaskRow> = {
  id: 'for',
  header: 'For',
  width: 'minmax(104px, 1fr)',
  cell: (row) => <PersonLabel person={row.beneficiary} detail="job" withAvatar={false} />,
};

const risk: DataColumn<TaskRow> = {
  id: 'risk',
  header: 'Risk',
  width: 96,
  cell: (row) => <RiskBadge risk={row.item.entitlement.risk} />,
};

const level: DataColumn<TaskRow> = {
  id: 'level',
  header: 'Level',
  width: 60,
  cell: (row) => (
    <Text size="sm" c="dimmed">
      {row.levels > 1 ? `${row.level} of ${row.levels}` : row.level}
    </Text>
  ),
};

export const openTaskColumns: readonly DataColumn<TaskRow>[] = [
  what,
  forWhom,
  risk,
  level,
  {
    id: 'since',
    header: 'Waiting since',
    width: 100,
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Text size="sm" c="dimmed" truncate>
          <TimeText at={row.openedAt} />
        </Text>
        {row.decideBy !== null && (
          <Text size="xs" c="dimmed" truncate>
            expires <TimeText at={row.decideBy} />
          </Text>
        )}
      </div>
    ),
  },
];

export const completedTaskColumns: readonly DataColumn<TaskRow>[] = [
  what,
  forWhom,
  { id: 'state', header: 'Outcome', width: 108, cell: (row) => <StateBadge kind="task" state={row.state} /> },
  {
    id: 'ended',
    header: 'Ended',
    width: 100,
    cell: (row) => (
      <Text size="sm" c="dimmed" truncate>
        {row.endedAt !== null && <TimeText at={row.endedAt} />}
      </Text>
    ),
  },
];

/** The queue while many are chosen: each row says whether it is among them. */
export function chosenColumns(
  excluded: ReadonlySet<ReviewTaskId>,
  toggle: (id: ReviewTaskId) => void,
): readonly DataColumn<TaskRow>[] {
  return [
    {
      id: 'chosen',
      header: 'Chosen',
      hideHeader: true,
      width: 22,
      cell: (row) => (
        <Checkbox
          size="xs"
          tabIndex={-1}
          aria-label={`Chosen: ${row.item.entitlement.name} for ${row.beneficiary.fullName}`}
          checked={!excluded.has(row.id)}
          onClick={(event) => event.stopPropagation()}
          onChange={() => toggle(row.id)}
        />
      ),
    },
    ...openTaskColumns,
  ];
}
