/** While a screen's code is on its way. */
import { Skeleton, Stack } from '@mantine/core';

export function RoutePending() {
  return (
    <Stack p="xl" gap="md" aria-busy role="status" aria-label="Loading">
      <Skeleton height={22} width={220} />
      <Skeleton height={12} width={420} />
      <Skeleton height={260} mt="md" />
    </Stack>
  );
}
