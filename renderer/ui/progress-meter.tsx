/** How much of the needed review has happened; the tooltip says whose actions are counted. */
import { Group, Progress, Text, Tooltip } from '@mantine/core';
import type { ProgressView } from '#core/contract/index.ts';
import { progressExplanation, progressPercent, progressText, type ProgressScope } from './progress-words.ts';

export interface ProgressMeterProps {
  readonly progress: ProgressView;
  readonly scope: ProgressScope;
  /** Makes the explanation reachable by keyboard; leave out in table rows, where it would be a stop per row. */
  readonly focusable?: boolean;
}

export function ProgressMeter({ progress, scope, focusable = false }: ProgressMeterProps) {
  const percent = progressPercent(progress);
  const text = progressText(progress);
  return (
    <Tooltip label={progressExplanation(progress, scope)} multiline w={300}>
      <Group
        gap={8}
        wrap="nowrap"
        miw={0}
        tabIndex={focusable ? 0 : undefined}
        role={focusable ? 'group' : undefined}
        aria-label={focusable ? `Review progress: ${text}. ${progressExplanation(progress, scope)}` : undefined}
      >
        {progress.needed > 0 && (
          <Progress.Root size={6} w={48} radius="xl" style={{ flex: 'none' }}>
            <Progress.Section
              value={percent}
              color={percent === 100 ? 'green' : 'petrol'}
              aria-label={`Review progress, ${text} actions`}
            />
          </Progress.Root>
        )}
        <Text size="xs" c="dimmed" truncate style={{ fontVariantNumeric: 'tabular-nums' }}>
          {text}
          {progress.needed > 0 && ` · ${percent}%`}
        </Text>
      </Group>
    </Tooltip>
  );
}
