/** Takes back every condition of a list at once. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';

export function ClearFilters({ onClear }: { readonly onClear: () => void }) {
  return (
    <Tooltip label="Clear search and filters">
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Clear search and filters" onClick={onClear}>
        <IconFilterOff size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
