/** The first start of an empty workspace: explore the sample organisation, or set up one's own. */
import { Center, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { WorkspaceStatus } from '#core/contract/index.ts';
import { Mark } from '#renderer/ui/mark.tsx';
import { OwnWorkspaceForm } from './own-workspace-form.tsx';
import { SampleChoice } from './sample-choice.tsx';
import classes from './first-start.module.css';

export function FirstStartPage({ status }: { readonly status: WorkspaceStatus }) {
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Welcome · Gatehouse';
  }, []);
  return (
    <main className={classes.page}>
      <Center mih="100%" p="xl">
        <Stack gap="xl" maw={920} w="100%">
          <Stack gap={8}>
            <Mark size={44} />
            <Title order={1} fz={26} mt={6}>
              Welcome to Gatehouse
            </Title>
            <Text maw={620} c="dimmed" size="md">
              Ask for access, review it, see it arrive in the application, and keep the evidence. This workspace is
              empty: choose how to begin.
            </Text>
          </Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
            <SampleChoice disabled={busy} onBusy={setBusy} />
            <OwnWorkspaceForm disabled={busy} onBusy={setBusy} />
          </SimpleGrid>
          {!status.keychain.available && (
            <Text size="sm" c="dimmed" maw={760}>
              <strong>Secrets cannot be kept on this machine yet.</strong> {status.keychain.message} The sample
              organisation works without it.
            </Text>
          )}
          <Text size="xs" c="dimmed">
            Everything stays on this machine, and no network is needed. Gatehouse {status.version}.
          </Text>
        </Stack>
      </Center>
    </main>
  );
}
