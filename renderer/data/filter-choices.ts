/** What a list can be narrowed to, found by typing: options, and the name of the one that is chosen. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApplicationId } from '#core/contract/index.ts';
import { orpc } from './client.ts';

export interface FilterOption {
  readonly value: string;
  readonly label: string;
  readonly detail?: string | undefined;
}

export interface FilterChoices {
  readonly options: readonly FilterOption[];
  readonly loading: boolean;
  readonly onSearch: (search: string) => void;
  /** Null while nothing is chosen, or its name is on the way. */
  readonly value: FilterOption | null;
}

export function useApplicationChoices(chosen: string | undefined): FilterChoices {
  const [search, setSearch] = useState('');
  const query = (words: string) =>
    orpc.applications.list.queryOptions({ input: { search: words }, placeholderData: keepPreviousData });
  const found = useQuery(query(search));
  const all = useQuery(query(''));
  const application = all.data?.rows.find(({ id }) => id === chosen);
  return {
    options: (found.data?.rows ?? []).map(({ id, name }) => ({ value: id, label: name })),
    loading: found.isFetching,
    onSearch: setSearch,
    value: application === undefined ? null : { value: application.id, label: application.name },
  };
}

export function usePersonChoices(chosen: string | undefined): FilterChoices {
  const [search, setSearch] = useState('');
  const found = useQuery(
    orpc.directory.employees.queryOptions({
      input: { search, status: 'active', limit: 30 },
      placeholderData: keepPreviousData,
    }),
  );
  const person = useQuery(
    orpc.directory.employee.queryOptions({ input: { employeeId: chosen ?? '' }, enabled: chosen !== undefined }),
  );
  return {
    options: (found.data?.rows ?? []).map(({ id, fullName, jobTitle, workEmail }) => ({
      value: id,
      label: fullName,
      detail: jobTitle ?? workEmail,
    })),
    loading: found.isFetching,
    onSearch: setSearch,
    value: chosen === undefined || person.data === undefined ? null : { value: chosen, label: person.data.fullName },
  };
}

/** `known`: one whose name is on screen already; it is offered first until something else is looked for. */
export function useEntitlementChoices(
  chosen: string | undefined,
  applicationId: string | undefined,
  known: FilterOption | null,
): FilterChoices {
  const [search, setSearch] = useState('');
  const found = useQuery(
    orpc.applications.entitlements.queryOptions({
      input: {
        applicationId: (applicationId ?? null) as ApplicationId | null,
        search,
        requestableOnly: false,
        limit: 30,
      },
      placeholderData: keepPreviousData,
    }),
  );
  const options = (found.data?.rows ?? []).map(({ id, name, application }) => ({
    value: id as string,
    label: name,
    detail: application.name,
  }));
  const first = known !== null && search === '' ? [known] : [];
  const name = [known, ...options].find((option) => option?.value === chosen)?.label ?? 'One entitlement';
  return {
    options: [...first, ...options.filter(({ value }) => value !== first[0]?.value)],
    loading: found.isFetching,
    onSearch: setSearch,
    value: chosen === undefined ? null : { value: chosen, label: name },
  };
}
