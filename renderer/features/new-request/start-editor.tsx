/** When access begins: as soon as it is approved, or at a time of one's own. */
import { Checkbox, Stack } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { instant, type Instant } from '#core/contract/index.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import { localPickerText, untilLocal } from './term-choice.ts';

export interface StartEditorProps {
  readonly value: Instant | null;
  readonly onChange: (startsAt: Instant | null) => void;
  /** On the checkbox; `Begin later` unless something else is said. */
  readonly label?: string;
}

export function StartEditor({ value, onChange, label = 'Begin later' }: StartEditorProps) {
  const now = new Date(useNow());
  return (
    <Stack gap="xs" mt="sm">
      <Checkbox
        label={label}
        description="It is reviewed at once, and delivered at the time you choose."
        checked={value !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? tomorrowMorning(new Date()) : null)}
      />
      {value !== null && (
        <DateTimePicker
          label="Starts at"
          valueFormat="D MMM YYYY, HH:mm"
          value={localPickerText(value)}
          minDate={now}
          error={Date.parse(value) <= now.getTime() ? 'This time has passed. Choose a later one.' : null}
          onChange={(text) => {
            const term = untilLocal(text);
            if (term?.kind === 'until') onChange(term.endsAt);
          }}
          popoverProps={{ withinPortal: true }}
        />
      )}
    </Stack>
  );
}

function tomorrowMorning(now: Date): Instant {
  const start = new Date(now);
  start.setDate(start.getDate() + 1);
  start.setHours(9, 0, 0, 0);
  return instant(start);
}
