/** A moment as people say it; hovering or focusing shows it exactly, here and in UTC. */
import { Text, Tooltip, type TextProps } from '@mantine/core';
import { localTime, relativeTime, utcTime } from './format.ts';
import { useNow } from './use-now.ts';

export interface TimeTextProps extends Pick<TextProps, 'size' | 'c' | 'fw'> {
  readonly at: string;
  /** `relative` (default): `3 minutes ago`. `exact`: the local date and time. */
  readonly form?: 'relative' | 'exact';
}

export function TimeText({ at, form = 'relative', ...text }: TimeTextProps) {
  const now = useNow();
  // A moment that has just come can lie ahead of the clock, which ticks slowly; it is not in the future for that.
  const shown = Math.max(now, Math.min(Date.parse(at), now + 20_000));
  return (
    <Tooltip
      label={
        <>
          {localTime(at)}
          <br />
          {utcTime(at)}
        </>
      }
    >
      <Text component="time" dateTime={at} span inherit={text.size === undefined} {...text}>
        {form === 'relative' ? relativeTime(at, shown) : localTime(at)}
      </Text>
    </Tooltip>
  );
}
