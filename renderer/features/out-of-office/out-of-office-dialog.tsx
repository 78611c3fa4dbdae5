/** Out of office: who decides in one's place and until when, and one's absences so far. */
import { Badge, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { instant, type Operator, type Person } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';

interface DialogProps {
  readonly operator: Operator;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function OutOfOfficeDialog({ operator, opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Out of office" size="md" centered>
      <Stack gap="lg">
        <AbsenceForm operator={operator} />
        <Absences />
      </Stack>
    </Modal>
  );
}

function AbsenceForm({ operator }: Pick<DialogProps, 'operator'>) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Person | null>(null);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const found = useQuery({
    ...orpc.directory.employees.queryOptions({ input: { search, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const create = useCommand(client.delegations.create, {
    report: 'inline',
    success: 'Your absence is set.',
    onDone: () => setChosen(null),
  });
  const people = (found.data?.rows ?? []).filter(
    (person) => person.id !== operator.person.id && person.status === 'active',
  );
  const option = (person: Person) => ({
    value: person.id,
    label: person.fullName,
    detail: person.jobTitle ?? undefined,
  });
  return (
    <Stack gap="sm">
      <Text size="sm">
        Your open review tasks and new ones go to somebody else meanwhile. What is still open when you are back returns
        to you. Nobody ever gets a task about their own access.
      </Text>
      <AsyncSelect
        label="Who decides for you"
        options={people.map(option)}
        loading={found.isFetching}
        onSearch={setSearch}
        value={chosen === null ? null : option(chosen)}
        onChange={(picked) => setChosen(people.find((person) => person.id === picked?.value) ?? null)}
        error={create.refusal?.message ?? create.problem}
      />
      <Group grow>
        <TextInput
          type="datetime-local"
          label="From"
          description="Empty: now"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="Until"
          description="Empty: until you end it"
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </Group>
      <Group justify="flex-end">
        <Button
          disabled={chosen === null}
          loading={create.isPending}
          onClick={() => {
            if (chosen === null) return;
            void create.run({
              delegateId: chosen.id,
              startsAt: from === '' ? null : instant(from),
              endsAt: until === '' ? null : instant(until),
            });
          }}
        >
          Set out of office
        </Button>
      </Group>
    </Stack>
  );
}

function Absences() {
  const list = useQuery(orpc.delegations.list.queryOptions({ input: {} }));
  const end = useCommand(client.delegations.end, { success: 'The absence has ended.' });
  const { away = [], standingIn = [] } = list.data ?? {};
  const standing = standingIn.filter((row) => row.state !== 'ended');
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        My absences
      </Text>
      {away.length === 0 && (
        <Text size="sm" c="dimmed">
          None so far.
        </Text>
      )}
      {away.map((row) => (
        <Group key={row.id} justify="space-between" wrap="nowrap">
          <Text size="sm">
            {row.delegate.fullName}, from <TimeText at={row.startsAt} form="exact" />
            {row.endsAt !== null && (
              <>
                {' '}
                until <TimeText at={row.endsAt} form="exact" />
              </>
            )}
          </Text>
          {row.mayEnd ? (
            <Button
              size="compact-xs"
              variant="default"
              loading={end.isPending}
              onClick={() => void end.run({ delegationId: row.id })}
              aria-label={`${row.state === 'planned' ? 'Withdraw' : 'End'} the absence with ${row.delegate.fullName}`}
            >
              {row.state === 'planned' ? 'Withdraw' : 'End now'}
            </Button>
          ) : (
            <Badge variant="default">ended</Badge>
          )}
        </Group>
      ))}
      {standing.map((row) => (
        <Text key={row.id} size="sm">
          You stand in for {row.delegator.fullName}
          {row.state === 'planned' && (
            <>
              {' '}
              from <TimeText at={row.startsAt} form="exact" />
            </>
          )}
          .
        </Text>
      ))}
    </Stack>
  );
}
