/** What a person holds or held, where it comes from and until when. */
import { Anchor, SegmentedControl, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { GrantRow } from '#core/contract/index.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import type { EmployeeDetail } from './directory.queries.ts';
import classes from './directory.module.css';

const originWords: Readonly<Record<GrantRow['origin'], string>> = {
  request: 'Requested',
  discovery: 'Discovered',
  import: 'Imported',
};

const common: readonly DataColumn<GrantRow>[] = [
  {
    id: 'entitlement',
    header: 'Access',
    width: 'minmax(150px, 2fr)',
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={500} truncate title={row.entitlement.name}>
          {row.entitlement.name}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {row.application.name} · {row.entitlement.kind} · {row.account.username}
        </Text>
      </div>
    ),
  },
  { id: 'risk', header: 'Risk', width: 98, cell: (row) => <RiskBadge risk={row.entitlement.risk} /> },
  { id: 'origin', header: 'Comes from', width: 100, cell: (row) => <Origin grant={row} /> },
];

const activeColumns = (employee: EmployeeDetail): readonly DataColumn<GrantRow>[] => [
  ...common,
  {
    id: 'ends',
    header: 'Ends',
    width: 96,
    cell: (row) =>
      row.expiresAt === null ? (
        <Text size="sm" c="dimmed">
          Permanent
        </Text>
      ) : (
        <TimeText at={row.expiresAt} />
      ),
  },
  {
    id: 'remove',
    header: 'Ask for its removal',
    hideHeader: true,
    width: 76,
    align: 'end',
    cell: (row) =>
      employee.status === 'active' ? (
        <ButtonLink
          to="/requests/new"
          search={{ beneficiary: employee.id, entitlement: row.entitlement.id, action: 'REVOKE' }}
          size="compact-xs"
          variant="default"
          aria-label={`Ask for the removal of ${row.entitlement.name}`}
        >
          Remove…
        </ButtonLink>
      ) : null,
  },
];

const endedColumns: readonly DataColumn<GrantRow>[] = [
  ...common,
  { id: 'granted', header: 'Granted', width: 96, cell: (row) => <TimeText at={row.grantedAt} /> },
  {
    id: 'ended',
    header: 'Ended',
    width: 96,
    cell: (row) => (row.endedAt === null ? null : <TimeText at={row.endedAt} />),
  },
];

export function HeldGrants({ employee }: { readonly employee: EmployeeDetail }) {
  const [shown, setShown] = useState<GrantRow['status']>('active');
  const active = useMemo(() => employee.grants.filter((grant) => grant.status === 'active'), [employee.grants]);
  const ended = useMemo(() => employee.grants.filter((grant) => grant.status === 'ended'), [employee.grants]);
  const columns = useMemo(() => (shown === 'active' ? activeColumns(employee) : endedColumns), [shown, employee]);
  return (
    <section aria-labelledby="held-title" style={{ minWidth: 0 }}>
      <Group justify="space-between" mb="sm">
        <h2 id="held-title" className={classes.cardTitle} style={{ margin: 0 }}>
          Access
        </h2>
        <SegmentedControl
          aria-label="Held now or held before"
          size="xs"
          data={[
            { value: 'active', label: `Held now (${active.length})` },
            { value: 'ended', label: `Held before (${ended.length})` },
          ]}
          value={shown}
          onChange={(value) => setShown(value === 'ended' ? 'ended' : 'active')}
        />
      </Group>
      <DataTable
        key={shown}
        label={shown === 'active' ? 'Access held now' : 'Access held before'}
        maxHeight={620}
        rowHeight={50}
        columns={columns}
        rows={shown === 'active' ? active : ended}
        rowId={(row) => row.id}
        noun={['grant', 'grants']}
        empty={
          shown === 'active' ? (
            <EmptyState title="No access is shown">
              Either nothing is held, or you may not see what this person holds.
            </EmptyState>
          ) : (
            <EmptyState title="Nothing ended yet">What was held and is gone stays listed here.</EmptyState>
          )
        }
      />
    </section>
  );
}

function Origin({ grant }: { readonly grant: GrantRow }) {
  const { requestId } = grant;
  if (requestId === null) return originWords[grant.origin];
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => <Link {...props} to="/requests/$requestId" params={{ requestId }} />}
      aria-label={`The request for ${grant.entitlement.name}`}
    >
      A request
    </Anchor>
  );
}
