/** The roles a person holds; administrators can set them. */
import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { roles as allRoles, type Role } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import type { EmployeeDetail } from './directory.queries.ts';
import { roleWords } from './role-words.ts';

export function EmployeeRoles({ employee, maySet }: { readonly employee: EmployeeDetail; readonly maySet: boolean }) {
  const [chosen, setChosen] = useState<ReadonlySet<Role>>(new Set(employee.roles));
  const set = useCommand(client.directory.setRoles, {
    report: 'inline',
    success: `The roles of ${employee.fullName} are saved.`,
  });
  if (!maySet) {
    return (
      <Text size="sm" c={employee.roles.length === 0 ? 'dimmed' : 'inherit'}>
        {employee.roles.length === 0
          ? 'No role: requests and reviews like every team member.'
          : employee.roles.map((role) => roleWords[role].label).join(', ')}
      </Text>
    );
  }
  const isChanged = chosen.size !== employee.roles.length || employee.roles.some((role) => !chosen.has(role));
  return (
    <Stack gap="sm">
      {allRoles.map((role) => (
        <Checkbox
          key={role}
          label={roleWords[role].label}
          description={roleWords[role].what}
          checked={chosen.has(role)}
          onChange={(event) => {
            const next = new Set(chosen);
            if (event.currentTarget.checked) next.add(role);
            else next.delete(role);
            setChosen(next);
            set.reset();
          }}
        />
      ))}
      {(set.refusal !== null || set.problem !== null) && (
        <Alert color="red" role="alert">
          {set.refusal?.message ?? set.problem}
        </Alert>
      )}
      {isChanged && (
        <Group gap="xs">
          <Button
            size="xs"
            loading={set.isPending}
            onClick={() =>
              void set.run({ employeeId: employee.id, roles: allRoles.filter((role) => chosen.has(role)) })
            }
          >
            Save roles
          </Button>
          <Button size="xs" variant="default" onClick={() => setChosen(new Set(employee.roles))}>
            Undo
          </Button>
        </Group>
      )}
    </Stack>
  );
}
