/** Goes on from the request that the address names: once, and then without its parameters. */
import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { messageOfError } from '#renderer/data/errors.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { withAgain, withExtension } from './follow-up.ts';
import { earlierRequestQuery } from './new-request.queries.ts';
import type { DraftHandle } from './use-draft.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function useFollowUp({ change }: DraftHandle): ReactNode {
  const address: { readonly request?: string; readonly prolong?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const isAsked = address.request !== undefined && uuid.test(address.request);
  const [outdated, setOutdated] = useState(false);
  const earlier = useQuery({ ...earlierRequestQuery(address.request ?? ''), enabled: isAsked });
  const { data } = earlier;
  const itemId = address.prolong;
  useEffect(() => {
    if (!isAsked || data === undefined) return;
    const now = new Date();
    const possible =
      itemId === undefined ? data.mayAskAgain : data.items.some((item) => item.id === itemId && item.mayExtend);
    if (possible)
      change((current) =>
        itemId === undefined ? withAgain(current, data, now) : withExtension(current, data, itemId, now),
      );
    // Without its parameters the address can be reloaded or left and come back to without adding again.
    void navigate({ to: '.', search: {}, replace: true }).then(() => setOutdated(!possible));
  }, [isAsked, data, itemId, change, navigate]);

  if (earlier.isError && isAsked)
    return <ErrorState message={messageOfError(earlier.error)} onRetry={() => void earlier.refetch()} />;
  if (!outdated) return null;
  return (
    <Alert color="yellow" withCloseButton closeButtonLabel="Close" onClose={() => setOutdated(false)}>
      This is not possible any more: the access has ended, or somebody has asked for it meanwhile.
    </Alert>
  );
}
