/** Setting up an own workspace: the organisation, and the person who becomes its first administrator. */
import { Alert, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import type { ChoiceProps } from './choice.ts';
import classes from './first-start.module.css';

interface OwnWorkspace {
  readonly organisation: string;
  readonly fullName: string;
  readonly workEmail: string;
}

export function OwnWorkspaceForm({ disabled, onBusy }: ChoiceProps) {
  const queryClient = useQueryClient();
  const create = useCommand(client.workspace.createOwn, { report: 'inline' });
  const form = useForm<OwnWorkspace>({ defaultValues: { organisation: '', fullName: '', workEmail: '' } });
  const { errors } = form.formState;

  async function start(values: OwnWorkspace): Promise<void> {
    onBusy(true);
    const result = await create.run({
      organisation: values.organisation.trim(),
      fullName: values.fullName.trim(),
      workEmail: values.workEmail.trim(),
    });
    onBusy(false);
    if (result !== null) await queryClient.invalidateQueries();
  }

  return (
    <section className={classes.choice} aria-labelledby="own-title">
      <Title order={2} fz={17} id="own-title">
        Set up your own workspace
      </Title>
      <Text size="sm" c="dimmed">
        You become its administrator. Employees and applications come next, by import or by connecting an application.
      </Text>
      <Text size="sm" c="dimmed">
        Only you sign in to it, and nobody decides their own requests: let its applications approve at once. Reviews by
        several people can be tried in the sample organisation.
      </Text>
      <form noValidate onSubmit={(event) => void form.handleSubmit(start)(event)} style={{ display: 'contents' }}>
        <Stack gap="sm">
          <TextInput
            label="Organisation"
            autoComplete="organization"
            required
            maxLength={120}
            error={errors.organisation?.message}
            {...form.register('organisation', { validate: filled('Say what the organisation is called.') })}
          />
          <TextInput
            label="Your name"
            autoComplete="name"
            required
            maxLength={200}
            error={errors.fullName?.message}
            {...form.register('fullName', { validate: filled('Say who you are; your name stands in the trail.') })}
          />
          <TextInput
            label="Your work e-mail"
            type="email"
            autoComplete="email"
            required
            maxLength={320}
            error={errors.workEmail?.message}
            {...form.register('workEmail', {
              validate: (value) =>
                /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.trim()) ||
                'Enter a whole e-mail address, like ana@example.org.',
            })}
          />
        </Stack>
        <Stack gap="xs" mt="auto">
          {(create.refusal !== null || create.problem !== null) && (
            <Alert color="red" variant="light" role="alert">
              {create.refusal?.message ?? create.problem}
            </Alert>
          )}
          <Button
            type="submit"
            variant="default"
            fullWidth
            disabled={disabled && !create.isPending}
            loading={create.isPending}
          >
            Set up my workspace
          </Button>
        </Stack>
      </form>
    </section>
  );
}

function filled(message: string): (value: string) => true | string {
  return (value) => value.trim() !== '' || message;
}
