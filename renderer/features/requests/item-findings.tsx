/** What discoveries found about this person and this entitlement, as far as it still stands. */
import { Alert, Text } from '@mantine/core';
import { IconEyeExclamation } from '@tabler/icons-react';
import type { ItemView } from '#core/contract/index.ts';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import classes from './request-page.module.css';

type Finding = ItemView['findings'][number];

const kindWords: Readonly<Record<Finding['kind'], string>> = {
  addedOutside: 'The access was given past Gatehouse',
  removedOutside: 'The access was taken away past Gatehouse',
  notConfirmed: 'It is not as somebody, or a ticket, said that it was done',
  driftedAttribute: 'The account differs from the directory',
  orphanAccount: 'The account belongs to nobody who works here',
  ownerMissing: 'Nobody who works here answers for the service account',
};

const stateWords: Readonly<Record<Finding['state'], string>> = {
  open: 'Somebody has to decide what to do about it.',
  accepted: 'Somebody accepted it as it is.',
  dismissed: 'Somebody dismissed it.',
  resolved: 'Somebody asked for it to be put right.',
};

export function ItemFindings({ item }: { readonly item: ItemView }) {
  if (item.findings.length === 0) return null;
  return (
    <div className={classes.part}>
      {item.findings.map((finding) => (
        <Alert
          key={finding.id}
          color={finding.state === 'open' ? 'yellow' : 'gray'}
          variant="light"
          p="xs"
          mb={6}
          icon={<IconEyeExclamation size={16} aria-hidden />}
          title={kindWords[finding.kind]}
        >
          <Text size="sm">
            Found by a discovery, <TimeText at={finding.firstSeenAt} />. Account {finding.account}.{' '}
            {stateWords[finding.state]}{' '}
            <TextLink
              to="/applications/$applicationId"
              params={{ applicationId: item.application.id }}
              search={{ tab: 'findings' }}
              inherit
              underline="always"
            >
              Findings
            </TextLink>
          </Text>
        </Alert>
      ))}
    </div>
  );
}
