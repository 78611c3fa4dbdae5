/** Narrows the queue, one field for each thing a task has; they hold together. */
import { Group, NumberInput, Select } from '@mantine/core';
import type { TaskRow } from '#core/contract/index.ts';
import { useApplicationChoices, useEntitlementChoices, usePersonChoices } from '#renderer/data/filter-choices.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { ClearFilters } from '#renderer/ui/clear-filters.tsx';
import { DayField } from '#renderer/ui/day-field.tsx';
import { isNarrowed, noConditions, type TasksSearch } from './tasks.search.ts';

export type ChangeTasks = (next: { readonly [Name in keyof TasksSearch]?: TasksSearch[Name] | undefined }) => void;

export interface TaskFiltersProps {
  readonly search: TasksSearch;
  readonly onChange: ChangeTasks;
  /** The task under the keys, whose entitlement is the first to be offered. */
  readonly selected: TaskRow | null;
}

export function TaskFilters({ search, onChange, selected }: TaskFiltersProps) {
  const open = search.status === 'open';
  return (
    <Group gap={8} role="group" aria-label="Filters">
      <ApplicationField value={search.application} onChange={(application) => onChange({ application })} />
      <EntitlementField search={search} selected={selected} onChange={onChange} />
      <PersonField label="For" value={search.beneficiary} onChange={(beneficiary) => onChange({ beneficiary })} />
      <PersonField label="Asked by" value={search.requester} onChange={(requester) => onChange({ requester })} />
      <Select
        aria-label="Risk"
        placeholder="Risk"
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
        placeholder="Action"
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
      {isNarrowed(search) && <ClearFilters onClear={() => onChange(noConditions)} />}
    </Group>
  );
}

function EntitlementField({ search, selected, onChange }: TaskFiltersProps) {
  const known =
    selected === null
      ? null
      : {
          value: selected.item.entitlement.id as string,
          label: selected.item.entitlement.name,
          detail: `${selected.item.application.name}, of the task shown`,
        };
  const choices = useEntitlementChoices(search.entitlement, search.application, known);
  return (
    <AsyncSelect
      label="Entitlement"
      hideLabel
      placeholder="Entitlement"
      width={132}
      clearable
      nothingFound="No entitlement matches"
      {...choices}
      onChange={(option) => onChange({ entitlement: option?.value })}
    />
  );
}

interface FieldProps {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

function ApplicationField({ value, onChange }: FieldProps) {
  return (
    <AsyncSelect
      label="Application"
      hideLabel
      placeholder="Application"
      width={128}
      clearable
      nothingFound="No application matches"
      {...useApplicationChoices(value)}
      onChange={(option) => onChange(option?.value)}
    />
  );
}

function PersonField({ label, value, onChange }: FieldProps & { readonly label: string }) {
  return (
    <AsyncSelect
      label={label}
      hideLabel
      placeholder={label}
      width={100}
      clearable
      nothingFound="Nobody matches"
      {...usePersonChoices(value)}
      onChange={(option) => onChange(option?.value)}
    />
  );
}

/** Jumps to a day, in lists sorted by time. */
export function FromDay({ search, onChange }: Pick<TaskFiltersProps, 'search' | 'onChange'>) {
  if (search.sort === 'due' || search.sort === 'risk') return null;
  return (
    <DayField
      label={search.status === 'open' ? 'Begin at tasks opened on this day' : 'Begin at tasks ended on this day'}
      value={search.from}
      onChange={(from) => onChange({ from })}
    />
  );
}
