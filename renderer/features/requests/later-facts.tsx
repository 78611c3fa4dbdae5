/** What else is known of an item: when it begins, for which account, what prolongs it, and whether it is renewed. */
import { Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { ItemView, RequestRef } from '#core/contract/index.ts';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import classes from './request-page.module.css';

export function LaterFacts({ item }: { readonly item: ItemView }) {
  const facts = factsOf(item);
  if (facts.length === 0) return null;
  return (
    <div className={classes.part}>
      {facts.map(([key, fact]) => (
        <Text key={key} size="sm">
          {fact}
        </Text>
      ))}
    </div>
  );
}

function factsOf(item: ItemView): readonly (readonly [string, ReactNode])[] {
  const facts: (readonly [string, ReactNode])[] = [];
  if (item.serviceAccount !== null)
    facts.push([
      'account',
      <>
        For the service account <b>{item.serviceAccount}</b>, which {item.beneficiary.fullName} owns.
      </>,
    ]);
  if (item.startsAt !== null)
    facts.push([
      'start',
      <>
        Begins <TimeText at={item.startsAt} />.
      </>,
    ]);
  if (item.state === 'inReview' && item.decideBy !== null)
    facts.push([
      'decideBy',
      <>
        Expires <TimeText at={item.decideBy} /> if nobody has decided by then.
      </>,
    ]);
  if (item.prolongs !== null)
    facts.push([
      'prolongs',
      <>
        Prolongs the access given by <RequestLink {...item.prolongs} />.
      </>,
    ]);
  for (const by of item.prolongedBy)
    facts.push([
      `by ${by.number}`,
      <>
        {prolongingWords(by.state)} by <RequestLink {...by} />.
      </>,
    ]);
  if (item.notRenewed !== null)
    facts.push([
      'notRenewed',
      <>
        Not to be renewed, decided by {item.notRenewed.by.fullName} <TimeText at={item.notRenewed.at} />
        {item.notRenewed.reason === null ? '.' : `: “${item.notRenewed.reason}”`}
      </>,
    ]);
  return facts;
}

function prolongingWords(state: ItemView['state']): string {
  if (state === 'inReview' || state === 'approved') return 'To be prolonged';
  return state === 'fulfilled' ? 'Prolonged' : 'Not prolonged';
}

/** `#12`, leading there. */
export function RequestLink({ requestId, number }: RequestRef) {
  return (
    <TextLink to="/requests/$requestId" params={{ requestId }} inherit underline="always">
      request #{number}
    </TextLink>
  );
}

/** Several, with commas between them. */
export function RequestLinks({ requests }: { readonly requests: readonly RequestRef[] }) {
  return requests.map((request, index) => (
    <Fragment key={request.requestId}>
      {index > 0 && ', '}
      <RequestLink {...request} />
    </Fragment>
  ));
}
