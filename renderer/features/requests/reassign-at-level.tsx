/** Giving a task of an open level to somebody else, for its reviewer and for administrators. */
import { Button, Modal, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ReviewTaskId } from '#core/contract/index.ts';
import { useReassignment } from '#renderer/data/use-reassignment.ts';
import { ReassignForm } from '#renderer/ui/reassign-form.tsx';
import type { Stage, Task } from './review-words.ts';

export function ReassignAtLevel({ stage, what }: { readonly stage: Stage; readonly what: string }) {
  const tasks = stage.tasks.filter((task) => task.mayReassign);
  const [chosenId, setChosenId] = useState<ReviewTaskId | null>(null);
  const [opened, setOpened] = useState(false);
  const [first] = tasks;
  if (first === undefined) return null;
  const chosen = tasks.find((task) => task.id === chosenId) ?? first;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        mt={4}
        onClick={() => setOpened(true)}
        aria-label={`Give a task to somebody else: ${what}`}
      >
        Give to somebody else…
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title="Give this task to somebody else"
        size="md"
        centered
      >
        <Stack gap="md">
          {tasks.length > 1 && (
            <Select
              label="Whose task"
              allowDeselect={false}
              data={tasks.map((task) => ({ value: task.id as string, label: task.reviewer.fullName }))}
              value={chosen.id as string}
              onChange={(id) => setChosenId(id as ReviewTaskId | null)}
            />
          )}
          <GiveOn key={chosen.id} task={chosen} onDone={() => setOpened(false)} />
        </Stack>
      </Modal>
    </>
  );
}

function GiveOn({ task, onDone }: { readonly task: Task; readonly onDone: () => void }) {
  const { give, ...reassignment } = useReassignment(task.id, onDone);
  return <ReassignForm {...reassignment} onGive={give} />;
}
