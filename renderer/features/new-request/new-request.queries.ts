/** What the wizard asks the engine. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AccessRoleId, EmployeeId, Person } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { lineKey, toItems, type Draft, type DraftEntitlement } from './draft.ts';
import { emailsIn } from './pasted-people.ts';
import { previewByKey } from './preview-summary.ts';

export const peopleSearchQuery = (search: string) =>
  queryOptions({
    ...orpc.directory.employees.queryOptions({ input: { search, status: 'active', limit: 30 } }),
    placeholderData: keepPreviousData,
  });

export const heldAccessQuery = (employeeId: string) => orpc.directory.employee.queryOptions({ input: { employeeId } });

export const applicationNamesQuery = () => orpc.applications.list.queryOptions({ input: { search: '' } });

export const requestableQuery = (applicationId: string | null, search: string) =>
  infiniteQueryOptions({
    ...orpc.applications.entitlements.infiniteOptions({
      input: (cursor: string | null) => ({ applicationId, search, cursor, limit: 100, requestableOnly: true }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
    placeholderData: keepPreviousData,
  });

/** The preview under the cart's keys; the one before stays on screen while the next is computed. */
export const previewQuery = (draft: Draft) => {
  const input = { items: toItems(draft) };
  const keys = draft.lines.map(lineKey);
  return queryOptions({
    queryKey: orpc.requests.preview.key({ type: 'query', input }),
    queryFn: async ({ signal }) => {
      const { lines } = await client.requests.preview(input, { signal });
      return previewByKey(keys, lines);
    },
    enabled: input.items.length > 0,
    placeholderData: keepPreviousData,
    // The cache would otherwise keep a large answer for every state the cart went through.
    gcTime: 30_000,
  });
};

export const likePersonQuery = (employeeId: EmployeeId, beneficiaryIds: EmployeeId[]) =>
  orpc.filling.likePerson.queryOptions({ input: { employeeId, beneficiaryIds } });

export const likeJobTitleQuery = (jobTitle: string, threshold: number, beneficiaryIds: EmployeeId[]) =>
  orpc.filling.likeJobTitle.queryOptions({ input: { jobTitle, threshold, beneficiaryIds } });

export const likeRoleQuery = (accessRoleId: AccessRoleId, beneficiaryIds: EmployeeId[]) =>
  orpc.filling.likeRole.queryOptions({ input: { accessRoleId, beneficiaryIds } });

export const jobTitlesQuery = (search: string) =>
  queryOptions({
    ...orpc.filling.jobTitles.queryOptions({ input: { search } }),
    placeholderData: keepPreviousData,
  });

export const accessRolesQuery = () => orpc.accessRoles.list.queryOptions({ input: { search: '' } });

export const earlierRequestQuery = (requestId: string) => orpc.requests.get.queryOptions({ input: { requestId } });

export interface DeepStart {
  readonly person: Person | null;
  readonly entitlement: DraftEntitlement | null;
}

/** The people and things named in the address, for a start from elsewhere in the console. */
export const deepStartQuery = (operatorId: string, beneficiary: string | undefined, entitlement: string | undefined) =>
  queryOptions({
    queryKey: ['new-request', 'deep-start', operatorId, beneficiary, entitlement],
    queryFn: async ({ signal }): Promise<DeepStart> => {
      const beneficiaryId = beneficiary ?? operatorId;
      if (entitlement === undefined) {
        return {
          person: await client.directory.employee({ employeeId: beneficiaryId }, { signal }),
          entitlement: null,
        };
      }
      const { lines } = await client.requests.preview(
        { items: [{ action: 'GRANT', beneficiaryId, entitlementId: entitlement, term: { kind: 'permanent' } }] },
        { signal },
      );
      const line = lines[0];
      return {
        person: line?.beneficiary ?? null,
        entitlement:
          line?.entitlement && line.application
            ? { ...line.entitlement, application: line.application, maximumDurationMinutes: null }
            : null,
      };
    },
  });

export interface PastedPeople {
  readonly found: readonly Person[];
  readonly unknown: readonly string[];
}

/** Looks up the people behind pasted e-mails, a few at a time so that the engine stays free for the rest. */
export async function findPastedPeople(text: string): Promise<PastedPeople> {
  const emails = emailsIn(text);
  const found: Person[] = [];
  const unknown: string[] = [];
  for (let start = 0; start < emails.length; start += 10) {
    const answers = await Promise.all(
      emails.slice(start, start + 10).map(async (email) => {
        const { rows } = await client.directory.employees({ search: email, status: 'active', limit: 5 });
        return { email, person: rows.find((row) => row.workEmail.toLowerCase() === email) };
      }),
    );
    for (const { email, person } of answers) {
      if (person === undefined) unknown.push(email);
      else found.push(person);
    }
  }
  return { found, unknown };
}
