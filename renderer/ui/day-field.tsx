/** A day to which a list jumps. */
import { TextInput } from '@mantine/core';
import { isDay } from './day.ts';

export interface DayFieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (day: string | undefined) => void;
}

export function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <TextInput
      type="date"
      aria-label={label}
      title={label}
      w={136}
      value={value ?? ''}
      onChange={(event) => {
        const day = event.currentTarget.value;
        onChange(isDay(day) ? day : undefined);
      }}
    />
  );
}
