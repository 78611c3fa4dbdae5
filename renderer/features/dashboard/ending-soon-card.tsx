/** My access that ends within seven days. */
import { Text } from '@mantine/core';
import type { EmployeeId, GrantRow } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { Card, TwoLines } from './card.tsx';
import { cardRows } from './dashboard.queries.ts';
import classes from './dashboard.module.css';

export interface EndingSoonCardProps {
  readonly grants: readonly GrantRow[] | undefined;
  /** How much I hold in all. */
  readonly held: number | undefined;
  readonly employeeId: EmployeeId;
}

export function EndingSoonCard({ grants, held, employeeId }: EndingSoonCardProps) {
  return (
    <Card
      title="My access that ends soon"
      count={grants?.length}
      waiting={grants === undefined}
      more={
        <TextLink to="/directory/$employeeId" params={{ employeeId }} size="xs">
          All my access
        </TextLink>
      }
      nothing={
        held === undefined || held === 0
          ? 'You hold no access that Gatehouse knows of.'
          : `Nothing ends within seven days. You hold ${counted(held, 'entitlement')}.`
      }
    >
      {grants === undefined || grants.length === 0 ? null : (
        <ul className={classes.list}>
          {grants.slice(0, cardRows).map((grant) => (
            <li key={grant.id} className={classes.line}>
              <TwoLines first={grant.entitlement.name} second={grant.application.name} />
              {grant.expiresAt !== null && (
                <Text size="xs" c="dimmed">
                  ends <TimeText at={grant.expiresAt} />
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
