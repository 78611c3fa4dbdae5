/** What the person signed in is told, behind a bell with the number of what is unread. */
import { ActionIcon, Button, Group, Indicator, Popover, ScrollArea, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';

export function NoticesBell() {
  const [opened, setOpened] = useState(false);
  const unread = useQuery(orpc.notices.unread.queryOptions());
  const list = useQuery({ ...orpc.notices.list.queryOptions({ input: { limit: 50 } }), enabled: opened });
  const markRead = useCommand(client.notices.markRead);
  const count = unread.data?.count ?? 0;
  const rows = list.data?.rows ?? [];
  const newest = rows[0];
  return (
    <Popover opened={opened} onChange={setOpened} position="right-end" width={380} trapFocus returnFocus shadow="md">
      <Indicator label={count > 99 ? '99+' : count} size={16} disabled={count === 0} color="red.8" inline>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray.3"
            size="lg"
            aria-label={count === 0 ? 'Notices' : `Notices, ${count} unread`}
            onClick={() => setOpened((open) => !open)}
          >
            <IconBell size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label="Notices">
        <Group justify="space-between" mb="xs">
          <Text fw={650}>Notices</Text>
          <Button
            size="compact-xs"
            variant="default"
            disabled={count === 0 || newest === undefined}
            onClick={() => {
              if (newest !== undefined) void markRead.run({ notices: { which: 'allUntil', at: newest.at } });
            }}
          >
            Mark all as read
          </Button>
        </Group>
        <ScrollArea.Autosize mah={420}>
          <Stack gap="sm">
            {rows.length === 0 && (
              <Text size="sm" c="dimmed">
                {list.isError ? 'The notices could not be loaded.' : 'Nothing yet.'}
              </Text>
            )}
            {rows.map((row) => (
              <div key={row.id}>
                <Text size="sm" fw={row.readAt === null ? 600 : 400} style={{ overflowWrap: 'anywhere' }}>
                  {row.sentence}
                </Text>
                <Group gap="xs">
                  <Text size="xs" c="dimmed">
                    <TimeText at={row.at} />
                  </Text>
                  {row.requestId !== null && (
                    <TextLink to="/requests/$requestId" params={{ requestId: row.requestId }} size="xs">
                      Open the request
                    </TextLink>
                  )}
                </Group>
              </div>
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
