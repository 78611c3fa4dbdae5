/** Making a role, or changing one. */
import { ActionIcon, Alert, Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { AccessRoleView, Requestable } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { AsyncSelect } from '#renderer/ui/async-select.tsx';
import { requestableSearchQuery } from './roles.queries.ts';
import classes from './roles.module.css';

export interface RoleDialogProps {
  /** Null makes a new one. */
  readonly role: AccessRoleView | null;
  readonly onClose: () => void;
}

export function RoleDialog({ role, onClose }: RoleDialogProps) {
  return (
    <Modal opened onClose={onClose} title={role === null ? 'New role' : `Edit ${role.name}`} size="lg" centered>
      <RoleForm role={role} onClose={onClose} />
    </Modal>
  );
}

type Part = Pick<Requestable, 'id' | 'name' | 'application'>;

function RoleForm({ role, onClose }: RoleDialogProps) {
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [parts, setParts] = useState<readonly Part[]>(role?.entitlements ?? []);
  const [wasTried, setWasTried] = useState(false);
  const save = useCommand(client.accessRoles.save, {
    report: 'inline',
    success: role === null ? 'The role is made.' : 'The role is changed.',
    onDone: onClose,
  });
  const nameError = wasTried && name.trim() === '' ? 'A role needs a name.' : null;
  const partsError = wasTried && parts.length === 0 ? 'A role needs at least one entitlement.' : null;

  function submit(event: FormEvent): void {
    event.preventDefault();
    setWasTried(true);
    if (name.trim() === '' || parts.length === 0) return;
    const text = description.trim();
    void save.run({
      accessRoleId: role?.id ?? null,
      version: role?.version ?? 0,
      name: name.trim(),
      description: text === '' ? null : text,
      entitlementIds: parts.map((part) => part.id),
    });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          required
          maxLength={120}
          value={name}
          error={nameError}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label="Description"
          description="Who it is for, and what it lets them do."
          autosize
          minRows={2}
          maxLength={1000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <EntitlementParts parts={parts} error={partsError} onChange={setParts} />
        {(save.refusal ?? save.problem) !== null && (
          <Alert color="red" role="alert">
            {save.refusal?.message ?? save.problem}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {role === null ? 'Make the role' : 'Save the role'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface EntitlementPartsProps {
  readonly parts: readonly Part[];
  readonly error: string | null;
  readonly onChange: (parts: readonly Part[]) => void;
}

function EntitlementParts({ parts, error, onChange }: EntitlementPartsProps) {
  const [search, setSearch] = useState('');
  const found = useQuery(requestableSearchQuery(search));
  const known = new Set<string>(parts.map((part) => part.id));
  const options = (found.data?.rows ?? [])
    .filter((row) => !known.has(row.id))
    .map((row) => ({
      value: row.id as string,
      label: row.name,
      detail: `${row.application.name} · ${row.kind}`,
      part: { id: row.id, name: row.name, application: row.application },
    }));
  return (
    <Stack gap="xs">
      <AsyncSelect
        label="Add an entitlement"
        mode="add"
        options={options}
        loading={found.isFetching}
        onSearch={setSearch}
        onChange={(option) => {
          if (option !== null) onChange([...parts, option.part]);
        }}
        error={error}
        nothingFound="No such entitlement"
      />
      <Stack
        gap={2}
        component="ul"
        className={`${classes.list} ${classes.chosen}`}
        aria-label="Entitlements of the role"
      >
        {parts.map((part) => (
          <Group key={part.id} component="li" justify="space-between" gap="xs" wrap="nowrap">
            <Text size="sm">
              {part.name}{' '}
              <Text span size="xs" c="dimmed">
                {part.application.name}
              </Text>
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Take ${part.name} out of the role`}
              onClick={() => onChange(parts.filter((other) => other.id !== part.id))}
            >
              <IconX size={15} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </Stack>
  );
}
