/** Things picked one after another by searching, each shown with a way to take it out again. */
import { CloseButton, Group, Pill, Stack } from '@mantine/core';
import { AsyncSelect, type AsyncOption } from '#renderer/ui/async-select.tsx';

export interface Named<Id extends string> {
  readonly id: Id;
  readonly name: string;
}

export function NamedList<Id extends string>(props: {
  readonly label: string;
  readonly value: readonly Named<Id>[];
  readonly onChange: (value: readonly Named<Id>[]) => void;
  readonly found: readonly (Named<Id> & { readonly detail?: string })[];
  readonly onSearch: (search: string) => void;
}) {
  const taken = new Set(props.value.map((one) => one.id));
  const options = props.found
    .filter((one) => !taken.has(one.id))
    .map((one): AsyncOption & { readonly named: Named<Id> } => ({
      value: one.id,
      label: one.name,
      detail: one.detail,
      named: { id: one.id, name: one.name },
    }));
  return (
    <Stack gap={6}>
      <AsyncSelect
        label={props.label}
        placeholder="Add"
        mode="add"
        options={options}
        onSearch={props.onSearch}
        onChange={(option) => {
          if (option !== null) props.onChange([...props.value, option.named]);
        }}
      />
      {props.value.length > 0 && (
        <Group gap={6}>
          {props.value.map((one) => (
            <Pill key={one.id} size="md">
              {one.name}
              <CloseButton
                size="xs"
                aria-label={`Take out ${one.name}`}
                onClick={() => props.onChange(props.value.filter((other) => other.id !== one.id))}
              />
            </Pill>
          ))}
        </Group>
      )}
    </Stack>
  );
}
