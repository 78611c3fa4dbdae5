/** Work in applications that waits for a person: to be done by hand, or given up and to be looked at. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { messageOfError } from '#renderer/data/errors.ts';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { Card, TwoLines } from './card.tsx';
import { attentionQuery } from './dashboard.queries.ts';
import classes from './dashboard.module.css';

export function AttentionCard({ count }: { readonly count: number | undefined }) {
  const attention = useQuery(attentionQuery());
  const rows = attention.data?.rows ?? [];
  return (
    <Card
      title="Needs attention"
      count={count}
      more={
        count !== undefined && count > 0 ? (
          <TextLink to="/work" size="xs">
            All work
          </TextLink>
        ) : undefined
      }
      waiting={attention.isPending}
      error={attention.isError && attention.data === undefined ? messageOfError(attention.error) : null}
      onRetry={() => void attention.refetch()}
      nothing="No work in an application waits for you."
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
                  first={`${task.effect === 'grant' ? 'Give' : 'Remove'} ${task.entitlement.name} in ${task.application.name}`}
                  second={task.lastProblem ?? `#${task.requestNumber}, for ${task.beneficiary.fullName}`}
                />
                <StateBadge kind="fulfillment" state={task.state} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
