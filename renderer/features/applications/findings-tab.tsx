/** What discoveries found that does not agree with what was decided, each with what a person can do about it. */
import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ApplicationDetail, FindingRow } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { findingsQuery } from './applications.queries.ts';
import { LinkAccount } from './link-account.tsx';
import { actionWords, findingStateWords, findingText } from './finding-text.ts';

const columns: readonly DataColumn<FindingRow>[] = [
  {
    id: 'found',
    header: 'Found',
    width: 'minmax(260px, 3fr)',
    cell: (row) => (
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={500} truncate>
          {findingText(row).title}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {row.problem ?? findingText(row).detail}
        </Text>
      </div>
    ),
  },
  { id: 'since', header: 'First seen', width: 130, cell: (row) => <TimeText at={row.firstSeenAt} /> },
  {
    id: 'state',
    header: 'State',
    width: 120,
    cell: (row) => {
      const words = findingStateWords(row);
      return (
        <ToneBadge tone={words.tone} meaning={words.meaning}>
          {words.label}
        </ToneBadge>
      );
    },
  },
  { id: 'action', header: 'What to do', width: 190, cell: (row) => <Decide finding={row} /> },
];

/** What is asked once more: it changes the account itself, and a deletion cannot be taken back. */
type Grave = 'disableAccount' | 'deleteAccount';
const graveWords: Readonly<
  Record<Grave, { readonly title: string; readonly message: string; readonly label: string }>
> = {
  disableAccount: {
    title: 'Disable this account?',
    message: 'Nobody can sign in with it until it is enabled again in the application. It keeps what it holds.',
    label: 'Disable the account',
  },
  deleteAccount: {
    title: 'Delete this account?',
    message: 'It is deleted in the application, with everything that belongs to it there. This cannot be taken back.',
    label: 'Delete the account',
  },
};

function Decide({ finding }: { readonly finding: FindingRow }) {
  const [grave, setGrave] = useState<Grave | null>(null);
  const [linking, setLinking] = useState(false);
  const decide = useCommand(client.applications.decideFinding, {
    report: grave === null ? 'notification' : 'inline',
    onDone: () => setGrave(null),
  });
  if (finding.actions.length === 0) return null;
  const { accountId } = finding;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          loading={decide.isPending}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {actionWords[finding.proposedAction]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(finding.kind === 'orphanAccount' || finding.kind === 'ownerMissing') && accountId !== null && (
          <Menu.Item onClick={() => setLinking(true)}>
            {finding.kind === 'orphanAccount' ? 'Link to a person…' : 'Name its owner…'}
          </Menu.Item>
        )}
        {finding.actions.map((action) => (
          <Menu.Item
            key={action}
            onClick={() => {
              if (action === 'disableAccount' || action === 'deleteAccount') setGrave(action);
              else void decide.run({ findingId: finding.id, action, note: null });
            }}
          >
            {actionWords[action]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
      {linking && accountId !== null && (
        <LinkAccount
          account={{ id: accountId, username: finding.account }}
          employee={finding.employee}
          isService={finding.kind === 'ownerMissing'}
          onClose={() => setLinking(false)}
        />
      )}
      {grave !== null && (
        <ConfirmDialog
          opened
          danger
          title={graveWords[grave].title}
          message={`${finding.account}: ${graveWords[grave].message}`}
          confirmLabel={graveWords[grave].label}
          reason={grave === 'deleteAccount' ? 'required' : 'optional'}
          reasonLabel="Why"
          problem={decide.refusal?.message ?? decide.problem}
          pending={decide.isPending}
          onClose={() => setGrave(null)}
          onConfirm={(note) =>
            void decide.run({ findingId: finding.id, action: grave, note: note === '' ? null : note })
          }
        />
      )}
    </Menu>
  );
}

export function FindingsTab({ application }: { readonly application: ApplicationDetail }) {
  const query = useInfiniteQuery(findingsQuery(application.id));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows), [query.data]);
  return (
    <DataTable
      label={`Findings in ${application.name}`}
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
      noun={['finding', 'findings']}
      empty={
        <EmptyState title="Nothing found">
          After each discovery, what the application holds is compared with what was decided here. What differs is
          listed until somebody decides, or until it agrees again. Nothing is reversed by itself.
        </EmptyState>
      }
    />
  );
}
