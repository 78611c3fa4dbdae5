/** The sample organisation: what is in it, and making it. */
import { Alert, Button, Progress, Stack, Text, Title } from '@mantine/core';
import { IconApps, IconPlugConnected, IconDeviceDesktop, IconUsers } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import type { ChoiceProps } from './choice.ts';
import classes from './first-start.module.css';

export function SampleChoice({ disabled, onBusy }: ChoiceProps) {
  const queryClient = useQueryClient();
  const create = useCommand(client.workspace.createSample, { report: 'inline' });

  async function start(): Promise<void> {
    onBusy(true);
    await create.run({});
    onBusy(false);
    // Refused because another window was faster, or done: either way the workspace is not empty any more.
    await queryClient.invalidateQueries();
  }

  return (
    <section className={classes.choice} aria-labelledby="sample-title">
      <Title order={2} fz={17} id="sample-title">
        Explore the sample organisation
      </Title>
      <Text size="sm" c="dimmed">
        See the whole way of a request, from asking to the membership on a real server, in a few minutes.
      </Text>
      <ul className={classes.facts}>
        <li>
          <IconUsers size={17} aria-hidden /> About 200 employees with managers. You choose who you are, and can switch.
        </li>
        <li>
          <IconApps size={17} aria-hidden /> 6 applications with owners, entitlements and people who hold them.
        </li>
        <li>
          <IconPlugConnected size={17} aria-hidden /> One of them is a real SCIM service that runs on this machine, so
          that you can watch access arrive.
        </li>
        <li>
          <IconDeviceDesktop size={17} aria-hidden /> Made-up people and data; nothing leaves this machine.
        </li>
      </ul>
      <Stack gap="xs" mt="auto">
        {create.isPending && (
          <div role="status">
            <Progress value={100} animated aria-label="Making the sample organisation" />
            <Text size="xs" c="dimmed" mt={6}>
              Making the employees, the applications and the service…
            </Text>
          </div>
        )}
        {(create.refusal !== null || create.problem !== null) && (
          <Alert color="red" variant="light" role="alert">
            {create.refusal?.message ?? create.problem}
          </Alert>
        )}
        <Button
          onClick={() => void start()}
          disabled={disabled && !create.isPending}
          loading={create.isPending}
          fullWidth
        >
          Explore the sample organisation
        </Button>
      </Stack>
    </section>
  );
}
