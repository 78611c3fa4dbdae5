/** Roles: bundles of entitlements that people ask for as one. Everybody reads them, administrators maintain them. */
import { Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccessRoleView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ConfirmButton } from '#renderer/ui/confirm-button.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { counted } from '#renderer/ui/format.ts';
import { Page } from '#renderer/ui/page.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { RoleDialog } from './role-dialog.tsx';
import classes from './roles.module.css';
import { rolesQuery } from './roles.queries.ts';

export function RolesPage() {
  const [search, setSearch] = useState('');
  const [edited, setEdited] = useState<AccessRoleView | 'new' | null>(null);
  const roles = useQuery(rolesQuery(search));
  const mayMaintain = roles.data?.mayMaintain ?? false;
  return (
    <Page
      title="Roles"
      subtitle="Bundles of entitlements that people can ask for as one, and that are reviewed line by line."
      actions={
        mayMaintain ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
            New role
          </Button>
        ) : undefined
      }
    >
      <SearchInput label="Search roles" placeholder="Search roles…" value={search} onChange={setSearch} />
      {roles.isError && <ErrorState message={messageOfError(roles.error)} onRetry={() => void roles.refetch()} />}
      {roles.isPending && (
        <Stack gap="sm" role="status" aria-label="Loading roles">
          <Skeleton height={88} />
          <Skeleton height={88} />
        </Stack>
      )}
      {roles.data !== undefined && roles.data.rows.length === 0 && (
        <EmptyState title={search === '' ? 'There are no roles yet' : 'No role matches'}>
          {mayMaintain
            ? 'Make one from entitlements that people of the same work need together.'
            : 'An administrator can make them from entitlements that belong together.'}
        </EmptyState>
      )}
      <Stack gap="sm" component="ul" className={classes.list} aria-label="Roles">
        {(roles.data?.rows ?? []).map((role) => (
          <RoleCard key={role.id} role={role} mayMaintain={mayMaintain} onEdit={() => setEdited(role)} />
        ))}
      </Stack>
      {edited !== null && <RoleDialog role={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </Page>
  );
}

interface RoleCardProps {
  readonly role: AccessRoleView;
  readonly mayMaintain: boolean;
  readonly onEdit: () => void;
}

function RoleCard({ role, mayMaintain, onEdit }: RoleCardProps) {
  return (
    <li className={classes.card}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Group gap={8}>
            <Text fw={600}>{role.name}</Text>
            {role.state === 'inactive' && (
              <Badge variant="default" tt="none" fw={500}>
                not offered
              </Badge>
            )}
            <Text size="xs" c="dimmed">
              {counted(role.entitlements.length, 'entitlement')}
            </Text>
          </Group>
          {role.description !== null && (
            <Text size="sm" c="dimmed">
              {role.description}
            </Text>
          )}
        </div>
        {mayMaintain && (
          <Group gap="xs" wrap="nowrap">
            <Button size="compact-sm" variant="default" onClick={onEdit} aria-label={`Edit ${role.name}`}>
              Edit
            </Button>
            <StateButton role={role} />
          </Group>
        )}
      </Group>
      <ul className={classes.parts} aria-label={`Entitlements of ${role.name}`}>
        {role.entitlements.map((entitlement) => (
          <li key={entitlement.id}>
            <Text size="sm" span td={entitlement.status === 'gone' ? 'line-through' : undefined}>
              {entitlement.name}
            </Text>{' '}
            <Text size="xs" c="dimmed" span>
              {entitlement.application.name}
              {entitlement.status === 'gone' && ', no longer in the application'}
            </Text>
          </li>
        ))}
      </ul>
    </li>
  );
}

function StateButton({ role }: { readonly role: AccessRoleView }) {
  const isActive = role.state === 'active';
  const change = useCommand(client.accessRoles.setState, {
    report: 'inline',
    success: isActive ? `${role.name} is not offered any more.` : `${role.name} is offered again.`,
  });
  return (
    <ConfirmButton
      size="compact-sm"
      title={isActive ? `Withdraw ${role.name}?` : `Offer ${role.name} again?`}
      message={
        isActive
          ? 'Nobody can ask for it any more. What was asked for through it stays as it is.'
          : 'People can ask for it again, with the entitlements it has now.'
      }
      confirmLabel={isActive ? 'Withdraw' : 'Offer'}
      problem={change.refusal?.message ?? change.problem}
      pending={change.isPending}
      onConfirm={async () => {
        const state = isActive ? 'inactive' : 'active';
        const result = await change.run({ accessRoleId: role.id, version: role.version, state });
        return result?.outcome === 'done';
      }}
    >
      {isActive ? 'Withdraw' : 'Offer'}
    </ConfirmButton>
  );
}
