/** A text to copy, shown shortened when it is long and technical (a hash, an address). */
import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

export interface CopyTextProps {
  readonly value: string;
  /** What it is, for the button's name: `Copy ${what}`. */
  readonly what: string;
  /** How many characters to show; all without it. */
  readonly shorten?: number;
}

export function CopyText({ value, what, shorten }: CopyTextProps) {
  const shown = shorten !== undefined && value.length > shorten ? `${value.slice(0, shorten)}…` : value;
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex" miw={0}>
      <Code title={value} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {shown}
      </Code>
      <CopyButton value={value} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              onClick={copy}
              aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
            >
              {copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
