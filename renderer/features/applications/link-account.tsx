/** Saying whose account it is, or that it is not theirs. */
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Person } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { ownerSearchQuery, type AccountRow } from './applications.queries.ts';
import { toOption } from './owner-fields.tsx';

export interface LinkAccountProps {
  readonly account: Pick<AccountRow, 'id' | 'username'>;
  /** Whom it belongs to now. */
  readonly employee: Person | null;
  /** A program signs in with it: a person answers for it, and their own access has nothing to do with it. */
  readonly isService?: boolean;
  readonly onClose: () => void;
}

export function LinkAccount({ account, employee, isService = false, onClose }: LinkAccountProps) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Person | null>(null);
  const found = useQuery(ownerSearchQuery(search));
  const link = useCommand(client.applications.linkAccount, {
    report: 'inline',
    success: 'It is noted whose account it is.',
    onDone: onClose,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={isService ? `Name the owner of ${account.username}` : `Link ${account.username} to a person`}
      centered
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {isService
            ? 'Whoever owns a service account answers for it: access of it is asked for through them, and it is found again when they leave.'
            : employee === null
              ? 'Gatehouse gives and takes this person’s access through the account from now on. Discoveries keep the link.'
              : `It belongs to ${employee.fullName} now.`}
        </Text>
        <AsyncSelect
          label={isService ? 'Owner' : 'Person'}
          placeholder="Search people"
          options={(found.data?.rows ?? []).map(toOption)}
          loading={found.isFetching}
          onSearch={setSearch}
          value={chosen === null ? null : toOption(chosen)}
          onChange={(option) => setChosen(option?.person ?? null)}
          nothingFound="Nobody found"
          error={found.isError ? messageOfError(found.error) : undefined}
        />
        {(link.refusal !== null || link.problem !== null) && (
          <Alert color="red" variant="light" role="alert">
            {link.refusal?.message ?? link.problem}
          </Alert>
        )}
        <Group justify="flex-end" gap={8}>
          {employee !== null && (
            <Button
              variant="default"
              loading={link.isPending}
              onClick={() => void link.run({ accountId: account.id, employeeId: null })}
            >
              It belongs to nobody
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            disabled={chosen === null}
            loading={link.isPending}
            onClick={() => {
              if (chosen !== null) void link.run({ accountId: account.id, employeeId: chosen.id });
            }}
          >
            {isService ? 'Name the owner' : 'Link'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
