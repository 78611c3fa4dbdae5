/** How an application's connection is, with the reason on hover. */
import type { ApplicationRow } from '#core/contract/index.ts';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import { connectionWords } from './connection-state.ts';

export function ConnectionBadge({ connection }: { readonly connection: ApplicationRow['connection'] }) {
  const words = connectionWords[connection.state];
  return (
    <ToneBadge tone={words.tone} meaning={connection.message ?? words.meaning}>
      {words.label}
    </ToneBadge>
  );
}
