/** What the engine says of a line that can be submitted: who reviews, which account, which rules it touches. */
import { Text } from '@mantine/core';
import type { PreviewLine } from '#core/contract/index.ts';
import classes from './new-request.module.css';
import { detailsOf, remarksOn } from './preview-summary.ts';

export function PreviewDetails({ preview, isGrant }: { readonly preview: PreviewLine; readonly isGrant: boolean }) {
  const { account } = preview;
  const isMade = isGrant && preview.joins === null && account?.state === 'willBeCreated';
  return (
    <>
      {remarksOn(preview).map((remark) => (
        <Text key={remark} size="xs" mt={2}>
          {remark}
        </Text>
      ))}
      <Text size="xs" c="dimmed" mt={2}>
        {detailsOf(preview, isGrant).join(' · ')}
      </Text>
      {isMade && account.attributes.length === 0 && (
        <Text size="xs" c="dimmed" mt={2}>
          The account {account.username} will be created
        </Text>
      )}
      {isMade && account.attributes.length > 0 && (
        <details className={classes.account}>
          <summary>The account {account.username} will be created</summary>
          <dl>
            {account.attributes.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
