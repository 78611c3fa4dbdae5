/** Narrows the list of requests, sorts it, and says where it begins. */
import { Group, NumberInput, Select, Text } from '@mantine/core';
import { useApplicationChoices, usePersonChoices } from '#renderer/data/filter-choices.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { ClearFilters } from '#renderer/ui/clear-filters.tsx';
import { DayField } from '#renderer/ui/day-field.tsx';
import { SeveralSelect } from '#renderer/ui/several-select.tsx';
import { requestStateWords } from '#renderer/ui/states.ts';
import { isJumped, isNarrowed, noConditions, statesOf, type RequestsSearch } from './requests.search.ts';

export type ChangeRequests = (next: {
  readonly [Name in keyof RequestsSearch]?: RequestsSearch[Name] | undefined;
}) => void;

export interface RequestFiltersProps {
  readonly filter: RequestsSearch;
  readonly onChange: ChangeRequests;
  /** How many pass; null where counting them would take longer than showing them. */
  readonly matching: number | null;
}

export function RequestFilters({ filter, onChange, matching }: RequestFiltersProps) {
  const applications = useApplicationChoices(filter.application);
  const people = usePersonChoices(filter.requester);
  const cleared = isNarrowed(filter) || isJumped(filter);
  return (
    <Group gap={8} role="group" aria-label="Filters">
      <AsyncSelect
        label="Application"
        hideLabel
        placeholder="Application"
        width={150}
        clearable
        nothingFound="No application matches"
        {...applications}
        onChange={(option) => onChange({ application: option?.value })}
      />
      <AsyncSelect
        label="Asked by"
        hideLabel
        placeholder="Asked by"
        width={140}
        clearable
        nothingFound="Nobody matches"
        {...people}
        onChange={(option) => onChange({ requester: option?.value })}
      />
      <SeveralSelect
        label="States"
        none="Any state"
        width={140}
        options={statesOf[filter.status].map((value) => ({ value, label: requestStateWords[value].label }))}
        value={filter.states ?? []}
        onChange={(states) => onChange({ states: states.length === 0 ? undefined : states })}
      />
      {filter.sort !== 'changed' && <BeginsAt filter={filter} onChange={onChange} />}
      <Group gap={8} ml="auto">
        <Text size="xs" c="dimmed" role="status">
          {isNarrowed(filter) && matching !== null && `${matching.toLocaleString('en')} found`}
        </Text>
        {cleared && <ClearFilters onClear={() => onChange(noConditions)} />}
        <Select
          aria-label="Order"
          w={136}
          allowDeselect={false}
          value={filter.sort ?? 'newest'}
          onChange={(sort) => onChange({ sort: sort === 'oldest' || sort === 'changed' ? sort : undefined })}
          data={[
            { value: 'newest', label: 'Newest first' },
            { value: 'oldest', label: 'Oldest first' },
            { value: 'changed', label: 'Last changed' },
          ]}
        />
      </Group>
    </Group>
  );
}

/** A number or a day; one takes the place of the other. */
function BeginsAt({ filter, onChange }: Pick<RequestFiltersProps, 'filter' | 'onChange'>) {
  return (
    <>
      <NumberInput
        aria-label="Begin at this number"
        title="Begin at this number"
        placeholder="From number"
        w={116}
        prefix="#"
        min={1}
        max={999_999_999}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        value={filter.number ?? ''}
        onChange={(number) =>
          onChange({ number: typeof number === 'number' && number >= 1 ? number : undefined, from: undefined })
        }
      />
      <DayField
        label="Begin at this day"
        value={filter.from}
        onChange={(from) => onChange({ from, number: undefined })}
      />
    </>
  );
}
