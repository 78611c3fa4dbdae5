/** One item: what for whom, its review, what was done in the application, and what was seen there afterwards. */
import { Group, Text } from '@mantine/core';
import type { ItemView, RequestDetail } from '#core/contract/index.ts';
import { ActionTag } from '#renderer/ui/action-tag.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { FulfillmentLine } from './fulfillment-line.tsx';
import { IntendedActualLine } from './intended-actual-line.tsx';
import { ItemFindings } from './item-findings.tsx';
import { ItemReview } from './item-review.tsx';
import { LaterActions } from './later-actions.tsx';
import { LaterFacts } from './later-facts.tsx';
import { OwnDecision } from './own-decision.tsx';
import classes from './request-page.module.css';

export interface ItemCardProps {
  readonly item: ItemView;
  readonly request: RequestDetail;
}

export function ItemCard({ item, request }: ItemCardProps) {
  const mine = item.stages.flatMap((stage) => stage.tasks).find((task) => task.mine && task.state === 'open');
  return (
    <article
      className={classes.card}
      aria-label={`${item.entitlement.name} in ${item.application.name} for ${item.beneficiary.fullName}`}
    >
      <div className={classes.cardHead}>
        <div style={{ minWidth: 0 }}>
          <Group gap={8} wrap="wrap">
            <ActionTag action={item.action} />
            <Text fw={600} size="md" style={{ overflowWrap: 'anywhere' }}>
              {item.entitlement.name}
            </Text>
            <RiskBadge risk={item.entitlement.risk} />
          </Group>
          <Text size="sm" c="dimmed" mt={3}>
            {item.entitlement.kind} in{' '}
            <TextLink
              to="/applications/$applicationId"
              params={{ applicationId: item.application.id }}
              inherit
              underline="always"
            >
              {item.application.name}
            </TextLink>
            {item.action === 'GRANT' && (
              <>
                , <TermText term={item.term} />
                {item.askedTerm !== null && (
                  <>
                    {' '}
                    (shortened; asked for was: <TermText term={item.askedTerm} />)
                  </>
                )}
              </>
            )}
          </Text>
        </div>
        <div style={{ justifySelf: 'end' }}>
          <StateBadge kind="item" state={item.state} action={item.action} />
        </div>
        <div style={{ gridColumn: '1 / -1', marginTop: 6 }}>
          <PersonLabel person={item.beneficiary} detail="job" size="md" />
        </div>
      </div>
      <LaterFacts item={item} />
      <IntendedActualLine item={item} />
      <ItemFindings item={item} />
      <ItemReview item={item} />
      {item.fulfillment.length > 0 && (
        <div className={classes.part}>
          <Text className={classes.partTitle}>In the application</Text>
          {item.fulfillment.map((task) => (
            <FulfillmentLine key={task.id} task={task} />
          ))}
        </div>
      )}
      <LaterActions item={item} request={request} />
      {mine !== undefined && (
        <OwnDecision
          task={{ id: mine.id, requestId: request.id, requestVersion: request.version }}
          what={`${item.entitlement.name} for ${item.beneficiary.fullName}`}
        />
      )}
    </article>
  );
}
