/** Starting a discovery and knowing whether one runs. Its progress arrives with the notices of change. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApplicationDetail } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { messageOfError } from '#renderer/data/errors.ts';

export interface DiscoverHandle {
  readonly isRunning: boolean;
  /** Why the last start did not work. */
  readonly problem: string | null;
  readonly start: () => Promise<void>;
}

export function useDiscover(application: ApplicationDetail): DiscoverHandle {
  const [problem, setProblem] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () => client.applications.discover({ applicationId: application.id }),
    onSuccess: (result) => setProblem(result.outcome === 'refused' ? result.refusal.message : null),
    onError: (thrown) => setProblem(messageOfError(thrown)),
  });
  return {
    isRunning: start.isPending || application.discoveries.some((run) => run.state === 'running'),
    problem,
    start: async () => {
      setProblem(null);
      await start.mutateAsync().catch(() => undefined);
    },
  };
}
