/** What can differ from line to line: how long, and for which account. */
import { Button, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import type { Term } from '#core/contract/index.ts';
import { termWords } from '#renderer/ui/format.ts';
import type { DraftLine } from './draft.ts';
import { TermEditor } from './term-editor.tsx';

export interface LineOptionsProps {
  readonly line: DraftLine;
  readonly personName: string;
  readonly term: Term;
  readonly onTerm: (term: Term | null) => void;
  readonly onServiceAccount: (name: string | null) => void;
}

export function LineOptions({ line, personName, term, onTerm, onServiceAccount }: LineOptionsProps) {
  const what = `${line.entitlement.name} for ${personName}`;
  const words = line.serviceAccount === null ? termWords(term) : `${termWords(term)}, ${line.serviceAccount}`;
  const isOwn = line.ownTerm !== null || line.serviceAccount !== null;
  return (
    <Popover width={380} position="bottom-end" withArrow trapFocus shadow="md">
      <Popover.Target>
        <Button
          size="compact-xs"
          variant={isOwn ? 'light' : 'subtle'}
          color={isOwn ? 'petrol' : 'gray'}
          leftSection={<IconClock size={13} aria-hidden />}
          aria-label={`How long for ${what}: ${words}`}
          styles={{ label: { maxWidth: 150, overflow: 'hidden', textOverflow: 'ellipsis' } }}
        >
          {words}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`How long for ${what}`}>
        <Stack gap="xs">
          <Text size="xs" fw={600}>
            How long for this line
          </Text>
          <TermEditor
            label="How long for this line"
            value={term}
            onChange={onTerm}
            longestMinutes={line.entitlement.maximumDurationMinutes}
          />
          {line.ownTerm !== null && line.extendsItemId === null && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onTerm(null)}
              style={{ alignSelf: 'flex-start' }}
            >
              Same as the whole request
            </Button>
          )}
          {line.extendsItemId === null && (
            <ServiceAccountField name={line.serviceAccount} owner={personName} onChange={onServiceAccount} />
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Taken over when the field is left: every name on the way there would be looked up otherwise. */
function ServiceAccountField({
  name,
  owner,
  onChange,
}: {
  readonly name: string | null;
  readonly owner: string;
  readonly onChange: (name: string | null) => void;
}) {
  const [typed, setTyped] = useState(name ?? '');
  const wanted = typed.trim();
  const problem = /\s/.test(wanted) ? 'A name of an account has no space in it.' : null;
  const take = (): void => {
    if (problem === null) onChange(wanted === '' ? null : wanted);
  };
  return (
    <TextInput
      label="Service account"
      description={`Leave it empty for ${owner}’s own account. A service account belongs to ${owner}; it is made when it is missing.`}
      maxLength={100}
      value={typed}
      error={problem}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}
