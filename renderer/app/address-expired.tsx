/** The engine does not know this window's session. */
import { Center, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { Mark } from '#renderer/ui/mark.tsx';

export function AddressExpired() {
  useEffect(() => {
    document.title = 'Address expired · Gatehouse';
  }, []);
  return (
    <Center component="main" h="100%" p="xl">
      <Stack maw={460} gap="sm" role="alert">
        <Mark size={40} />
        <Title order={1} fz={22}>
          This address has been used or has expired
        </Title>
        <Text>Open the new one printed by Gatehouse in the terminal where it was started.</Text>
        <Text size="sm" c="dimmed">
          Each address works once, for one browser, so that nobody else on this machine can use it. If Gatehouse is not
          running any more, start it again; it prints a fresh address on a line of its own.
        </Text>
      </Stack>
    </Center>
  );
}
