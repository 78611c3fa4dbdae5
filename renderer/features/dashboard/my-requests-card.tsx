/** What I asked for, or what was asked for me, newest first. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RequestRow } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { Card, TwoLines } from './card.tsx';
import { myRequestsQuery } from './dashboard.queries.ts';
import classes from './dashboard.module.css';

export function MyRequestsCard({ open }: { readonly open: number | undefined }) {
  const requests = useQuery(myRequestsQuery());
  const rows = requests.data?.rows ?? [];
  return (
    <Card
      title="My requests"
      count={open}
      waiting={requests.isPending}
      error={requests.isError && requests.data === undefined ? messageOfError(requests.error) : null}
      onRetry={() => void requests.refetch()}
      more={
        <TextLink to="/requests" size="xs">
          All of them
        </TextLink>
      }
      nothing={
        <span>
          You have not asked for anything yet.{' '}
          <TextLink to="/requests/new" inherit underline="always">
            Ask for access
          </TextLink>
        </span>
      }
    >
      {rows.length === 0 ? null : (
        <ul className={classes.list}>
          {rows.map((request) => (
            <li key={request.id}>
              <Link
                to="/requests/$requestId"
                params={{ requestId: request.id }}
                className={classes.line}
                data-moves-focus=""
              >
                <TwoLines
                  first={titleOf(request)}
                  second={`#${request.number}, ${request.firstItem.application}, ${forWhom(request)}`}
                />
                <StateBadge kind="request" state={request.state} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function titleOf(request: RequestRow): string {
  const more = request.itemCount > 1 ? ` and ${request.itemCount - 1} more` : '';
  return `${request.firstItem.entitlement}${more}`;
}

function forWhom(request: RequestRow): string {
  const [first] = request.beneficiaries;
  if (first === undefined) return '';
  return request.beneficiaryCount === 1 ? `for ${first.fullName}` : `for ${request.beneficiaryCount} people`;
}
