/** Narrows the list to one application. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { applicationOptionsQuery } from './requests.queries.ts';

export interface ApplicationFilterProps {
  readonly applicationId: string | null;
  readonly onChange: (applicationId: string | null) => void;
}

export function ApplicationFilter({ applicationId, onChange }: ApplicationFilterProps) {
  const [search, setSearch] = useState('');
  const found = useQuery(applicationOptionsQuery(search));
  const all = useQuery(applicationOptionsQuery(''));
  const options = (found.data?.rows ?? []).map((application) => ({
    value: application.id as string,
    label: application.name,
  }));
  const chosen = all.data?.rows.find((application) => application.id === applicationId);
  return (
    <AsyncSelect
      label="Application"
      hideLabel
      placeholder="Any application"
      width={180}
      options={options}
      loading={found.isFetching}
      onSearch={setSearch}
      value={chosen === undefined ? null : { value: chosen.id, label: chosen.name }}
      onChange={(option) => onChange(option?.value ?? null)}
      clearable
      nothingFound="No application matches"
    />
  );
}
