/** Deciding a review task, from wherever it is shown. */
import { useRef } from 'react';
import type { RequestId, ReviewTaskId, Term } from '#core/contract/index.ts';
import { client } from './client.ts';
import { useCommand, type CommandHandle } from './command.ts';

export interface DecidableTask {
  readonly id: ReviewTaskId;
  readonly requestId: RequestId;
  /** The request's version that is on screen. */
  readonly requestVersion: number;
}

export interface DecisionHandle extends Pick<
  CommandHandle<unknown, unknown>,
  'isPending' | 'refusal' | 'problem' | 'reset'
> {
  /** Resolves to null when it is done, else to the reason why not. */
  readonly decide: (
    task: DecidableTask,
    verdict: 'approve' | 'deny' | 'drop',
    reason: string | null,
    shortenedTo?: Term | null,
  ) => Promise<string | null>;
}

export function useDecision(): DecisionHandle {
  const command = useCommand(client.tasks.decide, { report: 'inline' });
  // One's own decision on an item raises the version of the whole request. Deciding its next item right
  // away is not a decision on old facts, even before the list has been read again.
  const ownVersions = useRef(new Map<RequestId, number>());

  async function decide(
    task: DecidableTask,
    verdict: 'approve' | 'deny' | 'drop',
    reason: string | null,
    shortenedTo: Term | null = null,
  ): Promise<string | null> {
    const basedOn = Math.max(task.requestVersion, ownVersions.current.get(task.requestId) ?? 0);
    const result = await command.run({ taskId: task.id, basedOn, verdict, reason, shortenedTo });
    if (result === null) return 'The decision could not be sent. Nothing is lost: try again, it counts only once.';
    if (result.outcome === 'refused') return result.refusal.message;
    ownVersions.current.set(task.requestId, result.value.version);
    return null;
  }

  return {
    decide,
    isPending: command.isPending,
    refusal: command.refusal,
    problem: command.problem,
    reset: command.reset,
  };
}
