/** What a reviewer can do with a task besides deciding it, and how it came to them: hand-overs and conversation. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { HandOver, ReviewTaskId, TaskRow } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { useReassignment } from '#renderer/data/use-reassignment.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';
import { ReassignForm } from '#renderer/ui/reassign-form.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';

export function TaskHandling({ task }: { readonly task: TaskRow }) {
  const story = useQuery(orpc.handling.story.queryOptions({ input: { taskId: task.id } }));
  const [doing, setDoing] = useState<'ask' | 'reassign' | null>(null);
  const ask = useCommand(client.handling.ask, {
    report: 'inline',
    success: 'The question was sent.',
    onDone: () => setDoing(null),
  });
  if (story.data === undefined) return null;
  const { handOvers, standsInFor, messages, mayAsk, mayReassign } = story.data;
  return (
    <Stack gap="xs">
      {standsInFor !== null && (
        <Text size="sm" fw={550}>
          For {standsInFor.person.fullName}, out of office
          {standsInFor.until !== null && (
            <>
              {' '}
              until <TimeText at={standsInFor.until} form="exact" />
            </>
          )}
        </Text>
      )}
      {handOvers.length > 1 && (
        <Text size="xs" c="dimmed">
          {handOvers.map(stepWords).join(' → ')}
        </Text>
      )}
      {messages.map((message) => (
        <div key={message.id}>
          <Text size="xs" c="dimmed">
            {message.author.fullName} {message.kind === 'question' ? 'asked' : 'answered'}, <TimeText at={message.at} />
          </Text>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {message.text}
          </Text>
        </div>
      ))}
      {(mayAsk || mayReassign) && (
        <Group gap="xs">
          {mayAsk && (
            <Button size="compact-sm" variant="default" onClick={() => setDoing('ask')}>
              Ask for information…
            </Button>
          )}
          {mayReassign && (
            <Button size="compact-sm" variant="default" onClick={() => setDoing('reassign')}>
              Give to somebody else…
            </Button>
          )}
        </Group>
      )}
      <ConfirmDialog
        opened={doing === 'ask'}
        onClose={() => setDoing(null)}
        onConfirm={async (text) => void (await ask.run({ taskId: task.id, text }))}
        title="Ask for information"
        message="Whoever asked for the access and whoever receives it are told and can answer. You can decide all the while."
        confirmLabel="Ask"
        reason="required"
        reasonLabel="Your question"
        problem={ask.refusal?.message ?? ask.problem}
        pending={ask.isPending}
      />
      <Modal
        opened={doing === 'reassign'}
        onClose={() => setDoing(null)}
        title="Give this task to somebody else"
        size="md"
        centered
      >
        <GiveOn taskId={task.id} onDone={() => setDoing(null)} />
      </Modal>
    </Stack>
  );
}

function GiveOn({ taskId, onDone }: { readonly taskId: ReviewTaskId; readonly onDone: () => void }) {
  const { give, ...reassignment } = useReassignment(taskId, onDone);
  return <ReassignForm {...reassignment} onGive={give} />;
}

function stepWords(step: HandOver): string {
  const { fullName } = step.reviewer;
  switch (step.via) {
    case 'planned':
      return fullName;
    case 'rerouted':
      return `${fullName} (responsible now)`;
    case 'reassigned':
      return `${fullName} (given to)`;
    case 'delegated':
      return `${fullName} (standing in)`;
    case 'escalated':
      return `${fullName} (asked too)`;
    case 'returned':
      return `${fullName} (has it again)`;
  }
}
