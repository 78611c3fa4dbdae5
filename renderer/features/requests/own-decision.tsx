/** Deciding one's own task where the request is shown. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useDecision, type DecidableTask } from '#renderer/data/use-decision.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';
import classes from './request-page.module.css';

export interface OwnDecisionProps {
  readonly task: DecidableTask;
  readonly what: string;
}

export function OwnDecision({ task, what }: OwnDecisionProps) {
  const queryClient = useQueryClient();
  const decision = useDecision();
  const [denying, setDenying] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function decide(verdict: 'approve' | 'deny', reason: string | null): Promise<void> {
    const why = await decision.decide(task, verdict, reason);
    setProblem(why);
    if (why === null) setDenying(false);
  }

  return (
    <div className={classes.decide}>
      <Text size="sm" fw={550}>
        This waits for your decision.
      </Text>
      <Group gap={8}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconX size={14} aria-hidden />}
          disabled={decision.isPending}
          onClick={() => {
            setProblem(null);
            setDenying(true);
          }}
          aria-label={`Deny ${what}`}
        >
          Deny…
        </Button>
        <Button
          size="xs"
          leftSection={<IconCheck size={14} aria-hidden />}
          loading={decision.isPending}
          onClick={() => void decide('approve', null)}
          aria-label={`Approve ${what}`}
        >
          Approve
        </Button>
      </Group>
      {problem !== null && !denying && (
        <Alert color="red" variant="light" role="alert" w="100%" title="Not decided">
          {problem}
          <Button
            size="compact-xs"
            variant="default"
            mt={8}
            display="block"
            onClick={() => void queryClient.invalidateQueries()}
          >
            Reload
          </Button>
        </Alert>
      )}
      <ConfirmDialog
        opened={denying}
        onClose={() => setDenying(false)}
        onConfirm={(reason) => decide('deny', reason)}
        title="Deny this item?"
        message={what}
        confirmLabel="Deny"
        cancelLabel="Back"
        danger
        reason="required"
        reasonLabel="Why is it denied?"
        reasonPlaceholder="The requester reads this, and it stays in the trail."
        problem={problem}
        pending={decision.isPending}
      />
    </div>
  );
}
