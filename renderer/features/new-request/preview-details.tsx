/** What the engine says of a line that can be submitted: who reviews, which account, which rules it touches. */
import { Text } from '@mantine/core';
import type { PreviewLine } from '#core/contract/index.ts';
import classes from './new-request.module.css';
import { detailsOf, remarksOn, reviewersText, reviewLevels } from './preview-summary.ts';

export function PreviewDetails({ preview, isGrant }: { readonly preview: PreviewLine; readonly isGrant: boolean }) {
  const { account } = preview;
  const details = detailsOf(preview, isGrant);
  const isMade = isGrant && preview.joins === null && account?.state === 'willBeCreated';
  const isDisabled = preview.joins === null && account?.state === 'disabled';
  return (
    <>
      {remarksOn(preview).map((remark) => (
        <Text key={remark} size="xs" mt={2}>
          {remark}
        </Text>
      ))}
      {preview.joins === null && <Reviewers preview={preview} />}
      {details.length > 0 && (
        <Text size="xs" c="dimmed" mt={2}>
          {details.join(' · ')}
        </Text>
      )}
      {isDisabled && (
        <Text size="xs" mt={2}>
          The account {account.username} is disabled. Nothing is given to it before somebody has enabled it in the
          application.
        </Text>
      )}
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

/** In a line; opened, every level with everybody in it. */
function Reviewers({ preview }: { readonly preview: PreviewLine }) {
  const levels = reviewLevels(preview);
  if (levels.length === 0) {
    return (
      <Text size="xs" c="dimmed" mt={2}>
        {reviewersText(preview)}
      </Text>
    );
  }
  return (
    <details className={classes.account}>
      <summary>{reviewersText(preview)}</summary>
      <dl>
        {levels.map(({ head, names }) => (
          <div key={head}>
            <dt>{head}</dt>
            <dd>{names}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
