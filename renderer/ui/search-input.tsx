/** A search field that reports what was typed once typing pauses. The shell's `/` key finds it by its attribute. */
import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

export interface SearchInputProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly width?: number | string;
}

const pauseMilliseconds = 220;

export function SearchInput({ label, placeholder, value, onChange, width = 280 }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [reported, setReported] = useState(value);
  const report = useDebouncedCallback((next: string) => {
    setReported(next);
    onChange(next);
  }, pauseMilliseconds);
  // The value changed from outside (filters cleared, another address), and not as the echo of what is typed here.
  if (value !== known) {
    setKnown(value);
    if (value !== reported) setTyped(value);
  }

  function change(next: string): void {
    setTyped(next);
    report(next.trim());
  }

  return (
    <TextInput
      type="search"
      role="searchbox"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={typed}
      w={width}
      data-focus-search
      leftSection={<IconSearch size={15} aria-hidden />}
      rightSection={
        typed === '' ? (
          <Kbd size="xs" aria-hidden>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} />
        )
      }
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed !== '') {
          event.stopPropagation();
          change('');
        }
      }}
    />
  );
}
