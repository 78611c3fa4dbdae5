/** What can differ from line to line: how long, from when, and for which account. */
import { Button, Checkbox, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import type { Instant, Term } from '#core/contract/index.ts';
import { localDate, termWords } from '#renderer/ui/format.ts';
import type { DraftLine } from './draft.ts';
import { StartEditor } from './start-editor.tsx';
import { TermEditor } from './term-editor.tsx';

export interface LineOptionsProps {
  readonly line: DraftLine;
  readonly personName: string;
  readonly term: Term;
  /** Null: as soon as it is approved. */
  readonly startsAt: Instant | null;
  readonly onTerm: (term: Term | null) => void;
  readonly onStart: (ownStart: DraftLine['ownStart']) => void;
  readonly onServiceAccount: (name: string | null, asWell: boolean) => void;
}

export function LineOptions(props: LineOptionsProps) {
  const { line, personName, term, startsAt, onTerm, onStart, onServiceAccount } = props;
  const isGrant = line.action === 'GRANT';
  const isNew = line.extendsItemId === null;
  const what = `${line.entitlement.name} for ${line.serviceAccount ?? personName}`;
  const words = [
    isGrant ? termWords(term) : 'to be removed',
    ...(startsAt === null ? [] : [`from ${localDate(startsAt)}`]),
  ].join(', ');
  const isOwn = line.ownTerm !== null || line.ownStart !== null || line.serviceAccount !== null;
  return (
    <Popover width={380} position="bottom-end" withArrow trapFocus shadow="md">
      <Popover.Target>
        <Button
          size="compact-xs"
          variant={isOwn ? 'light' : 'subtle'}
          color={isOwn ? 'petrol' : 'gray'}
          leftSection={<IconClock size={13} aria-hidden />}
          aria-label={`${isGrant ? 'How long' : 'When'} for ${what}: ${words}`}
          styles={{ label: { maxWidth: 190, overflow: 'hidden', textOverflow: 'ellipsis' } }}
        >
          {words}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${isGrant ? 'How long' : 'When'} for ${what}`}>
        <Stack gap="xs">
          <Text size="xs" fw={600}>
            {isGrant ? 'How long for this line' : 'When this line is removed'}
          </Text>
          {isGrant && (
            <TermEditor
              label="How long for this line"
              value={term}
              onChange={onTerm}
              longestMinutes={line.entitlement.maximumDurationMinutes}
            />
          )}
          {isNew && (
            <StartEditor
              value={startsAt}
              onChange={(at) => onStart({ at })}
              label={isGrant ? 'Begin this line later' : 'Remove it later'}
            />
          )}
          {(line.ownTerm !== null || line.ownStart !== null) && isNew && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                if (line.ownTerm !== null) onTerm(null);
                onStart(null);
              }}
              style={{ alignSelf: 'flex-start' }}
            >
              Same as the whole request
            </Button>
          )}
          {isNew && isGrant && (
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
  readonly onChange: (name: string | null, asWell: boolean) => void;
}) {
  const [typed, setTyped] = useState(name ?? '');
  const [asWell, setAsWell] = useState(false);
  const wanted = typed.trim();
  const problem = /\s/.test(wanted) ? 'A name of an account has no space in it.' : null;
  const take = (): void => {
    if (problem !== null) return;
    if (asWell && wanted !== '' && wanted !== name) {
      onChange(wanted, true);
      setTyped(name ?? '');
      setAsWell(false);
    } else if (!asWell) onChange(wanted === '' ? null : wanted, false);
  };
  return (
    <>
      <Checkbox
        label="Keep this line, and add one for a service account"
        checked={asWell}
        onChange={(event) => setAsWell(event.currentTarget.checked)}
      />
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
    </>
  );
}
