/** A file that was left as evidence: saved on a click, with the hash that proves it is the one. */
import { Anchor } from '@mantine/core';
import { useState } from 'react';
import type { FulfillmentView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { saveFile } from '#renderer/data/save-file.ts';

export interface EvidenceFileProps {
  readonly taskId: FulfillmentView['id'];
  readonly file: NonNullable<NonNullable<FulfillmentView['evidence']>['file']>;
}

export function EvidenceFile({ taskId, file }: EvidenceFileProps) {
  const [busy, setBusy] = useState(false);

  async function download(): Promise<void> {
    setBusy(true);
    await saveFile(file.name, () => client.fulfillment.evidenceFile({ fulfillmentTaskId: taskId }));
    setBusy(false);
  }

  return (
    <span style={{ overflowWrap: 'anywhere' }}>
      <Anchor component="button" type="button" size="sm" disabled={busy} onClick={() => void download()}>
        {file.name}
      </Anchor>{' '}
      ({Math.ceil(file.bytes / 1000).toLocaleString('en')} kB, SHA-256 {file.sha256})
    </span>
  );
}
