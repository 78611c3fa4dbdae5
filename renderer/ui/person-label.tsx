/** A person: initials, name, and what else helps to tell people of the same name apart. */
import { Avatar, Box, Group, Text } from '@mantine/core';
import type { Person } from '#core/contract/index.ts';
import { initials } from './format.ts';

export interface PersonLabelProps {
  readonly person: Pick<Person, 'fullName' | 'workEmail' | 'jobTitle' | 'department' | 'status'>;
  /** The second line: job title and department, the work e-mail, or none (default). */
  readonly detail?: 'job' | 'email' | 'none';
  readonly withAvatar?: boolean;
  readonly size?: 'sm' | 'md';
}

const avatarStyles = {
  placeholder: { background: 'var(--gatehouse-avatar)', color: 'var(--gatehouse-link)', fontWeight: 600 },
};

export function PersonLabel({ person, detail = 'none', withAvatar = true, size = 'sm' }: PersonLabelProps) {
  const second = secondLine(person, detail);
  return (
    <Group gap={size === 'sm' ? 8 : 10} wrap="nowrap" miw={0}>
      {withAvatar && (
        <Avatar
          size={size === 'sm' ? 24 : 34}
          radius="xl"
          color="petrol"
          variant="light"
          aria-hidden
          styles={avatarStyles}
        >
          {initials(person.fullName)}
        </Avatar>
      )}
      <Box miw={0}>
        <Text size="sm" truncate fw={second === '' ? undefined : 500} title={`${person.fullName}, ${person.workEmail}`}>
          {person.fullName}
          {person.status === 'left' && (
            <Text span c="dimmed" size="xs">
              {' '}
              (left)
            </Text>
          )}
        </Text>
        {second !== '' && (
          <Text size="xs" c="dimmed" truncate title={second}>
            {second}
          </Text>
        )}
      </Box>
    </Group>
  );
}

function secondLine(person: PersonLabelProps['person'], detail: NonNullable<PersonLabelProps['detail']>): string {
  switch (detail) {
    case 'job':
      return [person.jobTitle, person.department].filter((part) => part !== null && part !== '').join(', ');
    case 'email':
      return person.workEmail;
    case 'none':
      return '';
  }
}
