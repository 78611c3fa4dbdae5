/** One application: its settings, its connection, what was found in it, and how it was found. */
import { Alert, Anchor, Button, Group, Tabs } from '@mantine/core';
import { IconArrowLeft, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ApplicationDetail } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { counted } from '#renderer/ui/format.ts';
import { Page } from '#renderer/ui/page.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { AccountsTab } from './accounts-tab.tsx';
import { tabOf, tabs, type ApplicationTab } from './application-tabs.ts';
import classes from './applications.module.css';
import { ConnectionBadge } from './connection-badge.tsx';
import { applicationQuery } from './applications.queries.ts';
import { ConnectionTab } from './connection-tab.tsx';
import { DeliveryTab } from './delivery-tab.tsx';
import { DiscoveriesTab } from './discoveries-tab.tsx';
import { EntitlementsTab } from './entitlements-tab.tsx';
import { FindingsTab } from './findings-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { PageSkeleton } from './page-skeleton.tsx';
import { useDiscover } from './use-discover.ts';

export function ApplicationPage() {
  const { applicationId } = useParams({ from: '/applications/$applicationId' });
  const application = useQuery(applicationQuery(applicationId));
  const back = (
    <Anchor
      component={Link}
      to="/applications"
      size="sm"
      style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}
    >
      <IconArrowLeft size={14} aria-hidden /> Applications
    </Anchor>
  );
  if (application.isError && application.data === undefined) {
    return (
      <Page title="Application" above={back}>
        <ErrorState message={messageOfError(application.error)} onRetry={() => void application.refetch()} />
      </Page>
    );
  }
  if (application.data === undefined) {
    return (
      <Page title="Application" above={back}>
        <PageSkeleton />
      </Page>
    );
  }
  return <Loaded key={applicationId} application={application.data} back={back} />;
}

function Loaded({ application, back }: { readonly application: ApplicationDetail; readonly back: React.ReactNode }) {
  const tab = tabOf(useSearch({ strict: false }));
  const navigate = useNavigate();
  const discover = useDiscover(application);
  const show = (next: ApplicationTab): void => void navigate({ to: '.', search: { tab: next }, replace: true });

  return (
    <Page
      title={application.name}
      subtitle={application.description ?? undefined}
      beside={<ConnectionBadge connection={application.connection} />}
      above={back}
      fill
      actions={
        application.mayManage && application.connectionSettings?.discovers === true ? (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={discover.isRunning}
            onClick={() => {
              void discover.start();
              show('discoveries');
            }}
          >
            Discover now
          </Button>
        ) : undefined
      }
    >
      {application.delivery.credential !== null && (
        <CredentialFault fault={application.delivery.credential} onConnect={() => show('connection')} />
      )}
      {application.delivery.credential === null &&
        application.connection.message !== null &&
        application.connection.state !== 'working' && (
          <Alert color={application.connection.state === 'failing' ? 'red' : 'yellow'} py="xs">
            {application.connection.message}
          </Alert>
        )}
      {application.delivery.paused !== null && (
        <Alert color="yellow" py="xs">
          Deliveries are paused: the application did not answer well {application.delivery.paused.faults} times in a
          row. It is tried again by itself. {application.delivery.paused.problem}
        </Alert>
      )}
      <Tabs value={tab} onChange={(value) => show(tabOf({ tab: value }))} className={classes.tabs} keepMounted={false}>
        <Tabs.List>
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
              {value === 'entitlements' && ` (${application.entitlements.toLocaleString('en')})`}
              {value === 'findings' &&
                application.openFindings > 0 &&
                ` (${application.openFindings.toLocaleString('en')})`}
              {value === 'accounts' && ` (${application.accounts.toLocaleString('en')})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" className={`${classes.panel} ${classes.scrolling}`} tabIndex={0}>
          <OverviewTab application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="connection" className={`${classes.panel} ${classes.scrolling}`} tabIndex={0}>
          <ConnectionTab application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="delivery" className={`${classes.panel} ${classes.scrolling}`} tabIndex={0}>
          <DeliveryTab application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="entitlements" className={classes.panel}>
          <EntitlementsTab application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="accounts" className={classes.panel}>
          <AccountsTab application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="findings" className={classes.panel}>
          <FindingsTab application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="discoveries" className={`${classes.panel} ${classes.scrolling}`} tabIndex={0}>
          <DiscoveriesTab application={application} discover={discover} onConnect={() => show('connection')} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** Nothing is asked of the application until somebody enters another credential; everything goes on at once then. */
function CredentialFault({
  fault,
  onConnect,
}: {
  readonly fault: NonNullable<ApplicationDetail['delivery']['credential']>;
  readonly onConnect: () => void;
}) {
  return (
    <Alert color="red" py="xs" title="The application does not accept the credential">
      <Group justify="space-between" align="flex-start" gap="md">
        <div style={{ flex: '1 1 320px' }}>
          {fault.problem} Since <TimeText at={fault.since} />, from {fault.machine}.{' '}
          {fault.waiting > 0
            ? `${counted(fault.waiting, 'delivery', 'deliveries')} and discoveries wait`
            : 'Deliveries and discoveries wait'}
          , and go on as soon as another credential is entered or a test passes.
        </div>
        <Button size="xs" variant="default" onClick={onConnect}>
          Enter another credential
        </Button>
      </Group>
    </Alert>
  );
}
