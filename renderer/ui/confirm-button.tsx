/** A button that asks before it does, and asks for a reason where one is wanted. */
import { Button, type ButtonProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ConfirmDialog, type ConfirmDialogProps } from './confirm-dialog.tsx';

export interface ConfirmButtonProps
  extends
    Pick<ButtonProps, 'size' | 'variant' | 'color' | 'leftSection' | 'disabled'>,
    Omit<ConfirmDialogProps, 'opened' | 'onClose' | 'onConfirm'> {
  readonly children: ReactNode;
  /** Resolve to false to keep the dialog open, e.g. after a refusal. */
  readonly onConfirm: (reason: string) => Promise<boolean | void> | boolean | void;
}

export function ConfirmButton({
  children,
  onConfirm,
  size,
  variant,
  color,
  leftSection,
  disabled,
  ...dialog
}: ConfirmButtonProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        {...(size === undefined ? {} : { size })}
        variant={variant ?? 'default'}
        {...(color === undefined ? {} : { color })}
        leftSection={leftSection}
        disabled={disabled ?? false}
        onClick={() => setOpened(true)}
      >
        {children}
      </Button>
      <ConfirmDialog
        {...dialog}
        opened={opened}
        onClose={() => setOpened(false)}
        onConfirm={async (reason) => {
          if ((await onConfirm(reason)) !== false) setOpened(false);
        }}
      />
    </>
  );
}
