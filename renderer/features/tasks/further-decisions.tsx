/** What a reviewer can decide besides approving and denying: to leave a line out, or to approve it for a shorter time. */
import { Alert, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { instant, type TaskRow, type Term } from '#core/contract/index.ts';
import { useDecision } from '#renderer/data/use-decision.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { useNow } from '#renderer/ui/use-now.ts';
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

const minutesPerDay = 1440;
const presets = [
  { minutes: 60, label: '1 hour' },
  { minutes: minutesPerDay, label: '1 day' },
  { minutes: 7 * minutesPerDay, label: '1 week' },
  { minutes: 30 * minutesPerDay, label: '30 days' },
  { minutes: 90 * minutesPerDay, label: '90 days' },
];

function ShortenForm({ asked, problem, pending, onApprove }: ShortenFormProps) {
  const [term, setTerm] = useState<Term | null>(null);
  const now = new Date(useNow());
  // Access that ends at a fixed time can only be given an earlier end.
  const shorter = presets.filter(
    ({ minutes }) => asked.kind === 'permanent' || (asked.kind === 'duration' && minutes < asked.minutes),
  );
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        Asked for: <TermText term={asked} />. Whoever asked sees what it was shortened to.
      </Text>
      {shorter.length > 0 && (
        <Group gap={6} role="group" aria-label="For a duration, from when the access works">
          {shorter.map(({ minutes, label }) => (
            <Button
              key={minutes}
              size="compact-sm"
              variant={term?.kind === 'duration' && term.minutes === minutes ? 'filled' : 'default'}
              aria-pressed={term?.kind === 'duration' && term.minutes === minutes}
              onClick={() => setTerm({ kind: 'duration', minutes })}
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
      <DateTimePicker
        label={shorter.length > 0 ? 'Or until' : 'Until'}
        description="In your time zone"
        valueFormat="D MMM YYYY, HH:mm"
        value={term?.kind === 'until' ? new Date(term.endsAt) : null}
        minDate={now}
        onChange={(text) => setTerm(untilLocal(text))}
        popoverProps={{ withinPortal: true }}
      />
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

/** The picker's text is local time: `YYYY-MM-DD HH:mm:ss`. */
function untilLocal(text: string | null): Term | null {
  const time = new Date((text ?? '').replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? null : { kind: 'until', endsAt: instant(time) };
}
