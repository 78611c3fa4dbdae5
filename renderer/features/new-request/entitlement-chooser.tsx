/** What to ask for: the entitlements of all applications, searched and filtered, toggled for everybody in the request. */
import { Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState, type RefObject } from 'react';
import type { EntitlementRow, RiskLevel } from '#core/contract/index.ts';
import type { Draft, DraftEntitlement } from './draft.ts';
import { EntitlementList } from './entitlement-list.tsx';
import { applicationNamesQuery, requestableQuery } from './new-request.queries.ts';

export interface EntitlementChooserProps {
  readonly draft: Draft;
  readonly onAdd: (entitlement: DraftEntitlement) => void;
  readonly onRemove: (entitlementId: string) => void;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

type RiskFilter = RiskLevel | 'any';
const riskChoices = [
  { value: 'any', label: 'Any risk' },
  { value: 'low', label: 'Low' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High' },
] as const;

/** Fewer matches than this on screen, and the next page is fetched until there are enough. */
const enoughRows = 20;

export function EntitlementChooser({ draft, onAdd, onRemove, searchRef }: EntitlementChooserProps) {
  const [search, setSearch] = useState('');
  const [debounced] = useDebouncedValue(search.trim(), 200);
  const [applicationId, setApplicationId] = useState<string | null>(null);
  const [risk, setRisk] = useState<RiskFilter>('any');
  const applications = useQuery(applicationNamesQuery());
  const query = useInfiniteQuery(requestableQuery(applicationId, debounced));

  const rows = useMemo(
    () => (query.data?.pages ?? []).flatMap((page) => page.rows).filter((row) => risk === 'any' || row.risk === risk),
    [query.data, risk],
  );

  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (rows.length < enoughRows && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [rows.length, hasNextPage, isFetching, isError, fetchNextPage]);

  const holdings = useMemo(() => linesPerEntitlement(draft), [draft]);

  function toggle(row: EntitlementRow): void {
    if (holdings.get(row.id) === draft.people.length) onRemove(row.id);
    else onAdd(row);
  }

  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap" align="end">
        <TextInput
          ref={searchRef}
          aria-label="Search entitlements"
          placeholder="Search groups, roles, teams…"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
        <Select
          aria-label="Application"
          placeholder="All applications"
          data={(applications.data?.rows ?? []).map((row) => ({ value: row.id as string, label: row.name }))}
          value={applicationId}
          onChange={setApplicationId}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Show all applications' }}
          nothingFoundMessage="No such application"
          w={190}
        />
      </Group>
      <Group justify="space-between" gap="xs">
        <SegmentedControl aria-label="Risk" size="xs" data={[...riskChoices]} value={risk} onChange={setRisk} />
        <Text size="xs" c="dimmed" component="output">
          {query.isFetching
            ? 'Loading…'
            : isError
              ? ''
              : `${rows.length.toLocaleString('en')}${hasNextPage ? ' and more' : ''} found`}
        </Text>
      </Group>
      <EntitlementList
        rows={rows}
        chosenFor={holdings}
        peopleCount={draft.people.length}
        isLoading={query.isPending}
        error={query.error}
        onRetry={() => void query.refetch()}
        isFiltered={debounced !== '' || applicationId !== null || risk !== 'any'}
        onToggle={toggle}
        onEnd={() => {
          if (hasNextPage && !isFetching) void fetchNextPage();
        }}
      />
    </Stack>
  );
}

/** How many people the cart asks each entitlement for. */
function linesPerEntitlement(draft: Draft): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of draft.lines) {
    if (line.action === 'GRANT') counts.set(line.entitlement.id, (counts.get(line.entitlement.id) ?? 0) + 1);
  }
  return counts;
}
