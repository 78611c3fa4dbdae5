/** Filling the request from what others hold. Everything is shown before it is added, and nothing is removed by itself. */
import { Alert, Select, Slider, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccessRoleId, EmployeeId, Filling, Person } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import type { Draft, DraftEntitlement } from './draft.ts';
import { restsOnText } from './fill-choice.ts';
import { FillProposal } from './fill-proposal.tsx';
import {
  accessRolesQuery,
  jobTitlesQuery,
  likeJobTitleQuery,
  likePersonQuery,
  likeRoleQuery,
  peopleSearchQuery,
} from './new-request.queries.ts';

export interface FillFromProps {
  readonly draft: Draft;
  readonly change: (next: (draft: Draft) => Draft) => void;
  readonly onRevoke: (person: Person, entitlement: DraftEntitlement) => void;
}

/** The engine compares at most so many people at once. */
const mostPeople = 200;

export function FillLikePerson(props: FillFromProps) {
  const [search, setSearch] = useState('');
  const [colleague, setColleague] = useState<{ value: string; label: string } | null>(null);
  const found = useQuery(peopleSearchQuery(search));
  const beneficiaries = new Set<string>(props.draft.people.map((person) => person.id));
  const filling = useQuery({
    ...likePersonQuery((colleague?.value ?? '') as EmployeeId, peopleOf(props.draft)),
    enabled: colleague !== null && canCompare(props.draft),
  });
  return (
    <Stack gap="xs">
      <AsyncSelect
        label="Colleague"
        description="Only what is missing is proposed. What they hold is shown to you as far as you may see it."
        options={(found.data?.rows ?? [])
          .filter((person) => !beneficiaries.has(person.id))
          .map((person) => ({
            value: person.id as string,
            label: person.fullName,
            detail: [person.jobTitle, person.department].filter((part) => part !== null).join(' · '),
          }))}
        loading={found.isFetching}
        onSearch={setSearch}
        value={colleague}
        onChange={setColleague}
        nothingFound="Nobody found"
      />
      <Answer key={colleague?.value ?? ''} {...props} filling={filling} source={colleague?.label ?? 'the colleague'} />
    </Stack>
  );
}

export function FillLikeJobTitle(props: FillFromProps) {
  const [search, setSearch] = useState('');
  const [title, setTitle] = useState<{ value: string; label: string } | null>(null);
  const [threshold, setThreshold] = useState(80);
  const [settled] = useDebouncedValue(threshold, 200);
  const titles = useQuery(jobTitlesQuery(search));
  const filling = useQuery({
    ...likeJobTitleQuery(title?.value ?? '', settled, peopleOf(props.draft)),
    enabled: title !== null && canCompare(props.draft),
  });
  const restsOn = filling.data?.restsOn ?? null;
  return (
    <Stack gap="xs">
      <AsyncSelect
        label="Job title"
        description="What the people with this title have in common, without what they hold for a time only."
        options={(titles.data?.rows ?? []).map(({ jobTitle, holders }) => ({
          value: jobTitle,
          label: jobTitle,
          detail: holders === 1 ? '1 person' : `${holders} people`,
        }))}
        loading={titles.isFetching}
        onSearch={setSearch}
        value={title}
        onChange={setTitle}
        nothingFound="No such job title"
      />
      <Text size="sm" fw={500}>
        Held by at least {threshold} % of them
      </Text>
      <Slider
        thumbLabel="Share that holds it, in percent"
        value={threshold}
        onChange={setThreshold}
        min={0}
        max={100}
        step={5}
        label={(value) => `${value} %`}
      />
      {title !== null && restsOn !== null && (
        <Alert color={restsOn < 2 ? 'yellow' : 'petrol'} py="xs">
          {restsOnText(restsOn)}
        </Alert>
      )}
      <Answer
        key={`${title?.value} ${settled}`}
        {...props}
        filling={filling}
        source={title?.label ?? 'the job title'}
      />
    </Stack>
  );
}

export function FillFromRole(props: FillFromProps) {
  const [roleId, setRoleId] = useState<string | null>(null);
  const roles = useQuery(accessRolesQuery());
  const role = roles.data?.rows.find((row) => row.id === roleId);
  const filling = useQuery({
    ...likeRoleQuery((roleId ?? '') as AccessRoleId, peopleOf(props.draft)),
    enabled: roleId !== null && canCompare(props.draft),
  });
  if (roles.isError) return <ErrorState message={messageOfError(roles.error)} onRetry={() => void roles.refetch()} />;
  return (
    <Stack gap="xs">
      <Select
        label="Role"
        description={role?.description ?? 'A bundle of entitlements that an administrator maintains.'}
        placeholder="Choose a role"
        data={(roles.data?.rows ?? []).map((row) => ({ value: row.id as string, label: row.name }))}
        value={roleId}
        onChange={setRoleId}
        searchable
        nothingFoundMessage={roles.isPending ? 'Loading…' : 'No role is offered yet'}
      />
      <Answer key={roleId ?? ''} {...props} filling={filling} source={role?.name ?? 'the role'} />
    </Stack>
  );
}

interface AnswerProps extends FillFromProps {
  readonly filling: {
    readonly data: Filling | undefined;
    readonly isError: boolean;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly source: string;
}

function Answer({ draft, change, onRevoke, filling, source }: AnswerProps) {
  if (draft.people.length === 0)
    return <EmptyState title="Nobody is chosen">Add people above to see what they lack.</EmptyState>;
  if (draft.people.length > mostPeople)
    return (
      <EmptyState title="Too many people">
        At most {mostPeople} people can be compared at once. Take some out, and ask for them in another request.
      </EmptyState>
    );
  if (filling.isError)
    return <ErrorState message={messageOfError(filling.error)} onRetry={() => void filling.refetch()} />;
  if (filling.data === undefined) return null;
  return <FillProposal filling={filling.data} draft={draft} change={change} onRevoke={onRevoke} source={source} />;
}

function peopleOf(draft: Draft): EmployeeId[] {
  return draft.people.map((person) => person.id);
}

function canCompare(draft: Draft): boolean {
  return draft.people.length > 0 && draft.people.length <= mostPeople;
}
