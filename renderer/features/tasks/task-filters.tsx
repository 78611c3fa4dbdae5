/** Narrows the queue, one field for each thing a task has; they hold together. */
import { ActionIcon, Button, Group, NumberInput, Select, TextInput, Tooltip } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TaskRow } from '#core/contract/index.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { applicationOptionsQuery, peopleOptionsQuery, personQuery } from './tasks.queries.ts';
import { isNarrowed, noConditions, type TasksSearch } from './tasks.search.ts';

export type ChangeTasks = (next: { readonly [Name in keyof TasksSearch]?: TasksSearch[Name] | undefined }) => void;

export interface TaskFiltersProps {
  readonly search: TasksSearch;
  readonly onChange: ChangeTasks;
  /** The task under the keys, whose entitlement the queue can be narrowed to. */
  readonly selected: TaskRow | null;
}

export function TaskFilters({ search, onChange, selected }: TaskFiltersProps) {
  const open = search.status === 'open';
  return (
    <Group gap={8} role="group" aria-label="Filters">
      <ApplicationField value={search.application} onChange={(application) => onChange({ application })} />
      <PersonField label="For" value={search.beneficiary} onChange={(beneficiary) => onChange({ beneficiary })} />
      <PersonField label="Asked by" value={search.requester} onChange={(requester) => onChange({ requester })} />
      <Select
        aria-label="Risk"
        placeholder="Any risk"
        w={100}
        clearable
        value={search.risk ?? null}
        onChange={(risk) => onChange({ risk: risk ?? undefined })}
        data={[
          { value: 'high', label: 'High' },
          { value: 'medium', label: 'Medium' },
          { value: 'low', label: 'Low' },
        ]}
      />
      <Select
        aria-label="Action"
        placeholder="Any action"
        w={106}
        clearable
        value={search.action ?? null}
        onChange={(action) => onChange({ action: action ?? undefined })}
        data={[
          { value: 'GRANT', label: 'Grant' },
          { value: 'REVOKE', label: 'Revoke' },
        ]}
      />
      <NumberInput
        aria-label="Level"
        placeholder="Level"
        w={78}
        min={1}
        max={20}
        value={search.level ?? ''}
        onChange={(level) => onChange({ level: typeof level === 'number' ? level : undefined })}
      />
      <OnlyEntitlement search={search} selected={selected} onChange={onChange} />
      <Select
        aria-label="Order"
        w={140}
        ml="auto"
        allowDeselect={false}
        value={search.sort ?? (open ? 'waiting' : 'newest')}
        onChange={(sort) => onChange({ sort: (sort ?? undefined) as TasksSearch['sort'] })}
        data={
          open
            ? [
                { value: 'waiting', label: 'Waiting longest' },
                { value: 'newest', label: 'Newest first' },
                { value: 'due', label: 'Due soonest' },
                { value: 'risk', label: 'Highest risk' },
              ]
            : [
                { value: 'newest', label: 'Newest first' },
                { value: 'oldest', label: 'Oldest first' },
              ]
        }
      />
      {isNarrowed(search) && (
        <Tooltip label="Clear search and filters">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Clear search and filters"
            onClick={() => onChange(noConditions)}
          >
            <IconFilterOff size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function OnlyEntitlement({ search, selected, onChange }: TaskFiltersProps) {
  if (search.entitlement !== undefined) {
    return (
      <Button variant="light" size="sm" onClick={() => onChange({ entitlement: undefined })}>
        One entitlement ✕
      </Button>
    );
  }
  if (selected === null) return null;
  return (
    <Tooltip label={`Only ${selected.item.entitlement.name}`}>
      <Button variant="default" size="sm" onClick={() => onChange({ entitlement: selected.item.entitlement.id })}>
        Same entitlement
      </Button>
    </Tooltip>
  );
}

interface FieldProps {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

function ApplicationField({ value, onChange }: FieldProps) {
  const [search, setSearch] = useState('');
  const found = useQuery(applicationOptionsQuery(search));
  const all = useQuery(applicationOptionsQuery(''));
  const chosen = all.data?.rows.find((application) => application.id === value);
  return (
    <AsyncSelect
      label="Application"
      hideLabel
      placeholder="Any application"
      width={128}
      options={(found.data?.rows ?? []).map(({ id, name }) => ({ value: id as string, label: name }))}
      loading={found.isFetching}
      onSearch={setSearch}
      value={chosen === undefined ? null : { value: chosen.id, label: chosen.name }}
      onChange={(option) => onChange(option?.value)}
      clearable
      nothingFound="No application matches"
    />
  );
}

function PersonField({ label, value, onChange }: FieldProps & { readonly label: string }) {
  const [search, setSearch] = useState('');
  const found = useQuery(peopleOptionsQuery(search));
  const chosen = useQuery(personQuery(value ?? ''));
  return (
    <AsyncSelect
      label={label}
      hideLabel
      placeholder={`${label}…`}
      width={100}
      options={(found.data?.rows ?? []).map((person) => ({
        value: person.id as string,
        label: person.fullName,
        detail: person.jobTitle ?? person.workEmail,
      }))}
      loading={found.isFetching}
      onSearch={setSearch}
      value={
        value === undefined || chosen.data === undefined ? null : { value, label: chosen.data.fullName, detail: '' }
      }
      onChange={(option) => onChange(option?.value)}
      clearable
      nothingFound="Nobody matches"
    />
  );
}

/** Jumps to a day, in lists sorted by time. */
export function FromDay({ search, onChange }: Pick<TaskFiltersProps, 'search' | 'onChange'>) {
  if (search.sort === 'due' || search.sort === 'risk') return null;
  return (
    <TextInput
      type="date"
      aria-label={search.status === 'open' ? 'Opened from this day' : 'Ended from this day'}
      w={136}
      value={search.from ?? ''}
      onChange={(event) => {
        const from = event.currentTarget.value;
        onChange({ from: from === '' ? undefined : from });
      }}
    />
  );
}
