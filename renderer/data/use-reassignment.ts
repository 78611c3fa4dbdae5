/** Giving an open review task to somebody else, from wherever it is shown. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EmployeeId, Person, ReviewTaskId } from '#core/contract/index.ts';
import { client, orpc } from './client.ts';
import { useCommand } from './command.ts';

export interface ReassignmentHandle {
  /** Who may decide it and matches what was searched for. */
  readonly people: readonly Person[];
  readonly loading: boolean;
  readonly onSearch: (search: string) => void;
  readonly give: (to: EmployeeId, reason: string | null) => void;
  readonly isPending: boolean;
  /** Why it was not given; null while nothing went wrong. */
  readonly problem: string | null;
}

export function useReassignment(taskId: ReviewTaskId, onDone: () => void): ReassignmentHandle {
  const [search, setSearch] = useState('');
  const found = useQuery({
    ...orpc.handling.candidates.queryOptions({ input: { taskId, search } }),
    placeholderData: keepPreviousData,
  });
  const reassign = useCommand(client.handling.reassign, {
    report: 'inline',
    success: 'The task was given on.',
    onDone,
  });
  return {
    people: found.data?.people ?? [],
    loading: found.isFetching,
    onSearch: setSearch,
    give: (toReviewerId, reason) => void reassign.run({ taskId, toReviewerId, reason }),
    isPending: reassign.isPending,
    problem: reassign.refusal?.message ?? reassign.problem,
  };
}
