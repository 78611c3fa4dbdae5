/** How far a file has come on its way to the engine, and that its rows are read when it is there. */
import { Progress, Stack, Text } from '@mantine/core';
import { sizeText } from './import-kinds.ts';

export interface SendingProgressProps {
  /** In bytes. */
  readonly sent: number;
  readonly size: number;
}

export function SendingProgress({ sent, size }: SendingProgressProps) {
  const isWhole = sent === size;
  return (
    <Stack gap={6}>
      <Text size="sm" role={isWhole ? 'status' : undefined}>
        {isWhole ? 'The file is sent. Its rows are being read…' : `Sent ${sizeText(sent)} of ${sizeText(size)}`}
      </Text>
      <Progress value={(sent / size) * 100} animated={isWhole} aria-label="The file that is being sent" />
    </Stack>
  );
}
