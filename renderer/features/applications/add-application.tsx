/** Adds an application, and leads on to its connection when it is fulfilled by one. */
import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { newSettings, toSettings } from './settings-payload.ts';
import { SettingsFormFields } from './settings-form.tsx';

export function AddApplication({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const create = useCommand(client.applications.create, {
    report: 'inline',
    success: (_value, input) => `${input.name} is added.`,
    onDone: ({ applicationId }, input) => {
      const tab = input.fulfillment === 'connector' ? 'connection' : 'overview';
      void navigate({ to: '/applications/$applicationId', params: { applicationId }, search: { tab } });
    },
  });
  return (
    <Modal opened onClose={onClose} title="Add an application" size={680}>
      <SettingsFormFields
        initial={newSettings}
        submitLabel="Add application"
        isPending={create.isPending}
        problem={create.refusal?.message ?? create.problem}
        onSubmit={(form) => void create.run(toSettings(form))}
        onCancel={onClose}
      />
    </Modal>
  );
}
