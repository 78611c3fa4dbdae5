/** How long access lasts: for good, until a time, or for a while from its delivery. */
import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { useId } from 'react';
import type { Term } from '#core/contract/index.ts';
import { spanOfMinutes } from '#renderer/ui/format.ts';
import { useNow } from '#renderer/ui/use-now.ts';
import classes from './new-request.module.css';
import {
  durationPresets,
  joinDuration,
  localPickerText,
  minutesPerUnit,
  splitDuration,
  suggestedEnd,
  termProblem,
  untilLocal,
  type DurationUnit,
} from './term-choice.ts';

export interface TermEditorProps {
  readonly label: string;
  readonly value: Term;
  readonly onChange: (term: Term) => void;
  /** The longest the entitlement allows; null: no limit. */
  readonly longestMinutes?: number | null;
}

const kinds = [
  { value: 'permanent', label: 'Permanent' },
  { value: 'until', label: 'Until a date' },
  { value: 'duration', label: 'For a duration' },
] as const;

const units: readonly { readonly value: DurationUnit; readonly label: string }[] = [
  { value: 'minutes', label: 'minutes' },
  { value: 'hours', label: 'hours' },
  { value: 'days', label: 'days' },
];

export function TermEditor({ label, value, onChange, longestMinutes = null }: TermEditorProps) {
  const hintId = useId();

  function choose(kind: Term['kind']): void {
    if (kind === value.kind) return;
    switch (kind) {
      case 'permanent':
        return onChange({ kind });
      case 'until':
        return onChange(suggestedEnd(new Date()));
      case 'duration':
        return onChange({ kind, minutes: longestMinutes ?? 7 * minutesPerUnit.days });
    }
  }

  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={label}
        aria-describedby={hintId}
        data={[...kinds]}
        value={value.kind}
        onChange={choose}
        fullWidth
        size="sm"
      />
      {value.kind === 'until' && <UntilField value={value} onChange={onChange} />}
      {value.kind === 'duration' && (
        <DurationFields minutes={value.minutes} onChange={onChange} longestMinutes={longestMinutes} />
      )}
      <Text id={hintId} size="xs" c="dimmed">
        {hint(value, longestMinutes)}
      </Text>
    </Stack>
  );
}

function hint(value: Term, longestMinutes: number | null): string {
  const limit = longestMinutes === null ? '' : ` At most ${spanOfMinutes(longestMinutes)} here.`;
  switch (value.kind) {
    case 'permanent':
      return `Stays until somebody asks for its removal.${limit}`;
    case 'until':
      return `Removed by Gatehouse at this time, in your time zone.${limit}`;
    case 'duration':
      return `The clock starts when the access works, not when it is approved.${limit}`;
  }
}

function UntilField({
  value,
  onChange,
}: {
  readonly value: Term & { kind: 'until' };
  readonly onChange: (term: Term) => void;
}) {
  const now = new Date(useNow());
  return (
    <DateTimePicker
      label="Ends at"
      valueFormat="D MMM YYYY, HH:mm"
      value={localPickerText(value.endsAt)}
      minDate={now}
      error={termProblem(value, now)}
      onChange={(text) => {
        const term = untilLocal(text);
        if (term !== null) onChange(term);
      }}
      popoverProps={{ withinPortal: true }}
    />
  );
}

function DurationFields({
  minutes,
  onChange,
  longestMinutes,
}: {
  readonly minutes: number;
  readonly onChange: (term: Term) => void;
  readonly longestMinutes: number | null;
}) {
  const { amount, unit } = splitDuration(minutes);
  const presets = durationPresets.filter((preset) => longestMinutes === null || preset.minutes <= longestMinutes);
  const set = (next: number): void => onChange({ kind: 'duration', minutes: next });
  return (
    <Stack gap="xs">
      <Group gap={6} component="fieldset" className={classes.bare} aria-label="Common durations">
        {presets.map((preset) => (
          <Button
            key={preset.minutes}
            size="compact-xs"
            variant={preset.minutes === minutes ? 'filled' : 'default'}
            aria-pressed={preset.minutes === minutes}
            onClick={() => set(preset.minutes)}
          >
            {preset.label}
          </Button>
        ))}
      </Group>
      <Group gap="xs" wrap="nowrap" align="end">
        <NumberInput
          label="Duration"
          min={1}
          allowDecimal={false}
          allowNegative={false}
          value={amount}
          onChange={(next) => {
            if (typeof next === 'number' && next >= 1) set(joinDuration(next, unit));
          }}
          w={110}
        />
        <Select
          aria-label="Unit of the duration"
          data={[...units]}
          value={unit}
          allowDeselect={false}
          onChange={(next) => {
            if (next !== null) set(joinDuration(amount, next));
          }}
          w={120}
        />
      </Group>
    </Stack>
  );
}
