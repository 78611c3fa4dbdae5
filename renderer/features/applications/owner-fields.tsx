/** Choosing the people who own an application. */
import { CloseButton, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Person } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { AsyncSelect, type AsyncOption } from '#renderer/ui/async-select.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import classes from './applications.module.css';
import { ownerSearchQuery } from './applications.queries.ts';

interface PersonOption extends AsyncOption {
  readonly person: Person;
}

export function toOption(person: Person): PersonOption {
  const detail = [person.workEmail, person.jobTitle].filter((part) => part !== null).join(' · ');
  return { value: person.id, label: person.fullName, detail, person };
}

export interface OwnerFieldProps {
  readonly value: Person | null;
  readonly onChange: (person: Person | null) => void;
}

export function OwnerField({ value, onChange }: OwnerFieldProps) {
  const [search, setSearch] = useState('');
  const found = useQuery(ownerSearchQuery(search));
  return (
    <AsyncSelect
      label="Primary owner"
      description="Reviews requests where an owner is asked, and does what is fulfilled by hand."
      placeholder="Search people"
      options={(found.data?.rows ?? []).map(toOption)}
      loading={found.isFetching}
      onSearch={setSearch}
      value={value === null ? null : toOption(value)}
      onChange={(option) => onChange(option?.person ?? null)}
      clearable
      nothingFound="Nobody found"
      error={found.isError ? messageOfError(found.error) : undefined}
    />
  );
}

export interface SecondaryOwnersFieldProps {
  readonly value: readonly Person[];
  readonly primaryOwner: Person | null;
  readonly onChange: (people: readonly Person[]) => void;
}

/** As the contract allows. */
const maximumOwners = 50;

export function SecondaryOwnersField({ value, primaryOwner, onChange }: SecondaryOwnersFieldProps) {
  const [search, setSearch] = useState('');
  const found = useQuery(ownerSearchQuery(search));
  const taken = new Set([...value.map((person) => person.id as string), primaryOwner?.id as string | undefined]);
  return (
    <Stack gap={6}>
      <AsyncSelect
        label="Secondary owners"
        description="Stand in for the primary owner. One decision by any of them suffices."
        placeholder="Add people"
        mode="add"
        options={(found.data?.rows ?? []).filter((person) => !taken.has(person.id)).map(toOption)}
        loading={found.isFetching}
        onSearch={setSearch}
        onChange={(option) => {
          if (option !== null) onChange([...value, option.person]);
        }}
        disabled={value.length >= maximumOwners}
        nothingFound="Nobody else found"
        error={found.isError ? messageOfError(found.error) : undefined}
      />
      {value.length > 0 && (
        <ul className={classes.plainList} aria-label="Secondary owners">
          {value.map((person) => (
            <li key={person.id} className={classes.listRow}>
              <Group justify="space-between" wrap="nowrap">
                <PersonLabel person={person} />
                <CloseButton
                  size="sm"
                  aria-label={`Remove ${person.fullName} from the secondary owners`}
                  onClick={() => onChange(value.filter((other) => other.id !== person.id))}
                />
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}
