/** What a person may do about work in an application: send it again, or do it by hand and say so. */
import { Alert, Button, FileInput, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconHandClick, IconRefresh, IconUser } from '@tabler/icons-react';
import { useState } from 'react';
import { evidenceFileEndings, evidenceFileProblem, type FulfillmentView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { HandToPerson } from './hand-to-person.tsx';

export function FulfillmentActions({ task }: { readonly task: FulfillmentView }) {
  const [completing, setCompleting] = useState(false);
  const sendAgain = useCommand(client.fulfillment.sendAgain, {
    success: 'Sent again. It runs as soon as it is taken.',
  });
  const [handing, setHanding] = useState(false);
  if (!task.maySendAgain && !task.mayCompleteByHand) return null;
  return (
    <Group gap={8} mt={8}>
      {task.maySendAgain && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={sendAgain.isPending}
          onClick={() => void sendAgain.run({ fulfillmentTaskId: task.id })}
        >
          Send again
        </Button>
      )}
      {task.mayHandToPerson && (
        <>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconUser size={14} aria-hidden />}
            onClick={() => setHanding(true)}
          >
            Hand to a person…
          </Button>
          <HandToPerson task={task} opened={handing} onClose={() => setHanding(false)} />
        </>
      )}
      {task.mayCompleteByHand && (
        <>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconHandClick size={14} aria-hidden />}
            onClick={() => setCompleting(true)}
          >
            Complete by hand…
          </Button>
          <CompleteByHand task={task} opened={completing} onClose={() => setCompleting(false)} />
        </>
      )}
    </Group>
  );
}

interface CompleteByHandProps {
  readonly task: FulfillmentView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

function CompleteByHand({ task, opened, onClose }: CompleteByHandProps) {
  const [outcome, setOutcome] = useState<'done' | 'notPossible'>('done');
  const [note, setNote] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const fileProblem = file === null ? null : evidenceFileProblem(file);
  const complete = useCommand(client.fulfillment.completeByHand, { report: 'inline' });

  async function save(): Promise<void> {
    if (note.trim() === '') {
      setMissing(true);
      return;
    }
    if (fileProblem !== null) return;
    const evidence = outcome === 'done' ? file : null;
    const result = await complete.run({ fulfillmentTaskId: task.id, outcome, note: note.trim(), file: evidence });
    if (result?.outcome === 'done') onClose();
  }

  return (
    <Modal opened={opened} onClose={onClose} title="Complete by hand" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {task.effect === 'grant'
              ? 'Give the access in the application yourself'
              : 'Remove the access in the application yourself'}
            , then say here what you did. Your note is the evidence.
          </Text>
          <Radio.Group
            label="What came of it"
            value={outcome}
            onChange={(value) => setOutcome(value === 'done' ? 'done' : 'notPossible')}
          >
            <Stack gap={6} mt={4}>
              <Radio value="done" label={task.effect === 'grant' ? 'The access is in place' : 'The access is gone'} />
              <Radio value="notPossible" label="It is not possible" />
            </Stack>
          </Radio.Group>
          <Textarea
            label={outcome === 'done' ? 'What was done, and where it can be seen' : 'Why it is not possible'}
            required
            autosize
            minRows={3}
            maxLength={2000}
            error={missing ? 'Please write a note; it is the evidence.' : undefined}
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
              setMissing(false);
            }}
          />
          {outcome === 'done' && (
            <FileInput
              label="A file as evidence"
              description="For example a picture of the screen. PDF, PNG, JPEG or text, up to 5 MB. Its SHA-256 goes into the trail."
              placeholder="None"
              clearable
              accept={evidenceFileEndings.map((ending) => `.${ending}`).join(',')}
              value={file}
              onChange={setFile}
              error={fileProblem}
            />
          )}
          {(complete.refusal !== null || complete.problem !== null) && (
            <Alert color="red" variant="light" role="alert">
              {complete.refusal?.message ?? complete.problem}
            </Alert>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={complete.isPending}>
              Record
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
