/** While the window reaches the engine. Empty for a moment first, because most of the time that is all it takes. */
import { Center, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

const quietMilliseconds = 300;

export function Splash() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), quietMilliseconds);
    return () => clearTimeout(timer);
  }, []);
  if (!slow) return null;
  return (
    <Center component="main" h="100%">
      <Stack align="center" gap="sm" role="status">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          Opening the workspace…
        </Text>
      </Stack>
    </Center>
  );
}
