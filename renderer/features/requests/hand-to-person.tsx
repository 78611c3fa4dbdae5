/** Leaving a delivery that does not get on to the people who look after the application. */
import type { FulfillmentView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';

export interface HandToPersonProps {
  readonly task: FulfillmentView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function HandToPerson({ task, opened, onClose }: HandToPersonProps) {
  const hand = useCommand(client.fulfillment.handToPerson, {
    report: 'inline',
    success: 'It is left to a person. No more attempts are made.',
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title="Hand to a person"
      confirmLabel="Hand over"
      message="Gatehouse makes no more attempts. Somebody who looks after the application does it there, and says here what came of it."
      reason="required"
      reasonLabel="Why, and what is to be done"
      problem={hand.refusal?.message ?? hand.problem}
      pending={hand.isPending}
      onConfirm={async (note) => {
        const result = await hand.run({ fulfillmentTaskId: task.id, note });
        if (result?.outcome === 'done') onClose();
      }}
    />
  );
}
