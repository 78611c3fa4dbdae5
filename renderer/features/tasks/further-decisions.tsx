/** What a reviewer can decide besides approving and denying: to leave a line out, or to approve it for a shorter time. */
import { Alert, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { TaskRow, Term } from '#core/contract/index.ts';
import { useDecision } from '#renderer/data/use-decision.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { ShorterTerm } from './shorter-term.tsx';
import { describeTask } from './task-words.ts';

export function FurtherDecisions({ task }: { readonly task: TaskRow }) {
  const [doing, setDoing] = useState<'drop' | 'shorten' | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const decision = useDecision();

  function start(what: 'drop' | 'shorten'): void {
    setWhy(null);
    setDoing(what);
  }

  async function decide(verdict: 'approve' | 'drop', reason: string | null, term: Term | null): Promise<void> {
    const problem = await decision.decide(task, verdict, reason, term);
    setWhy(problem);
    if (problem === null) setDoing(null);
  }

  return (
    <>
      <Menu position="top-start" withinPortal>
        <Menu.Target>
          <Button
            variant="default"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={`Decide otherwise: ${describeTask(task)}`}
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {task.item.action === 'GRANT' && (
            <Menu.Item onClick={() => start('shorten')}>Approve for a shorter time…</Menu.Item>
          )}
          <Menu.Item onClick={() => start('drop')}>Leave out…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={doing === 'drop'}
        onClose={() => setDoing(null)}
        onConfirm={(reason) => decide('drop', reason.trim() === '' ? null : reason, null)}
        title="Leave this line out"
        message={`${describeTask(task)} is taken out of the request, without a word against the person. The other lines go on.`}
        confirmLabel="Leave out"
        reason="optional"
        reasonLabel="Why (optional)"
        problem={why}
        pending={decision.isPending}
      />
      <Modal
        opened={doing === 'shorten'}
        onClose={() => setDoing(null)}
        title="Approve for a shorter time"
        size="md"
        centered
      >
        <ShortenForm
          asked={task.item.term}
          problem={why}
          pending={decision.isPending}
          onApprove={(term) => void decide('approve', null, term)}
        />
      </Modal>
    </>
  );
}

interface ShortenFormProps {
  readonly asked: Term;
  readonly problem: string | null;
  readonly pending: boolean;
  readonly onApprove: (term: Term) => void;
}

function ShortenForm({ asked, problem, pending, onApprove }: ShortenFormProps) {
  const [term, setTerm] = useState<Term | null>(null);
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        Asked for: <TermText term={asked} />. Whoever asked sees what it was shortened to.
      </Text>
      <ShorterTerm asked={asked} value={term} onChange={setTerm} />
      {problem !== null && (
        <Alert color="red" variant="light" role="alert" title="Not decided">
          {problem}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button
          disabled={term === null}
          loading={pending}
          onClick={() => {
            if (term !== null) onApprove(term);
          }}
        >
          Approve for this time
        </Button>
      </Group>
    </Stack>
  );
}
