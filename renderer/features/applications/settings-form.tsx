/** The settings of an application: name, owners, how it is fulfilled and who reviews. */
import { Alert, Button, Group, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Controller, useForm, type Resolver } from 'react-hook-form';
import { statusQuery } from '#renderer/data/session.ts';
import { OwnerField, SecondaryOwnersField } from './owner-fields.tsx';
import { ReviewFields } from './review-fields.tsx';
import { settingsProblems, type SettingsForm } from './settings-payload.ts';

export interface SettingsFormFieldsProps {
  readonly initial: SettingsForm;
  readonly submitLabel: string;
  readonly isPending: boolean;
  readonly problem: string | null;
  readonly onSubmit: (form: SettingsForm) => void;
  readonly onCancel?: () => void;
  /** Saving is offered only after a change (for settings that exist already). */
  readonly onlyWhenChanged?: boolean;
}

const resolver: Resolver<SettingsForm> = (values) => {
  const problems = Object.entries(settingsProblems(values));
  if (problems.length === 0) return { values, errors: {} };
  return {
    values: {},
    errors: Object.fromEntries(problems.map(([field, message]) => [field, { type: 'validate', message }])),
  };
};

export function SettingsFormFields(props: SettingsFormFieldsProps) {
  const { initial, onSubmit, onCancel, onlyWhenChanged = false } = props;
  const { control, register, handleSubmit, watch, reset, formState } = useForm<SettingsForm>({
    defaultValues: initial,
    resolver,
  });
  const { errors, isDirty } = formState;
  const approval = watch('approval');
  const primaryOwner = watch('primaryOwner');
  const status = useQuery(statusQuery());

  return (
    <form onSubmit={(event) => void handleSubmit(onSubmit)(event)} noValidate>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={120}
          error={errors.name?.message}
          data-autofocus
          {...register('name')}
        />
        <Textarea
          label="Description"
          description="What it is for, so that people ask for the right thing."
          autosize
          minRows={2}
          maxRows={6}
          maxLength={1000}
          error={errors.description?.message}
          {...register('description')}
        />
        <Controller
          control={control}
          name="primaryOwner"
          render={({ field }) => <OwnerField value={field.value} onChange={field.onChange} />}
        />
        <Controller
          control={control}
          name="secondaryOwners"
          render={({ field }) => (
            <SecondaryOwnersField value={field.value} primaryOwner={primaryOwner} onChange={field.onChange} />
          )}
        />
        <Controller
          control={control}
          name="fulfillment"
          render={({ field }) => (
            <Radio.Group label="Fulfillment" value={field.value} onChange={field.onChange}>
              <Stack gap="xs" mt={6}>
                <Radio
                  value="connector"
                  label="By connector"
                  description="Gatehouse makes the change in the application itself, and reads it back."
                />
                <Radio value="manual" label="By hand" description="An owner gets a task, and says when it is done." />
              </Stack>
            </Radio.Group>
          )}
        />
        <Controller
          control={control}
          name="approval"
          render={({ field }) => (
            <Radio.Group label="Approval" value={field.value} onChange={field.onChange}>
              <Stack gap="xs" mt={6}>
                <Radio
                  value="review"
                  label="Reviewed"
                  description={
                    status.data?.signIn === 'operator'
                      ? 'Every request waits for a reviewer’s decision. Only you sign in to this workspace, and nobody decides their own requests: yours will wait.'
                      : 'Every request waits for a reviewer’s decision.'
                  }
                />
                <Radio
                  value="auto"
                  label="Approved at once"
                  description="Nobody decides; the trail records that this setting did."
                />
              </Stack>
            </Radio.Group>
          )}
        />
        <Controller
          control={control}
          name="review"
          render={({ field, fieldState }) => (
            <ReviewFields
              value={field.value}
              onChange={field.onChange}
              isIdle={approval === 'auto'}
              error={fieldState.error?.message ?? null}
            />
          )}
        />
        {props.problem !== null && (
          <Alert color="red" role="alert">
            {props.problem}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          {onlyWhenChanged && isDirty && (
            <Text size="xs" c="dimmed" mr="auto">
              Not saved yet
            </Text>
          )}
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
          {onlyWhenChanged && (
            <Button variant="default" disabled={!isDirty} onClick={() => reset(initial)}>
              Undo changes
            </Button>
          )}
          <Button type="submit" loading={props.isPending} disabled={onlyWhenChanged && !isDirty}>
            {props.submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
