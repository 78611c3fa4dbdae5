/** How Gatehouse reaches the application: the connector and what it needs to know. */
import { Alert, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApplicationDetail, ConnectorView } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import classes from './applications.module.css';
import { connectorsQuery } from './applications.queries.ts';
import { ConnectionForm } from './connection-form.tsx';
import { ConnectorFacts } from './connector-facts.tsx';
import { PageSkeleton } from './page-skeleton.tsx';

export function ConnectionTab({ application }: { readonly application: ApplicationDetail }) {
  const connectors = useQuery(connectorsQuery());
  if (connectors.isPending) return <PageSkeleton />;
  if (connectors.isError) {
    return <ErrorState message={messageOfError(connectors.error)} onRetry={() => void connectors.refetch()} />;
  }
  if (!application.mayManage) return <ReadOnly application={application} connectors={connectors.data} />;
  if (connectors.data.length === 0) {
    return <EmptyState title="No connectors">This build of Gatehouse has no connectors to choose from.</EmptyState>;
  }
  return <Editable application={application} connectors={connectors.data} />;
}

interface ConnectionProps {
  readonly application: ApplicationDetail;
  readonly connectors: readonly ConnectorView[];
}

function Editable({ application, connectors }: ConnectionProps) {
  const saved = application.connectionSettings;
  const [name, setName] = useState(saved?.connector ?? (connectors.length === 1 ? connectors[0]?.name : null) ?? null);
  const connector = connectors.find((candidate) => candidate.name === name);
  return (
    <div className={classes.split}>
      <Stack gap="md" className={classes.card}>
        {application.fulfillment === 'manual' && (
          <Alert color="petrol">
            Requests of this application are fulfilled by hand. A connection still lets you discover who has what.
          </Alert>
        )}
        <Select
          label="Connector"
          description={connector?.summary ?? 'The kind of system this application is.'}
          placeholder="Choose a connector"
          data={connectors.map((candidate) => ({ value: candidate.name, label: candidate.title }))}
          value={name}
          onChange={setName}
          allowDeselect={false}
        />
        {saved !== null && name !== saved.connector && (
          <Alert color="yellow">Saving replaces the present connection, which uses another connector.</Alert>
        )}
        {connector !== undefined && (
          <ConnectionForm key={connector.name} application={application} connector={connector} />
        )}
      </Stack>
      {connector !== undefined && <AboutConnector application={application} connector={connector} />}
    </div>
  );
}

const capabilityWords: Readonly<Record<ConnectorView['capabilities'][number], string>> = {
  test: 'test the connection',
  discover: 'discover accounts, entitlements and grants',
  createAccount: 'create missing accounts',
  updateAccount: 'bring accounts up to date',
  disableAccount: 'disable accounts',
  enableAccount: 'enable accounts again',
  deleteAccount: 'delete accounts',
  grant: 'grant access',
  revoke: 'remove access',
  read: 'read back what it did',
  openTicket: 'ask others to make a change',
  readTicket: 'look whether it is made',
  takeReport: 'be told by the other system',
};

function AboutConnector({
  application,
  connector,
}: {
  readonly application: ApplicationDetail;
  readonly connector: ConnectorView;
}) {
  const usedAt = application.connectionSettings?.lastUsedAt ?? null;
  const testedAt = application.connectionSettings?.lastTestedAt ?? null;
  return (
    <Stack gap="sm">
      {usedAt !== null && (
        <Text size="sm" c="dimmed">
          Last used <TimeText at={usedAt} />
        </Text>
      )}
      {testedAt !== null && (
        <Text size="sm" c="dimmed">
          Last tested <TimeText at={testedAt} />
        </Text>
      )}
      <div>
        <Text size="sm" fw={600}>
          {connector.title} can
        </Text>
        <Text size="sm" c="dimmed">
          {connector.capabilities.map((capability) => capabilityWords[capability]).join(', ')}.
        </Text>
      </div>
      {connector.requiredPermissions.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            The credential must be allowed to
          </Text>
          <Text component="ul" size="sm" c="dimmed" my={4} pl="md">
            {connector.requiredPermissions.map((permission) => (
              <li key={permission}>{permission}</li>
            ))}
          </Text>
        </div>
      )}
      <ConnectorFacts connector={connector} />
    </Stack>
  );
}

function ReadOnly({ application, connectors }: ConnectionProps) {
  const saved = application.connectionSettings;
  const connector = connectors.find((candidate) => candidate.name === application.connection.connector);
  return (
    <div className={classes.card}>
      <dl className={classes.facts}>
        <dt>Connector</dt>
        <dd>{connector?.title ?? application.connection.connector ?? 'Not connected'}</dd>
        {connector?.fields
          .filter((field) => field.kind !== 'secret' && isShown(saved?.configuration[field.name]))
          .map((field) => (
            <FieldFact key={field.name} label={field.label} value={saved?.configuration[field.name]} />
          ))}
      </dl>
      <Text size="xs" c="dimmed" mt="md">
        Its owners and administrators can change this.
      </Text>
    </div>
  );
}

function isShown(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

function FieldFact({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{isShown(value) ? String(value) : ''}</dd>
    </>
  );
}
