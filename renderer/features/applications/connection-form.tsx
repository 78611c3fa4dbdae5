/** The connector's own form: drawn from its description, tested before or after saving. Secrets are written, never shown. */
import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPlugConnected } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApplicationDetail, ConnectorView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { statusQuery } from '#renderer/data/session.ts';
import { ConnectionField } from './connection-field.tsx';
import { changed, fieldProblems, initialValues, toPayload, visibleFields } from './connection-fields.ts';
import { TestResult } from './test-result.tsx';

export interface ConnectionFormProps {
  readonly application: ApplicationDetail;
  readonly connector: ConnectorView;
}

type ConnectionDraft = Parameters<typeof client.applications.testConnection>[0];

const noSecrets: Readonly<Record<string, boolean>> = {};

export function ConnectionForm({ application, connector }: ConnectionFormProps) {
  const saved = application.connectionSettings?.connector === connector.name ? application.connectionSettings : null;
  const [values, setValues] = useState(() => initialValues(connector, saved?.configuration ?? null));
  const [wasTried, setWasTried] = useState(false);
  const [detailsOpen, setDetailsOpen] = useState(false);
  const status = useQuery(statusQuery());
  const secretsPresent = saved?.secretsPresent ?? noSecrets;
  const problems = fieldProblems(connector, values, secretsPresent);
  const hasProblems = Object.keys(problems).length > 0;

  const test = useMutation({ mutationFn: (input: ConnectionDraft) => client.applications.testConnection(input) });
  const save = useCommand(client.applications.setConnection, {
    report: 'inline',
    success: 'The connection is saved.',
    // A secret that was saved is in the keychain; it has no business on the screen any longer.
    onDone: (_value, input) => {
      setValues((current) => withoutSecrets(connector, current));
      // As it was saved, with what the keychain holds: that is what its state beside the title speaks of.
      test.mutate({ ...input, secrets: {} });
    },
  });

  function change(name: string, value: string): void {
    setValues((current) => changed(connector, current, name, value));
    // A result speaks of what was in the form when it was tested.
    test.reset();
    save.reset();
  }

  function draft(): ConnectionDraft {
    return { applicationId: application.id, connector: connector.name, ...toPayload(connector, values) };
  }

  const fields = visibleFields(connector, values);
  const details = fields.filter((field) => field.advanced === true);
  // What has to be mended must be seen.
  const detailsShown = detailsOpen || (wasTried && details.some((field) => problems[field.name] !== undefined));
  const show = (field: ConnectorView['fields'][number]) => (
    <ConnectionField
      key={field.name}
      field={field}
      value={values[field.name] ?? ''}
      error={wasTried ? (problems[field.name] ?? null) : null}
      isSecretSaved={secretsPresent[field.name] === true}
      onChange={(value) => change(field.name, value)}
    />
  );
  const hasSecret = connector.fields.some((field) => field.kind === 'secret');
  const keychain = status.data?.keychain;
  return (
    <form
      noValidate
      aria-label={`Connection by ${connector.title}`}
      onSubmit={(event) => {
        event.preventDefault();
        setWasTried(true);
        if (!hasProblems) void save.run(draft());
      }}
    >
      <Stack gap="md">
        {hasSecret && keychain?.available === false && (
          <Alert color="yellow" role="alert">
            {keychain.message}
          </Alert>
        )}
        {fields.filter((field) => field.advanced !== true).map(show)}
        {details.length > 0 && (
          <>
            <Button
              variant="subtle"
              size="compact-sm"
              aria-expanded={detailsShown}
              leftSection={
                detailsShown ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />
              }
              style={{ alignSelf: 'flex-start' }}
              onClick={() => setDetailsOpen(!detailsShown)}
            >
              Details
            </Button>
            {detailsShown && details.map(show)}
          </>
        )}
        {test.data?.outcome === 'done' && <TestResult result={test.data.value} />}
        {test.data?.outcome === 'refused' && <Problem message={test.data.refusal.message} />}
        {test.isError && <Problem message={messageOfError(test.error)} />}
        {save.refusal !== null && <Problem message={save.refusal.message} />}
        {save.problem !== null && <Problem message={save.problem} />}
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={test.isPending}
            onClick={() => {
              setWasTried(true);
              if (!hasProblems) test.mutate(draft());
            }}
          >
            Test
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save connection
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function withoutSecrets(connector: ConnectorView, values: Readonly<Record<string, string>>) {
  const secrets = new Set(connector.fields.filter((field) => field.kind === 'secret').map((field) => field.name));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, secrets.has(name) ? '' : value]));
}

function Problem({ message }: { readonly message: string }) {
  return (
    <Alert color="red" role="alert">
      {message}
    </Alert>
  );
}
