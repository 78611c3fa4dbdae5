/** Says that there is nothing, and what to do next. */
import { Stack, Text, ThemeIcon } from '@mantine/core';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** What to do next, usually a button or a link. */
  readonly action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center">
      {icon !== undefined && (
        <ThemeIcon size={44} radius="xl" variant="light" mb={6} aria-hidden>
          {icon}
        </ThemeIcon>
      )}
      <Text fw={600}>{title}</Text>
      {children !== undefined && (
        <Text size="sm" c="dimmed" maw={460} component="div">
          {children}
        </Text>
      )}
      {action !== undefined && <div style={{ marginTop: 10 }}>{action}</div>}
    </Stack>
  );
}
