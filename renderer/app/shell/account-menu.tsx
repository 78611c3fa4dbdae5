/** Who is signed in; switching person, colours, another window, signing out. */
import { Avatar, Menu, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconArrowsExchange,
  IconBeach,
  IconLogout,
  IconSelector,
  IconUserCircle,
  IconWindowMaximize,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Operator, WorkspaceStatus } from '#core/contract/index.ts';
import { useColours } from '#renderer/app/colours.ts';
import { client } from '#renderer/data/client.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { changePerson, roleWords } from '#renderer/data/session.ts';
import { OutOfOfficeDialog } from '#renderer/features/out-of-office/out-of-office-dialog.tsx';
import { CopyText } from '#renderer/ui/copy-text.tsx';
import { initials } from '#renderer/ui/format.ts';
import classes from './shell.module.css';

export interface AccountMenuProps {
  readonly operator: Operator;
  readonly status: WorkspaceStatus;
}

export function AccountMenu({ operator, status }: AccountMenuProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [isOpen, setIsOpen] = useState(false);
  const [colours, chooseColours] = useColours(isOpen);
  const [absence, setAbsence] = useState(false);
  const [windowAddress, setWindowAddress] = useState<string | null>(null);
  const choosing = status.signIn === 'choose';

  async function signOut(): Promise<void> {
    try {
      await client.session.signOut();
      await navigate({ to: '/' });
      await changePerson(queryClient, null);
    } catch (thrown) {
      notifications.show({ color: 'red', title: 'Not signed out', message: messageOfError(thrown) });
    }
  }

  async function openWindow(): Promise<void> {
    try {
      const { url } = await client.session.windowLink();
      // Only a console in the browser has a link; the desktop program has a menu for its windows instead.
      if (url === null) return;
      // No opener and no return value with `noopener`, so the address is offered when nothing can have opened.
      const opened = window.open(url, '_blank');
      if (opened === null) setWindowAddress(url);
      else opened.opener = null;
    } catch (thrown) {
      notifications.show({ color: 'red', title: 'No other window', message: messageOfError(thrown) });
    }
  }

  return (
    <>
      <Menu
        position="top-start"
        width={264}
        offset={6}
        withInitialFocusPlaceholder={false}
        opened={isOpen}
        onChange={setIsOpen}
      >
        <Menu.Target>
          <button
            type="button"
            className={classes.personButton}
            aria-label={`Signed in as ${operator.person.fullName}. Account menu`}
          >
            <Avatar size={30} radius="xl" color="petrol" variant="filled" aria-hidden>
              {initials(operator.person.fullName)}
            </Avatar>
            <span style={{ minWidth: 0, flex: 1 }}>
              <span className={classes.personName} style={{ display: 'block' }}>
                {operator.person.fullName}
              </span>
              <span className={classes.personRoles} style={{ display: 'block' }}>
                {roleWords(operator)}
              </span>
            </span>
            <IconSelector size={15} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="xs" truncate>
              {operator.person.workEmail}
            </Text>
            <Text size="xs" style={{ whiteSpace: 'normal' }}>
              {roleWords(operator)}
            </Text>
          </Menu.Label>
          <Menu.Item
            leftSection={<IconUserCircle size={16} aria-hidden />}
            onClick={() => void navigate({ to: '/directory/$employeeId', params: { employeeId: operator.person.id } })}
          >
            My access
          </Menu.Item>
          <Menu.Item leftSection={<IconBeach size={16} aria-hidden />} onClick={() => setAbsence(true)}>
            Out of office…
          </Menu.Item>
          {window.gatehouse === undefined && (
            <Menu.Item leftSection={<IconWindowMaximize size={16} aria-hidden />} onClick={() => void openWindow()}>
              Open another window
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={choosing ? <IconArrowsExchange size={16} aria-hidden /> : <IconLogout size={16} aria-hidden />}
            onClick={() => void signOut()}
          >
            {choosing ? 'Switch person' : 'Sign out'}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>Colours</Menu.Label>
          <Menu.RadioGroup
            value={colours}
            onChange={(value) => chooseColours(value === 'light' || value === 'dark' ? value : 'auto')}
          >
            <Menu.RadioItem value="auto" closeMenuOnClick={false}>
              As the system
            </Menu.RadioItem>
            <Menu.RadioItem value="light" closeMenuOnClick={false}>
              Light
            </Menu.RadioItem>
            <Menu.RadioItem value="dark" closeMenuOnClick={false}>
              Dark
            </Menu.RadioItem>
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Label>
            Gatehouse {status.version}, {status.database === 'sqlite' ? 'SQLite' : 'Postgres'}
          </Menu.Label>
        </Menu.Dropdown>
      </Menu>
      <OutOfOfficeDialog operator={operator} opened={absence} onClose={() => setAbsence(false)} />
      <Modal
        opened={windowAddress !== null}
        onClose={() => setWindowAddress(null)}
        title="Open another window"
        centered
      >
        <Stack gap="sm">
          <Text size="sm">
            The browser did not allow Gatehouse to open a window. Copy this address into a new one; it works once.
          </Text>
          {windowAddress !== null && <CopyText value={windowAddress} what="the address" />}
        </Stack>
      </Modal>
    </>
  );
}
