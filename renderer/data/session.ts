/** Who is signed in on this window, and what that lets the console show. The engine checks every call regardless. */
import { useQuery, type QueryClient } from '@tanstack/react-query';
import type { Operator } from '#core/contract/index.ts';
import { orpc } from './client.ts';

export function statusQuery() {
  return orpc.workspace.status.queryOptions({ staleTime: 60_000 });
}

export function currentQuery() {
  return orpc.session.current.queryOptions({ staleTime: 60_000 });
}

/** The person signed in. Only for screens inside the shell, which is shown to nobody else. */
export function useOperator(): Operator {
  const { data } = useQuery(currentQuery());
  if (data === undefined || data === null) throw new Error('This screen is for people who are signed in.');
  return data;
}

/** The roles in words: `Administrator, owner of 2 applications, manager of 7 people`. */
export function roleWords(operator: Operator): string {
  const words = [
    operator.roles.includes('administrator') ? 'administrator' : '',
    operator.roles.includes('riskManager') ? 'risk manager' : '',
    countWords(operator.ownsApplications, 'owner of', 'application', 'applications'),
    countWords(operator.managesPeople, 'manager of', 'person', 'people'),
  ].filter((part) => part !== '');
  const joined = words.length === 0 ? 'team member' : words.join(', ');
  return joined.charAt(0).toUpperCase() + joined.slice(1);
}

/** Another person (or nobody) is signed in: nothing that the last one saw may stay. */
export async function changePerson(queryClient: QueryClient, operator: Operator | null): Promise<void> {
  await queryClient.cancelQueries();
  const current = currentQuery();
  queryClient.setQueryData(current.queryKey, operator);
  const kept = new Set([JSON.stringify(current.queryKey), JSON.stringify(statusQuery().queryKey)]);
  queryClient.removeQueries({ predicate: (query) => !kept.has(JSON.stringify(query.queryKey)) });
}

function countWords(count: number, before: string, one: string, many: string): string {
  return count === 0 ? '' : `${before} ${count} ${count === 1 ? one : many}`;
}
