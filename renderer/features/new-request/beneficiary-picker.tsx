/** Who the access is for: oneself by default, or any number of people, typed or pasted. */
import { Alert, Button, Group, MultiSelect, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ClipboardEvent } from 'react';
import type { Person } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { findPastedPeople, peopleSearchQuery } from './new-request.queries.ts';
import { emailsIn, maximumPasted } from './pasted-people.ts';

export interface BeneficiaryPickerProps {
  readonly operator: Person;
  readonly people: readonly Person[];
  readonly onAdd: (people: readonly Person[]) => void;
  readonly onRemove: (personId: string) => void;
}

export function BeneficiaryPicker({ operator, people, onAdd, onRemove }: BeneficiaryPickerProps) {
  const [search, setSearch] = useState('');
  const [debounced] = useDebouncedValue(search.trim(), 200);
  const found = useQuery(peopleSearchQuery(debounced));
  const [pasteNote, setPasteNote] = useState<string | null>(null);
  const paste = useMutation({
    mutationFn: findPastedPeople,
    networkMode: 'always',
    onSuccess: (answer) => {
      onAdd(answer.found);
      setPasteNote(
        answer.unknown.length === 0
          ? null
          : `Nobody who works here has ${answer.unknown.length === 1 ? 'this address' : 'these addresses'}: ${answer.unknown.join(', ')}`,
      );
    },
    onError: (thrown) => setPasteNote(messageOfError(thrown)),
  });

  const known = new Map<string, Person>([...people, ...(found.data?.rows ?? [])].map((person) => [person.id, person]));

  function changeTo(ids: readonly string[]): void {
    const wanted = new Set(ids);
    for (const person of people) if (!wanted.has(person.id)) onRemove(person.id);
    const chosen = new Set<string>(people.map((person) => person.id));
    onAdd(ids.flatMap((id) => (chosen.has(id) ? [] : (known.get(id) ?? []))));
  }

  function onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData.getData('text');
    const emails = emailsIn(text);
    if (emails.length === 0) return;
    event.preventDefault();
    if (emails.length > maximumPasted) {
      setPasteNote(`${emails.length} addresses are too many at once. Paste at most ${maximumPasted}.`);
      return;
    }
    setPasteNote(null);
    setSearch('');
    paste.mutate(text);
  }

  const includesMe = people.some((person) => person.id === operator.id);
  return (
    <Stack gap="xs">
      <MultiSelect
        label="People"
        description="Search by name, e-mail, title or department, or paste a list of e-mails."
        placeholder={people.length === 0 ? 'Add people' : ''}
        data={[...known.values()].map((person) => ({ value: person.id as string, label: person.fullName }))}
        value={people.map((person) => person.id as string)}
        onChange={changeTo}
        searchable
        searchValue={search}
        onSearchChange={setSearch}
        // The engine searched already; filtering by label again would hide matches by e-mail.
        filter={({ options }) => options}
        hidePickedOptions
        openOnFocus={false}
        nothingFoundMessage={found.isFetching || debounced !== search.trim() ? 'Searching…' : 'Nobody found'}
        renderOption={({ option }) => <PersonOption person={known.get(option.value)} />}
        // The listbox itself scrolls, as assistive technology expects of one.
        withScrollArea={false}
        onPaste={onPaste}
        disabled={paste.isPending}
        error={found.isError ? messageOfError(found.error) : null}
        styles={{ options: { maxHeight: 320, overflowY: 'auto' }, pillsList: { maxHeight: 132, overflowY: 'auto' } }}
      />
      <Group gap="xs">
        {!includesMe && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconUserPlus size={14} />}
            onClick={() => onAdd([operator])}
          >
            Add myself
          </Button>
        )}
        <Text size="xs" c="dimmed" component="output">
          {paste.isPending ? 'Looking up the pasted addresses…' : peopleNote(people, includesMe)}
        </Text>
      </Group>
      {pasteNote !== null && (
        <Alert color="yellow" withCloseButton closeButtonLabel="Close" onClose={() => setPasteNote(null)}>
          {pasteNote}
        </Alert>
      )}
    </Stack>
  );
}

function peopleNote(people: readonly Person[], includesMe: boolean): string {
  if (people.length === 0) return 'Choose at least one person.';
  if (people.length === 1) return includesMe ? 'For yourself.' : 'For one other person.';
  return `For ${people.length} people${includesMe ? ', you among them' : ''}. Each gets a line of their own.`;
}

function PersonOption({ person }: { readonly person: Person | undefined }) {
  if (person === undefined) return null;
  const detail = [person.workEmail, person.jobTitle, person.department].filter((part) => part !== null).join(' · ');
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" truncate>
        {person.fullName}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {detail}
      </Text>
    </div>
  );
}
