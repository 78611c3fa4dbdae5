/** The people of the sample organisation, to be one of them. */
import { Alert, Button, Loader, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { EmployeeId } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { roleWords } from '#renderer/data/session.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { groupOperators } from './sign-in-groups.ts';
import { choicesQuery } from './sign-in.queries.ts';
import classes from './sign-in.module.css';

export interface ChoosePersonProps {
  readonly pendingId: EmployeeId | null;
  readonly problem: string | null;
  readonly onChoose: (employeeId: EmployeeId) => void;
}

export function ChoosePerson({ pendingId, problem, onChoose }: ChoosePersonProps) {
  const [search, setSearch] = useState('');
  const choices = useInfiniteQuery(choicesQuery(search));
  const groups = useMemo(() => groupOperators(choices.data?.pages.flatMap((page) => page.rows) ?? []), [choices.data]);

  return (
    <div className={classes.choose}>
      <Stack gap={10}>
        <Title order={2} fz={18}>
          Who would you like to be?
        </Title>
        <SearchInput
          label="Search people"
          placeholder="Search by name, e-mail, job title or department"
          value={search}
          onChange={setSearch}
          width="100%"
        />
      </Stack>
      {problem !== null && (
        <Alert color="red" variant="light" role="alert">
          {problem}
        </Alert>
      )}
      {choices.isError ? (
        <ErrorState message={messageOfError(choices.error)} onRetry={() => void choices.refetch()} />
      ) : (
        <div className={classes.list} aria-busy={choices.isPending}>
          {choices.isPending && <WaitingForPeople />}
          {choices.data !== undefined && groups.length === 0 && (
            <EmptyState title="Nobody matches">
              Try a part of a name, an e-mail address, or clear the search.
            </EmptyState>
          )}
          {groups.map((group) => (
            <section key={group.title} aria-label={group.title}>
              <h3 className={classes.group} style={{ margin: 0 }}>
                <strong>{group.title}</strong> {group.says}
              </h3>
              <ul className={classes.people}>
                {group.people.map((operator) => (
                  <li key={operator.person.id}>
                    <button
                      type="button"
                      className={classes.person}
                      disabled={pendingId !== null}
                      onClick={() => onChoose(operator.person.id)}
                    >
                      <PersonLabel person={operator.person} detail="job" size="md" />
                      {pendingId === operator.person.id ? (
                        <Loader size={16} />
                      ) : (
                        <Text size="xs" c="dimmed" ta="end">
                          {roleWords(operator)}
                        </Text>
                      )}
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          ))}
          {choices.hasNextPage && (
            <Button
              variant="subtle"
              fullWidth
              radius={0}
              loading={choices.isFetchingNextPage}
              onClick={() => void choices.fetchNextPage()}
            >
              Show more people
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function WaitingForPeople() {
  return (
    <Stack gap={18} p="md" role="status" aria-label="Loading people">
      {Array.from({ length: 8 }, (_row, row) => (
        <Skeleton key={row} height={16} width={`${88 - row * 5}%`} />
      ))}
    </Stack>
  );
}
