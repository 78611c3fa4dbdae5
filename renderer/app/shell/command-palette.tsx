/** Ctrl+K: go anywhere, and find requests, people and applications by typing. */
import '@mantine/spotlight/styles.css';
import { Spotlight, spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAppWindow, IconFileText, IconSearch, IconUser } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type KeyboardEvent } from 'react';
import { skipToken } from '@tanstack/react-query';
import { orpc } from '#renderer/data/client.ts';
import { useOperator } from '#renderer/data/session.ts';
import { requestStateWords } from '#renderer/ui/states.ts';
import { placesFor } from './places.ts';

const found = 5;

export function CommandPalette() {
  const navigate = useNavigate();
  const operator = useOperator();
  const [query, setQuery] = useState('');
  const [search] = useDebouncedValue(query.trim().replace(/^#/, ''), 150);
  const searching = search !== '';

  const requests = useQuery(
    orpc.requests.list.queryOptions({
      input: searching ? { scope: 'visible', status: 'all', search, limit: found } : skipToken,
      placeholderData: keepPreviousData,
    }),
  );
  const people = useQuery(
    orpc.directory.employees.queryOptions({
      input: searching ? { search, limit: found } : skipToken,
      placeholderData: keepPreviousData,
    }),
  );
  const applications = useQuery(
    orpc.applications.list.queryOptions({
      input: searching ? { search } : skipToken,
      placeholderData: keepPreviousData,
    }),
  );

  const goTo: SpotlightActionGroupData = {
    group: 'Go to',
    actions: placesFor(operator)
      .filter((place) => `${place.label} ${place.says}`.toLowerCase().includes(query.trim().toLowerCase()))
      .map((place) => ({
        id: place.to,
        label: place.label,
        description: place.says,
        leftSection: <place.icon size={18} aria-hidden />,
        onClick: () => void navigate({ to: place.to }),
      })),
  };
  const groups: readonly SpotlightActionGroupData[] = searching
    ? [
        goTo,
        {
          group: 'Access requests',
          actions: (requests.data?.rows ?? []).map((request) => ({
            id: request.id,
            label: `#${request.number} ${request.firstItem.entitlement}, ${request.firstItem.application}`,
            description: `${request.requester.fullName}, ${requestStateWords[request.state].label.toLowerCase()}`,
            leftSection: <IconFileText size={18} aria-hidden />,
            onClick: () => void navigate({ to: '/requests/$requestId', params: { requestId: request.id } }),
          })),
        },
        {
          group: 'Directory',
          actions: (people.data?.rows ?? []).map((person) => ({
            id: person.id,
            label: person.fullName,
            description: [person.jobTitle, person.workEmail].filter((part) => part !== null).join(', '),
            leftSection: <IconUser size={18} aria-hidden />,
            onClick: () => void navigate({ to: '/directory/$employeeId', params: { employeeId: person.id } }),
          })),
        },
        {
          group: 'Applications',
          actions: (applications.data?.rows ?? []).slice(0, found).map((application) => ({
            id: application.id,
            label: application.name,
            description: application.description ?? '',
            leftSection: <IconAppWindow size={18} aria-hidden />,
            onClick: () =>
              void navigate({ to: '/applications/$applicationId', params: { applicationId: application.id } }),
          })),
        },
      ]
    : [goTo];

  return (
    <Spotlight
      actions={groups.filter((group) => group.actions.length > 0)}
      // The engine found these already; filtering them once more by label would drop matches by e-mail.
      filter={(_query, actions) => actions}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      // Also from within a field: nobody types this.
      tagsToIgnore={[]}
      clearQueryOnClose
      scrollable
      maxHeight={420}
      nothingFound={requests.isFetching || people.isFetching ? 'Searching…' : 'Nothing found'}
      attributes={{ content: { 'aria-label': 'Find or go to' } }}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'Found' } }}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'Go to a screen, or find a request, a person, an application',
        'aria-label': 'Find or go to',
        onKeyDown: goToFirst,
      }}
      onSpotlightClose={() => spotlight.close()}
    />
  );
}

/** What is found arrives after the key that asked for it, so nothing is marked yet: Enter goes to the first. */
function goToFirst(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
  const palette = event.currentTarget.closest('[role="dialog"]');
  if (palette?.querySelector('[data-selected]') !== null) return;
  palette.querySelector<HTMLElement>('[data-action]')?.click();
}
