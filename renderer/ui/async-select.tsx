/**
 * A combobox over options that somebody else finds: it reports what is typed, shows what it is given,
 * and works with the keyboard alone. `mode="add"` keeps nothing selected, for picking one after another.
 */
import { Combobox, Group, InputBase, Loader, Text, useCombobox, type InputBaseProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconCheck } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

export interface AsyncOption {
  readonly value: string;
  readonly label: string;
  /** A second line, e.g. the job title. */
  readonly detail?: string | undefined;
  /** At the end of the line, e.g. a badge. */
  readonly beside?: ReactNode;
  readonly disabled?: boolean;
}

export interface AsyncSelectProps<Option extends AsyncOption> {
  readonly label: string;
  readonly description?: ReactNode;
  readonly placeholder?: string;
  readonly error?: ReactNode;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly size?: InputBaseProps['size'];
  readonly width?: number | string;
  readonly hideLabel?: boolean;
  readonly options: readonly Option[];
  readonly loading?: boolean;
  /** Called with what is typed, once typing pauses; with '' when the list opens fresh. */
  readonly onSearch: (search: string) => void;
  readonly value?: Option | null;
  /** Null when it was cleared. */
  readonly onChange: (option: Option | null) => void;
  readonly mode?: 'choose' | 'add';
  readonly clearable?: boolean;
  /** Shown when nothing matches. */
  readonly nothingFound?: string;
  /** Shown under the options, e.g. that there are more. */
  readonly note?: string | undefined;
}

const pauseMilliseconds = 180;

export function AsyncSelect<Option extends AsyncOption>(props: AsyncSelectProps<Option>) {
  const { value = null, mode = 'choose', clearable = false, loading = false } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const search = useDebouncedCallback(props.onSearch, pauseMilliseconds);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setTyped(null);
    },
  });

  function open(): void {
    if (combobox.dropdownOpened) return;
    props.onSearch('');
    combobox.openDropdown();
  }

  function pick(chosen: string): void {
    const option = props.options.find((candidate) => candidate.value === chosen);
    if (option === undefined) return;
    props.onChange(option);
    setTyped(mode === 'add' ? '' : null);
    // Left open it would lie over what comes next, e.g. the button that saves.
    combobox.closeDropdown();
    if (mode === 'add') props.onSearch('');
  }

  return (
    <Combobox store={combobox} onOptionSubmit={pick} withinPortal>
      <Combobox.Target withExpandedAttribute>
        <InputBase
          label={props.hideLabel === true ? undefined : props.label}
          aria-label={props.hideLabel === true ? props.label : undefined}
          description={props.description}
          placeholder={props.placeholder ?? 'Type to search'}
          error={props.error}
          required={props.required ?? false}
          disabled={props.disabled ?? false}
          size={props.size ?? 'sm'}
          w={props.width}
          value={typed ?? value?.label ?? ''}
          onFocus={(event) => event.currentTarget.select()}
          onClick={open}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value.trim());
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown' && !combobox.dropdownOpened) open();
          }}
          rightSection={
            loading && combobox.dropdownOpened ? (
              <Loader size={14} />
            ) : clearable && value !== null ? (
              <Combobox.ClearButton aria-label={`Clear ${props.label}`} onClear={() => props.onChange(null)} />
            ) : (
              <Combobox.Chevron />
            )
          }
          rightSectionPointerEvents={clearable && value !== null ? 'all' : 'none'}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={300} style={{ overflowY: 'auto' }} aria-label={`${props.label}: what can be chosen`}>
          {props.options.map((option) => (
            <Combobox.Option
              key={option.value}
              value={option.value}
              disabled={option.disabled ?? false}
              active={mode === 'choose' && value?.value === option.value}
            >
              <OptionLine option={option} chosen={mode === 'choose' && value?.value === option.value} />
            </Combobox.Option>
          ))}
          {props.options.length === 0 && (
            <Combobox.Empty>{loading ? 'Searching…' : (props.nothingFound ?? 'Nothing found')}</Combobox.Empty>
          )}
        </Combobox.Options>
        {props.note !== undefined && props.options.length > 0 && (
          <Combobox.Footer>
            <Text size="xs" c="dimmed">
              {props.note}
            </Text>
          </Combobox.Footer>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}

function OptionLine({ option, chosen }: { readonly option: AsyncOption; readonly chosen: boolean }) {
  return (
    <Group gap={8} wrap="nowrap" justify="space-between">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" truncate>
          {option.label}
        </Text>
        {option.detail !== undefined && option.detail !== '' && (
          <Text size="xs" c="dimmed" truncate>
            {option.detail}
          </Text>
        )}
      </div>
      <Group gap={6} wrap="nowrap">
        {option.beside}
        {chosen && <IconCheck size={14} aria-hidden />}
      </Group>
    </Group>
  );
}
