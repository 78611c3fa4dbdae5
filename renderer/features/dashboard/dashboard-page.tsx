/** The dashboard: what waits for me, what I asked for, what ends soon; and for those who watch over it, the workspace. */
import { Button, SimpleGrid } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { messageOfError } from '#renderer/data/errors.ts';
import { useOperator } from '#renderer/data/session.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { AloneNote } from './alone-note.tsx';
import { AttentionCard } from './attention-card.tsx';
import { summaryQuery } from './dashboard.queries.ts';
import { EndingSoonCard } from './ending-soon-card.tsx';
import { MyRequestsCard } from './my-requests-card.tsx';
import { MyTasksCard } from './my-tasks-card.tsx';
import { WorkspaceFigures } from './workspace-figures.tsx';
import classes from './dashboard.module.css';

export function DashboardPage() {
  const operator = useOperator();
  const summary = useQuery(summaryQuery());
  const firstName = operator.person.fullName.split(' ')[0] ?? operator.person.fullName;
  return (
    <Page
      title={`Hello, ${firstName}`}
      documentTitle="Dashboard"
      subtitle="What waits for you, and what became of what you asked for."
      actions={
        <Button component={Link} to="/requests/new" leftSection={<IconPlus size={16} aria-hidden />}>
          New request
        </Button>
      }
    >
      <AloneNote />
      {summary.isError && summary.data === undefined ? (
        <ErrorState message={messageOfError(summary.error)} onRetry={() => void summary.refetch()} />
      ) : (
        <>
          <SimpleGrid cols={2} spacing={16} className={classes.cards}>
            <MyTasksCard count={summary.data?.myOpenTasks} />
            <MyRequestsCard open={summary.data?.myOpenRequests} />
            <EndingSoonCard
              grants={summary.data?.endingSoon}
              held={summary.data?.myActiveGrants}
              employeeId={operator.person.id}
            />
            <AttentionCard count={summary.data?.attention} />
          </SimpleGrid>
          {summary.data !== undefined && summary.data.workspace !== null && (
            <WorkspaceFigures figures={summary.data.workspace} />
          )}
        </>
      )}
    </Page>
  );
}
