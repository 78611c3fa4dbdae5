/** Groups of people whom settings and policies can designate as reviewers. */
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EmployeeId, ReviewerGroupView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { NamedList, type Named } from './named-list.tsx';
import { RuleCard, RuleList } from './rule-card.tsx';
import { groupsQuery, peopleQuery } from './rules.queries.ts';

export function ReviewerGroups() {
  const groups = useQuery(groupsQuery());
  const [edited, setEdited] = useState<ReviewerGroupView | 'new' | null>(null);
  if (groups.isError)
    return <ErrorState message={messageOfError(groups.error)} onRetry={() => void groups.refetch()} />;
  if (groups.data === undefined) return null;
  const { rows, mayChange } = groups.data;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Designate a group, and whoever is in it when a request is submitted reviews it.
        </Text>
        {mayChange && <Button onClick={() => setEdited('new')}>Add a group</Button>}
      </Group>
      {rows.length === 0 && (
        <EmptyState title="No reviewer groups yet">Persons can be designated one by one, too.</EmptyState>
      )}
      <RuleList label="Reviewer groups">
        {rows.map((group) => (
          <RuleCard
            key={group.id}
            name={group.name}
            actions={
              mayChange && (
                <Button size="compact-sm" variant="default" onClick={() => setEdited(group)}>
                  Change
                </Button>
              )
            }
          >
            {group.members.map((member) => member.fullName).join(', ') || 'Nobody is in it'}
          </RuleCard>
        ))}
      </RuleList>
      {edited !== null && <Editor group={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </Stack>
  );
}

function Editor({ group, onClose }: { readonly group: ReviewerGroupView | null; readonly onClose: () => void }) {
  const [name, setName] = useState(group?.name ?? '');
  const [members, setMembers] = useState<readonly Named<EmployeeId>[]>(
    (group?.members ?? []).map((member) => ({ id: member.id, name: member.fullName })),
  );
  const [search, setSearch] = useState('');
  const found = useQuery(peopleQuery(search));
  const save = useCommand(client.rules.saveReviewerGroup, {
    report: 'inline',
    success: 'The group is saved.',
    onDone: onClose,
  });
  const problem = save.refusal?.message ?? save.problem;
  return (
    <Modal opened onClose={onClose} title={group === null ? 'Add a reviewer group' : group.name}>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <NamedList
          label="Members"
          value={members}
          onChange={setMembers}
          found={(found.data?.rows ?? []).map((row) => ({ id: row.id, name: row.fullName, detail: row.workEmail }))}
          onSearch={setSearch}
        />
        {problem !== null && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button
            loading={save.isPending}
            disabled={name.trim() === ''}
            onClick={() =>
              void save.run({
                groupId: group?.id ?? null,
                version: group?.version ?? 0,
                name,
                description: group?.description ?? null,
                memberIds: members.map((member) => member.id),
              })
            }
          >
            Save group
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
