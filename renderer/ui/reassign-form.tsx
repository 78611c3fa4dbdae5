/** To whom a review task is given, and why. Who can be chosen is found by whoever shows this. */
import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { EmployeeId, Person } from '#core/contract/index.ts';
import { AsyncSelect } from './async-select.tsx';
import { personOption } from './person-option.ts';

export interface ReassignFormProps {
  readonly people: readonly Person[];
  readonly loading: boolean;
  readonly onSearch: (search: string) => void;
  readonly onGive: (to: EmployeeId, reason: string | null) => void;
  readonly isPending: boolean;
  readonly problem: string | null;
}

export function ReassignForm({ people, loading, onSearch, onGive, isPending, problem }: ReassignFormProps) {
  const [chosen, setChosen] = useState<Person | null>(null);
  const [reason, setReason] = useState('');
  return (
    <Stack gap="md">
      <AsyncSelect
        label="Who decides instead"
        description="Only people who may decide this are listed."
        options={people.map(personOption)}
        loading={loading}
        onSearch={onSearch}
        value={chosen === null ? null : personOption(chosen)}
        onChange={(picked) => setChosen(people.find((person) => person.id === picked?.value) ?? null)}
        error={problem}
      />
      <Textarea
        label="Why (optional)"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={2}
      />
      <Group justify="flex-end">
        <Button
          disabled={chosen === null}
          loading={isPending}
          onClick={() => {
            if (chosen !== null) onGive(chosen.id, reason.trim() === '' ? null : reason);
          }}
        >
          Give the task
        </Button>
      </Group>
    </Stack>
  );
}
