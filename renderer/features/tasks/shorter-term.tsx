/** A shorter time than was asked for: for a while from delivery, or until a time. */
import { Button, Group } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { instant, type Term } from '#core/contract/index.ts';
import { useNow } from '#renderer/ui/use-now.ts';

export interface ShorterTermProps {
  /** What was asked for; null: several things, each of which is compared by itself. */
  readonly asked: Term | null;
  readonly value: Term | null;
  readonly onChange: (term: Term | null) => void;
}

const minutesPerDay = 1440;
const presets = [
  { minutes: 60, label: '1 hour' },
  { minutes: minutesPerDay, label: '1 day' },
  { minutes: 7 * minutesPerDay, label: '1 week' },
  { minutes: 30 * minutesPerDay, label: '30 days' },
  { minutes: 90 * minutesPerDay, label: '90 days' },
];

export function ShorterTerm({ asked, value, onChange }: ShorterTermProps) {
  const now = new Date(useNow());
  // Access that ends at a fixed time can only be given an earlier end.
  const shorter = presets.filter(
    ({ minutes }) =>
      asked === null || asked.kind === 'permanent' || (asked.kind === 'duration' && minutes < asked.minutes),
  );
  return (
    <>
      {shorter.length > 0 && (
        <Group gap={6} role="group" aria-label="For a duration, from when the access works">
          {shorter.map(({ minutes, label }) => (
            <Button
              key={minutes}
              size="compact-sm"
              variant={value?.kind === 'duration' && value.minutes === minutes ? 'filled' : 'default'}
              aria-pressed={value?.kind === 'duration' && value.minutes === minutes}
              onClick={() => onChange({ kind: 'duration', minutes })}
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
      <DateTimePicker
        label={shorter.length > 0 ? 'Or until' : 'Until'}
        description="In your time zone"
        valueFormat="D MMM YYYY, HH:mm"
        value={value?.kind === 'until' ? new Date(value.endsAt) : null}
        minDate={now}
        onChange={(text) => onChange(untilLocal(text))}
        popoverProps={{ withinPortal: true }}
      />
    </>
  );
}

/** The picker's text is local time: `YYYY-MM-DD HH:mm:ss`. */
function untilLocal(text: string | null): Term | null {
  const time = new Date((text ?? '').replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? null : { kind: 'until', endsAt: instant(time) };
}
