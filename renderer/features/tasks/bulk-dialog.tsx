/** What a decision over many tasks would come to, before it is taken. */
import { Alert, Button, Group, List, Loader, Modal, Stack, Text, Textarea } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BulkPreview, Person, TaskFilterInput, Term } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { useOperator } from '#renderer/data/session.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { counted } from '#renderer/ui/format.ts';
import { personOption } from '#renderer/ui/person-option.ts';
import { deedWords, type BulkDeed } from './bulk-words.ts';
import { ShorterTerm } from './shorter-term.tsx';
import { bulkPreviewQuery, type BulkDeedInput } from './tasks.queries.ts';

export interface BulkDialogProps {
  readonly deed: BulkDeed;
  readonly filter: TaskFilterInput;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

export function BulkDialog({ deed, filter, onClose, onStarted }: BulkDialogProps) {
  const [term, setTerm] = useState<Term | null>(null);
  const [receiver, setReceiver] = useState<Person | null>(null);
  const input: BulkDeedInput = {
    verdict: deed === 'shorten' ? 'approve' : deed,
    shortenedTo: deed === 'shorten' ? term : null,
    toReviewerId: deed === 'reassign' ? (receiver?.id ?? null) : null,
  };
  const isWhole = (deed !== 'shorten' || term !== null) && (deed !== 'reassign' || receiver !== null);
  const preview = useQuery({ ...bulkPreviewQuery(filter, input), enabled: isWhole });
  const start = useCommand(client.bulk.start, { report: 'inline', onDone: onStarted });
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const words = deedWords[deed];
  const needsText = deed === 'deny' || deed === 'ask';
  const decidable = !isWhole || preview.data === undefined ? 0 : decidableOf(preview.data);
  const problem = start.refusal?.message ?? start.problem;

  async function decide(): Promise<void> {
    const given = reason.trim();
    if (needsText && given === '') {
      setMissing(true);
      return;
    }
    await start.run({ filter, ...input, reason: given === '' ? null : given });
  }

  return (
    <Modal opened onClose={onClose} title={words.title} size="lg" centered returnFocus={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void decide();
        }}
      >
        <Stack gap="md">
          {preview.isError && (
            <Alert color="red" variant="light" role="alert">
              {messageOfError(preview.error)}
            </Alert>
          )}
          {deed === 'shorten' && <ShorterTerm asked={null} value={term} onChange={setTerm} />}
          {deed === 'reassign' && <Receiver value={receiver} onChange={setReceiver} />}
          {isWhole && preview.data === undefined && !preview.isError && (
            <Group gap={10} role="status">
              <Loader size={16} />
              <Text size="sm">Looking at each task…</Text>
            </Group>
          )}
          {isWhole && preview.data !== undefined && <Consequences preview={preview.data} deed={deed} />}
          <Textarea
            label={words.reason}
            description={
              deed === 'reassign'
                ? 'Whoever gets the tasks reads this, and it stays in the trail of every item.'
                : 'The requesters read this, and it stays in the trail of every item.'
            }
            required={needsText}
            autosize
            minRows={2}
            maxLength={2000}
            value={reason}
            data-autofocus
            error={missing ? (deed === 'ask' ? 'Write your question.' : 'Say why: the requesters will read it.') : null}
            onChange={(event) => {
              setMissing(false);
              setReason(event.currentTarget.value);
            }}
          />
          {problem !== null && (
            <Alert color="red" variant="light" role="alert">
              {problem}
            </Alert>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button
              type="submit"
              color={deed === 'deny' ? 'red' : 'petrol'}
              disabled={decidable === 0}
              loading={start.isPending}
            >
              {words.verb} {decidable === 0 ? '' : decidable.toLocaleString('en')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function decidableOf(preview: BulkPreview): number {
  return preview.tasks - preview.refused.reduce((sum, { count }) => sum + count, 0);
}

function Receiver({
  value,
  onChange,
}: {
  readonly value: Person | null;
  readonly onChange: (person: Person | null) => void;
}) {
  const { person: operator } = useOperator();
  const [search, setSearch] = useState('');
  const found = useQuery({
    ...orpc.directory.employees.queryOptions({ input: { search, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const people = (found.data?.rows ?? []).filter((person) => person.id !== operator.id && person.status === 'active');
  return (
    <AsyncSelect
      label="Who decides instead"
      description="Tasks that this person may not decide stay with you."
      options={people.map(personOption)}
      loading={found.isFetching}
      onSearch={setSearch}
      value={value === null ? null : personOption(value)}
      onChange={(picked) => onChange(people.find((person) => person.id === picked?.value) ?? null)}
    />
  );
}

function Consequences({ preview, deed }: { readonly preview: BulkPreview; readonly deed: BulkDeed }) {
  return (
    <Stack gap={8}>
      <Text size="sm">
        {counted(preview.tasks, 'task')}: {counted(preview.items, 'item')} for{' '}
        {counted(preview.people, 'person', 'people')} in {counted(preview.applications, 'application')}.
        {preview.looked < preview.tasks &&
          ` The first ${preview.looked.toLocaleString('en')} were looked at one by one; the rest is decided by the same rules.`}
      </Text>
      <List size="sm" spacing={4}>
        {preview.delivered > 0 && (
          <List.Item>
            <b>{preview.delivered.toLocaleString('en')}</b> approved in full, so their access is delivered or removed at
            once
          </List.Item>
        )}
        {preview.furtherReview > 0 && (
          <List.Item>
            <b>{preview.furtherReview.toLocaleString('en')}</b> approved here, and then reviewed further by others
          </List.Item>
        )}
        {preview.ended > 0 && (
          <List.Item>
            <b>{preview.ended.toLocaleString('en')}</b> {deed === 'deny' ? 'denied' : 'left out'} for good
          </List.Item>
        )}
        {preview.handled > 0 && (
          <List.Item>
            <b>{preview.handled.toLocaleString('en')}</b>{' '}
            {deed === 'ask' ? 'asked about; you can decide them all the while' : 'given on, and decided by that person'}
          </List.Item>
        )}
        {preview.refused.map(({ code, message, count }) => (
          <List.Item key={code}>
            <b>{count.toLocaleString('en')}</b> stay with you. {message}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
