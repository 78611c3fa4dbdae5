/** An address that leads nowhere. */
import { Button } from '@mantine/core';
import { IconMapPinOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { Page } from '#renderer/ui/page.tsx';

export function NotFound() {
  return (
    <Page title="Nothing here">
      <EmptyState
        icon={<IconMapPinOff size={22} />}
        title="There is no screen at this address"
        action={
          <Button component={Link} to="/" variant="default">
            Go to the dashboard
          </Button>
        }
      >
        The link may be from another version of Gatehouse, or a part of it was lost.
      </EmptyState>
    </Page>
  );
}
