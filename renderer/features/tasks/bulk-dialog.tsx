/** What a decision over many tasks would come to, before it is taken. */
import { Alert, Button, Group, List, Loader, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BulkPreview, TaskFilterInput } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { counted } from '#renderer/ui/format.ts';
import { bulkPreviewQuery } from './tasks.queries.ts';

export type BulkVerdict = 'approve' | 'deny' | 'drop';

export const bulkVerbs: Readonly<Record<BulkVerdict, string>> = {
  approve: 'Approve',
  deny: 'Deny',
  drop: 'Leave out',
};

export interface BulkDialogProps {
  readonly verdict: BulkVerdict;
  readonly filter: TaskFilterInput;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

export function BulkDialog({ verdict, filter, onClose, onStarted }: BulkDialogProps) {
  const preview = useQuery(bulkPreviewQuery(filter, verdict));
  const start = useCommand(client.bulk.start, { report: 'inline', onDone: onStarted });
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const decidable = preview.data === undefined ? 0 : decidableOf(preview.data);
  const problem = start.refusal?.message ?? start.problem;

  async function decide(): Promise<void> {
    const given = reason.trim();
    if (verdict === 'deny' && given === '') {
      setMissing(true);
      return;
    }
    await start.run({ filter, verdict, reason: given === '' ? null : given });
  }

  return (
    <Modal opened onClose={onClose} title={`${bulkVerbs[verdict]} many tasks`} size="lg" centered returnFocus={false}>
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
          {preview.data === undefined && !preview.isError && (
            <Group gap={10} role="status">
              <Loader size={16} />
              <Text size="sm">Looking at each task…</Text>
            </Group>
          )}
          {preview.data !== undefined && <Consequences preview={preview.data} verdict={verdict} />}
          <Textarea
            label={verdict === 'deny' ? 'Why are they denied?' : 'Reason (optional)'}
            description="The requesters read this, and it stays in the trail of every item."
            required={verdict === 'deny'}
            autosize
            minRows={2}
            maxLength={2000}
            value={reason}
            data-autofocus
            error={missing ? 'Say why: the requesters will read it.' : null}
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
              color={verdict === 'deny' ? 'red' : 'petrol'}
              disabled={decidable === 0}
              loading={start.isPending}
            >
              {bulkVerbs[verdict]} {preview.data === undefined ? '' : decidable.toLocaleString('en')}
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

function Consequences({ preview, verdict }: { readonly preview: BulkPreview; readonly verdict: BulkVerdict }) {
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
            <b>{preview.ended.toLocaleString('en')}</b> {verdict === 'deny' ? 'denied' : 'left out'} for good
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
