/** A dialog that asks once more, optionally with a reason. The reason's field or else the safe button has the focus. */
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';

export interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onConfirm: (reason: string) => Promise<void> | void;
  readonly title: string;
  /** What will happen. */
  readonly message?: ReactNode;
  /** The button that does it: a verb. */
  readonly confirmLabel: string;
  readonly cancelLabel?: string;
  /** The thing cannot be taken back: the button is red. */
  readonly danger?: boolean;
  readonly reason?: 'none' | 'optional' | 'required';
  readonly reasonLabel?: string;
  readonly reasonPlaceholder?: string;
  readonly reasonMaximum?: number;
  /** Why the last attempt was refused or failed. */
  readonly problem?: string | null;
  readonly pending?: boolean;
  /** False when the caller says where the focus goes afterwards. */
  readonly returnFocus?: boolean;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      size="md"
      centered
      returnFocus={props.returnFocus ?? true}
    >
      <DialogForm {...props} />
    </Modal>
  );
}

/** Lives as long as the dialog is open, so that each opening starts empty. */
function DialogForm(props: ConfirmDialogProps) {
  const { onClose, danger = false, reason = 'none', pending = false } = props;
  const [text, setText] = useState('');
  const [missing, setMissing] = useState(false);

  async function confirm(): Promise<void> {
    const given = text.trim();
    if (reason === 'required' && given === '') {
      setMissing(true);
      return;
    }
    await props.onConfirm(given);
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <Stack gap="sm">
        {props.message !== undefined && (
          <Text size="sm" component="div">
            {props.message}
          </Text>
        )}
        {reason !== 'none' && (
          <Textarea
            label={props.reasonLabel ?? 'Reason'}
            placeholder={props.reasonPlaceholder}
            required={reason === 'required'}
            error={missing ? 'Please give a reason; it becomes part of the trail.' : undefined}
            autosize
            minRows={3}
            maxRows={10}
            maxLength={props.reasonMaximum ?? 2000}
            data-autofocus
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setMissing(false);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                void confirm();
              }
            }}
          />
        )}
        {props.problem !== undefined && props.problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {props.problem}
          </Alert>
        )}
        <Group justify="flex-end" gap={8} mt={4}>
          <Button variant="default" onClick={onClose} {...(reason === 'none' ? { 'data-autofocus': true } : {})}>
            {props.cancelLabel ?? 'Keep as it is'}
          </Button>
          <Button type="submit" color={danger ? 'red' : 'petrol'} loading={pending}>
            {props.confirmLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
