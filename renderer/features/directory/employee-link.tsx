/** A person's name that leads to their page. */
import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Person } from '#core/contract/index.ts';

export function EmployeeLink({ person }: { readonly person: Person }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => <Link {...props} to="/directory/$employeeId" params={{ employeeId: person.id }} />}
    >
      {person.fullName}
      {person.status === 'left' && ' (left)'}
    </Anchor>
  );
}
