/** How one entitlement is given and taken by hand: as the application says, or in its own way. */
import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { EntitlementRow } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';

export interface EntitlementInstructionsProps {
  readonly entitlement: EntitlementRow;
  readonly ofApplication: string | null;
  readonly onClose: () => void;
}

export function EntitlementInstructions({ entitlement, ofApplication, onClose }: EntitlementInstructionsProps) {
  const [text, setText] = useState(entitlement.instructions ?? '');
  const save = useCommand(client.applications.instructEntitlement, {
    report: 'inline',
    success: 'The instructions are saved.',
    onDone: onClose,
  });
  return (
    <Modal opened onClose={onClose} size="lg" title={`Instructions for ${entitlement.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const trimmed = text.trim();
          void save.run({ entitlementId: entitlement.id, instructions: trimmed === '' ? null : trimmed });
        }}
      >
        <Stack gap="md">
          <Textarea
            label="Instructions"
            description="What people are told who give or take it by hand. Empty: what the application’s Delivery tab says."
            placeholder={ofApplication ?? 'The application has no instructions.'}
            autosize
            minRows={4}
            maxRows={14}
            maxLength={4000}
            data-autofocus
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {(save.refusal !== null || save.problem !== null) && (
            <Alert color="red" role="alert">
              {save.refusal?.message ?? save.problem}
            </Alert>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
