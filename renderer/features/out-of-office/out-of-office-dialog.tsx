/** Out of office: who decides in one's place and until when, and one's absences so far. */
import { Badge, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { instant, type Operator, type Person } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { personOption } from '#renderer/ui/person-option.ts';
import { TimeText } from '#renderer/ui/time-text.tsx';

interface DialogProps {
  readonly operator: Operator;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function OutOfOfficeDialog({ operator, opened, onClose }: DialogProps) {
  // Administrators say it for whoever cannot: ill, or gone without a word.
  const [other, setOther] = useState<Person | null>(null);
  return (
    <Modal opened={opened} onClose={onClose} title="Out of office" size="md" centered>
      <Stack gap="lg">
        <AbsenceForm key={other?.id ?? 'me'} operator={operator} other={other} onOther={setOther} />
        <Absences other={other} />
      </Stack>
    </Modal>
  );
}

/** People who work here, by what is typed. */
function usePeople() {
  const [search, setSearch] = useState('');
  const found = useQuery({
    ...orpc.directory.employees.queryOptions({ input: { search, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const people = (found.data?.rows ?? []).filter((person) => person.status === 'active');
  return { people, loading: found.isFetching, onSearch: setSearch };
}

interface AbsenceFormProps extends Pick<DialogProps, 'operator'> {
  /** Who is away; null: oneself. */
  readonly other: Person | null;
  readonly onOther: (person: Person | null) => void;
}

function AbsenceForm({ operator, other, onOther }: AbsenceFormProps) {
  const [chosen, setChosen] = useState<Person | null>(null);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [note, setNote] = useState('');
  const { people, ...found } = usePeople();
  const create = useCommand(client.delegations.create, {
    report: 'inline',
    success: other === null ? 'Your absence is set.' : `The absence of ${other.fullName} is set.`,
    onDone: () => {
      setChosen(null);
      setNote('');
    },
  });
  const away = other ?? operator.person;
  const delegates = people.filter((person) => person.id !== away.id);
  return (
    <Stack gap="sm">
      {operator.roles.includes('administrator') && <WhoIsAway operator={operator} other={other} onOther={onOther} />}
      <Text size="sm">
        {other === null
          ? 'Your open review tasks and new ones go to somebody else meanwhile. What is still open when you are back returns to you.'
          : `The open review tasks of ${other.fullName} and new ones go to somebody else meanwhile. What is still open when they are back returns to them.`}{' '}
        Nobody ever gets a task about their own access.
      </Text>
      <AsyncSelect
        label={other === null ? 'Who decides for you' : `Who decides for ${other.fullName}`}
        options={delegates.map(personOption)}
        {...found}
        value={chosen === null ? null : personOption(chosen)}
        onChange={(picked) => setChosen(delegates.find((person) => person.id === picked?.value) ?? null)}
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
          description={other === null ? 'Empty: until you end it' : 'Empty: until it is ended'}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </Group>
      <TextInput
        label="Note (optional)"
        description="Kept with the absence, and in the trail."
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button
          disabled={chosen === null}
          loading={create.isPending}
          onClick={() => {
            if (chosen === null) return;
            void create.run({
              delegatorId: other?.id ?? null,
              delegateId: chosen.id,
              startsAt: from === '' ? null : instant(from),
              endsAt: until === '' ? null : instant(until),
              note: note.trim() === '' ? null : note.trim(),
            });
          }}
        >
          Set out of office
        </Button>
      </Group>
    </Stack>
  );
}

function WhoIsAway({ operator, other, onOther }: AbsenceFormProps) {
  const { people, ...found } = usePeople();
  const others = people.filter((person) => person.id !== operator.person.id);
  return (
    <AsyncSelect
      label="Who is out of office"
      description="As an administrator you can say it for somebody else."
      placeholder="Yourself"
      options={others.map(personOption)}
      {...found}
      clearable
      value={other === null ? null : personOption(other)}
      onChange={(picked) => onOther(others.find((person) => person.id === picked?.value) ?? null)}
    />
  );
}

function Absences({ other }: Pick<AbsenceFormProps, 'other'>) {
  const list = useQuery(orpc.delegations.list.queryOptions({ input: { employeeId: other?.id ?? null } }));
  const end = useCommand(client.delegations.end, { success: 'The absence has ended.' });
  const { away = [], standingIn = [] } = list.data ?? {};
  const standing = standingIn.filter((row) => row.state !== 'ended');
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {other === null ? 'My absences' : `Absences of ${other.fullName}`}
      </Text>
      {away.length === 0 && (
        <Text size="sm" c="dimmed">
          None so far.
        </Text>
      )}
      {away.map((row) => (
        <Group key={row.id} justify="space-between" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text size="sm">
              {row.delegate.fullName}, from <TimeText at={row.startsAt} form="exact" />
              {row.endsAt !== null && (
                <>
                  {' '}
                  until <TimeText at={row.endsAt} form="exact" />
                </>
              )}
            </Text>
            {row.note !== null && (
              <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                “{row.note}”
              </Text>
            )}
          </div>
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
          {other === null ? 'You stand' : `${other.fullName} stands`} in for {row.delegator.fullName}
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
