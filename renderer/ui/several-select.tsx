/** Any number of a few choices, in the room of one: a button that says what is chosen and opens the choices. */
import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';

export interface SeveralSelectProps<Value extends string> {
  /** What is chosen from, e.g. `States`. */
  readonly label: string;
  /** Said while nothing is chosen, e.g. `Any state`. */
  readonly none: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: readonly Value[];
  /** In the order of the options. */
  readonly onChange: (value: Value[]) => void;
  readonly width: number;
}

export function SeveralSelect<Value extends string>(props: SeveralSelectProps<Value>) {
  const chosen = props.options.filter(({ value }) => props.value.includes(value)).map(({ label }) => label);
  const said = chosen.length === 0 ? props.none : chosen.length === 1 ? chosen[0] : `${chosen.length} chosen`;
  return (
    <Popover position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          fw={400}
          w={props.width}
          justify="space-between"
          px={12}
          aria-label={`${props.label}: ${chosen.length === 0 ? props.none : chosen.join(', ')}`}
          {...(chosen.length === 0 ? { c: 'dimmed' } : {})}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {said}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={props.label}>
        <Checkbox.Group
          aria-label={props.label}
          value={[...props.value]}
          onChange={(next) =>
            props.onChange(props.options.map(({ value }) => value).filter((value) => next.includes(value)))
          }
        >
          <Stack gap={8}>
            {props.options.map(({ value, label }) => (
              <Checkbox key={value} size="xs" value={value} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
