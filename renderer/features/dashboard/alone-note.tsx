/** In an own workspace one person signs in and nobody decides their own requests: said where the day begins, until it is put away. */
import { Alert, Anchor, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { statusQuery } from '#renderer/data/session.ts';

export function AloneNote() {
  const status = useQuery(statusQuery());
  const [isRead, setRead] = useLocalStorage({ key: 'gatehouse-alone-note-read', defaultValue: false });
  if (status.data?.signIn !== 'operator' || isRead) return null;
  return (
    <Alert
      role="note"
      variant="default"
      title="Only you sign in to this workspace"
      withCloseButton
      closeButtonLabel="Put this note away"
      onClose={() => setRead(true)}
    >
      <Text size="sm">
        Nobody decides their own requests, so what needs a review waits here. Let an{' '}
        <Anchor component={Link} to="/applications" inherit underline="always">
          application
        </Anchor>{' '}
        approve at once in its settings, or write a{' '}
        <Anchor component={Link} to="/rules" inherit underline="always">
          rule
        </Anchor>{' '}
        that approves: the access is delivered, and the trail names what approved it.
      </Text>
    </Alert>
  );
}
