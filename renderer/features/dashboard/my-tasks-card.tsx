/** The first of my open tasks. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { messageOfError } from '#renderer/data/errors.ts';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { Card, TwoLines } from './card.tsx';
import { myOpenTasksQuery } from './dashboard.queries.ts';
import classes from './dashboard.module.css';

export function MyTasksCard({ count }: { readonly count: number | undefined }) {
  const tasks = useQuery(myOpenTasksQuery());
  const rows = tasks.data?.rows ?? [];
  return (
    <Card
      title="My open tasks"
      count={count}
      waiting={tasks.isPending}
      error={tasks.isError && tasks.data === undefined ? messageOfError(tasks.error) : null}
      onRetry={() => void tasks.refetch()}
      more={
        <TextLink to="/tasks" size="xs">
          Work through them
        </TextLink>
      }
      nothing="Nothing waits for your decision."
    >
      {rows.length === 0 ? null : (
        <ul className={classes.list}>
          {rows.map((task) => (
            <li key={task.id}>
              <Link
                to="/requests/$requestId"
                params={{ requestId: task.requestId }}
                className={classes.line}
                data-moves-focus=""
              >
                <TwoLines
                  first={`${task.item.action === 'GRANT' ? 'Give' : 'Remove'} ${task.item.entitlement.name}`}
                  second={`${task.item.application.name}, for ${task.beneficiary.fullName}`}
                />
                <Text size="xs" c="dimmed">
                  <TimeText at={task.openedAt} />
                </Text>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
