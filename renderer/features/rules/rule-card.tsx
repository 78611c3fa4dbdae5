/** One rule in a list: its name, what it does, and what can be done with it. */
import { Badge, Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function RuleCard(props: {
  readonly place?: number;
  readonly name: string;
  readonly isActive?: boolean;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <Paper component="li" withBorder radius="md" p="sm" aria-label={props.name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Group gap={8}>
            {props.place !== undefined && (
              <Text size="sm" c="dimmed">
                {props.place}.
              </Text>
            )}
            <Text size="sm" fw={600}>
              {props.name}
            </Text>
            {props.isActive === false && (
              <Badge size="sm" variant="default">
                Inactive
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" component="div">
            {props.children}
          </Text>
        </div>
        <Group gap={6} wrap="nowrap">
          {props.actions}
        </Group>
      </Group>
    </Paper>
  );
}

export function RuleList({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ol aria-label={label} style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8 }}>
      {children}
    </ol>
  );
}
