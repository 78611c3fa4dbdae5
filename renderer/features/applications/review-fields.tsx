/** How an application, or one of its entitlements, is reviewed. */
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { orpc } from '#renderer/data/client.ts';
import { ReviewDayFields } from '#renderer/ui/review-day-fields.tsx';
import type { ReviewForm } from '#renderer/ui/review-form.ts';
import { ReviewRouteFields } from '#renderer/ui/review-route-fields.tsx';
import { ownerSearchQuery } from './applications.queries.ts';

export interface ReviewFieldsProps {
  readonly value: ReviewForm;
  readonly onChange: (form: ReviewForm) => void;
  readonly isIdle: boolean;
  readonly error: string | null;
}

export function ReviewFields({ value, onChange, isIdle, error }: ReviewFieldsProps) {
  const [search, setSearch] = useState('');
  const found = useQuery(ownerSearchQuery(search));
  const groups = useQuery(orpc.rules.reviewerGroups.queryOptions());
  return (
    <Stack gap="md">
      <ReviewRouteFields
        value={value}
        onChange={(route) => onChange({ ...value, ...route })}
        isIdle={isIdle}
        error={error}
        people={found.data?.rows ?? []}
        onSearchPeople={setSearch}
        groups={groups.data?.rows ?? []}
      />
      <ReviewDayFields value={value} onChange={onChange} />
    </Stack>
  );
}
