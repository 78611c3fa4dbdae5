/** One person: who they are, who they work with, and what they hold. */
import { Anchor, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconArrowLeft, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { messageOfError } from '#renderer/data/errors.ts';
import { useOperator } from '#renderer/data/session.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { counted } from '#renderer/ui/format.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { employeeQuery, type EmployeeDetail } from './directory.queries.ts';
import classes from './directory.module.css';
import { EmployeeFacts } from './employee-facts.tsx';
import { EmployeeLink } from './employee-link.tsx';
import { EmployeeRoles } from './employee-roles.tsx';
import { HeldGrants } from './held-grants.tsx';

export function EmployeePage() {
  const { employeeId } = useParams({ from: '/directory/$employeeId' });
  const employee = useQuery(employeeQuery(employeeId));
  const back = (
    <Anchor component={Link} to="/directory" size="sm" className={classes.back}>
      <IconArrowLeft size={14} aria-hidden /> Directory
    </Anchor>
  );
  if (employee.data === undefined) {
    return (
      <Page title="Employee" above={back}>
        {employee.isError ? (
          <ErrorState message={messageOfError(employee.error)} onRetry={() => void employee.refetch()} />
        ) : (
          <Stack gap="md" aria-busy aria-label="Loading the employee">
            <Skeleton height={150} maw={420} />
            <Skeleton height={220} />
          </Stack>
        )}
      </Page>
    );
  }
  return <Loaded key={employeeId} employee={employee.data} back={back} />;
}

function Loaded({ employee, back }: { readonly employee: EmployeeDetail; readonly back: React.ReactNode }) {
  const operator = useOperator();
  const mayRequest = employee.status === 'active';
  return (
    <Page
      title={employee.fullName}
      subtitle={[employee.jobTitle, employee.department].filter((part) => part !== null).join(', ') || undefined}
      beside={
        employee.status === 'left' ? (
          <ToneBadge tone="neutral" meaning="This person no longer works here. Nothing can be requested for them.">
            Left
          </ToneBadge>
        ) : undefined
      }
      above={back}
      actions={
        mayRequest ? (
          <ButtonLink
            to="/requests/new"
            search={{ beneficiary: employee.id }}
            leftSection={<IconPlus size={16} aria-hidden />}
          >
            {employee.id === operator.person.id ? 'Request access' : 'Request access for them'}
          </ButtonLink>
        ) : undefined
      }
    >
      <div className={classes.columns}>
        <Stack gap="md">
          <section className={classes.card} aria-label="About">
            <EmployeeFacts employee={employee} />
          </section>
          <section className={classes.card} aria-labelledby="roles-title">
            <h2 id="roles-title" className={classes.cardTitle}>
              Roles
            </h2>
            <EmployeeRoles
              key={employee.roles.join()}
              employee={employee}
              maySet={operator.roles.includes('administrator')}
            />
          </section>
          <section className={classes.card} aria-labelledby="reports-title">
            <h2 id="reports-title" className={classes.cardTitle}>
              {employee.reports.length === 0 ? 'Reports' : counted(employee.reports.length, 'report')}
            </h2>
            {employee.reports.length === 0 ? (
              <Text size="sm" c="dimmed">
                Nobody reports to {employee.fullName}.
              </Text>
            ) : (
              <ul className={classes.reports}>
                {employee.reports.map((person) => (
                  <li key={person.id}>
                    <Group justify="space-between" gap="xs" wrap="nowrap">
                      <EmployeeLink person={person} />
                      <Text size="xs" c="dimmed" truncate>
                        {person.jobTitle}
                      </Text>
                    </Group>
                  </li>
                ))}
              </ul>
            )}
          </section>
        </Stack>
        <HeldGrants employee={employee} />
      </div>
    </Page>
  );
}
