/** An application that is on its way. */
import { Skeleton, Stack } from '@mantine/core';

export function PageSkeleton() {
  return (
    <Stack gap="md" maw={640} aria-busy aria-label="Loading the application">
      <Skeleton height={30} width={420} />
      <Skeleton height={46} />
      <Skeleton height={70} />
      <Skeleton height={46} />
      <Skeleton height={120} />
    </Stack>
  );
}
