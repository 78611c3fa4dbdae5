/** What the people of the request hold now, to pick what shall be removed. Nothing is removed unless it is picked here. */
import { Checkbox, ScrollArea, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { GrantRow, Person } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { lineKey, type Draft, type DraftEntitlement } from './draft.ts';
import { heldAccessQuery } from './new-request.queries.ts';
import classes from './new-request.module.css';

export interface HeldAccessProps {
  readonly draft: Draft;
  /** `serviceAccount`: through which the person holds it; null: their own account. */
  readonly onRevoke: (person: Person, entitlement: DraftEntitlement, serviceAccount: string | null) => void;
  /** Takes the wish to remove back, by the line's key. */
  readonly onKeep: (key: string) => void;
}

export function HeldAccess({ draft, onRevoke, onKeep }: HeldAccessProps) {
  const [chosenId, setChosenId] = useState<string | null>(null);
  const person = draft.people.find((candidate) => candidate.id === chosenId) ?? draft.people[0];
  if (person === undefined) {
    return <EmptyState title="Nobody is chosen">Add people above to see what they hold.</EmptyState>;
  }
  return (
    <Stack gap="xs">
      {draft.people.length > 1 && (
        <Select
          label="Held by"
          data={draft.people.map((candidate) => ({ value: candidate.id as string, label: candidate.fullName }))}
          value={person.id as string}
          onChange={setChosenId}
          allowDeselect={false}
          searchable
        />
      )}
      <HeldBy key={person.id} person={person} draft={draft} onRevoke={onRevoke} onKeep={onKeep} />
    </Stack>
  );
}

function HeldBy({ person, draft, onRevoke, onKeep }: HeldAccessProps & { readonly person: Person }) {
  const held = useQuery(heldAccessQuery(person.id));
  const [search, setSearch] = useState('');
  if (held.isPending) {
    return (
      <Stack gap="xs" aria-busy aria-label="Loading what is held">
        {Array.from({ length: 4 }, (_, index) => (
          <Skeleton key={index} height={44} />
        ))}
      </Stack>
    );
  }
  if (held.isError) return <ErrorState message={messageOfError(held.error)} onRetry={() => void held.refetch()} />;

  const grants = activeGrants(held.data.grants);
  if (grants.length === 0) {
    return (
      <EmptyState title={`No access of ${person.fullName} is shown`}>
        Either nothing is held, or you may not see what this person holds.
      </EmptyState>
    );
  }
  const words = search.trim().toLowerCase();
  const matching = grants.filter((grant) =>
    `${grant.entitlement.name} ${grant.application.name} ${grant.entitlement.kind} ${grant.account.username}`
      .toLowerCase()
      .includes(words),
  );
  const removed = new Set(
    draft.lines.filter((line) => line.action === 'REVOKE' && line.beneficiaryId === person.id).map(lineKey),
  );
  return (
    <Stack gap="xs">
      {grants.length > 8 && (
        <TextInput
          aria-label="Search what is held"
          placeholder="Search what is held…"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <Text size="xs" c="dimmed">
        Tick what shall be removed from {person.fullName}. Nothing else is touched.
      </Text>
      <ScrollArea.Autosize mah={300} type="auto" className={classes.held}>
        <Stack gap={0} component="fieldset" className={classes.bare} aria-label={`Access held by ${person.fullName}`}>
          {matching.map((grant) => (
            <Checkbox
              key={grant.id}
              className={classes.heldRow}
              checked={removed.has(keyOf(person, grant))}
              label={grant.entitlement.name}
              description={<GrantDetail grant={grant} />}
              onChange={(event) => {
                if (event.currentTarget.checked) onRevoke(person, toDraftEntitlement(grant), serviceAccountOf(grant));
                else onKeep(keyOf(person, grant));
              }}
            />
          ))}
          {matching.length === 0 && (
            <Text size="sm" c="dimmed" p="sm">
              Nothing that is held matches.
            </Text>
          )}
        </Stack>
      </ScrollArea.Autosize>
    </Stack>
  );
}

function GrantDetail({ grant }: { readonly grant: GrantRow }) {
  return (
    <>
      {grant.application.name} · {grant.entitlement.kind} ·{' '}
      {grant.account.kind === 'service' ? 'service account' : 'account'} {grant.account.username}
      {grant.expiresAt !== null && (
        <>
          {' '}
          · ends <TimeText at={grant.expiresAt} />
        </>
      )}
    </>
  );
}

/**
 * Two accounts of a person's own can hold the same; a request speaks of the person, so it is one line. What a service
 * account holds is a line of its own.
 */
function activeGrants(grants: readonly GrantRow[]): GrantRow[] {
  const byAccount = new Map<string, GrantRow>();
  for (const grant of grants) {
    const key = `${grant.entitlement.id}:${serviceAccountOf(grant) ?? ''}`;
    if (grant.status === 'active' && !byAccount.has(key)) byAccount.set(key, grant);
  }
  return [...byAccount.values()];
}

function serviceAccountOf({ account }: GrantRow): string | null {
  return account.kind === 'service' ? account.username : null;
}

function keyOf(person: Person, grant: GrantRow): string {
  return lineKey({
    beneficiaryId: person.id,
    entitlement: grant.entitlement,
    serviceAccount: serviceAccountOf(grant),
  });
}

function toDraftEntitlement(grant: GrantRow): DraftEntitlement {
  return { ...grant.entitlement, application: grant.application, maximumDurationMinutes: null };
}
