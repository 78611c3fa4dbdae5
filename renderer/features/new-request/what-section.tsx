/** The ways to say what is asked for: picked one by one, like a colleague or a job title, from a role, or removed. */
import { SegmentedControl, Stack } from '@mantine/core';
import type { RefObject } from 'react';
import { addEntitlement, addLine, removeEntitlement, removeLines, type Draft } from './draft.ts';
import { EntitlementChooser } from './entitlement-chooser.tsx';
import { FillFromRole, FillLikeJobTitle, FillLikePerson } from './fill-from.tsx';
import { HeldAccess } from './held-access.tsx';

export type What = 'add' | 'remove';
export type Way = 'pick' | 'person' | 'jobTitle' | 'role';

const ways: readonly { readonly value: Way; readonly label: string }[] = [
  { value: 'pick', label: 'Pick' },
  { value: 'person', label: 'Like a colleague' },
  { value: 'jobTitle', label: 'Like a job title' },
  { value: 'role', label: 'From a role' },
];

export interface WhatSectionProps {
  readonly draft: Draft;
  readonly change: (next: (draft: Draft) => Draft) => void;
  readonly what: What;
  readonly onWhat: (what: What) => void;
  readonly way: Way;
  readonly onWay: (way: Way) => void;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

export function WhatSection({ draft, change, what, onWhat, way, onWay, searchRef }: WhatSectionProps) {
  const revoke: Parameters<typeof FillLikePerson>[0]['onRevoke'] = (person, entitlement) =>
    change((current) => addLine(current, 'REVOKE', person, entitlement));
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Add or remove access"
        data={[
          { value: 'add', label: 'Ask for access' },
          { value: 'remove', label: 'Remove what they hold' },
        ]}
        value={what}
        onChange={(value) => onWhat(value === 'remove' ? 'remove' : 'add')}
        style={{ alignSelf: 'flex-start' }}
      />
      {what === 'remove' ? (
        <HeldAccess
          draft={draft}
          onRevoke={(person, entitlement, serviceAccount) =>
            change((current) => addLine(current, 'REVOKE', person, entitlement, serviceAccount))
          }
          onKeep={(key) => change((current) => removeLines(current, new Set([key])))}
        />
      ) : (
        <>
          <SegmentedControl
            aria-label="How to choose"
            size="xs"
            fullWidth
            data={[...ways]}
            value={way}
            onChange={(value) => onWay(value as Way)}
          />
          {way === 'pick' && (
            <EntitlementChooser
              draft={draft}
              searchRef={searchRef}
              onAdd={(entitlement) => change((current) => addEntitlement(current, entitlement))}
              onRemove={(entitlementId) => change((current) => removeEntitlement(current, entitlementId))}
            />
          )}
          {way === 'person' && <FillLikePerson draft={draft} change={change} onRevoke={revoke} />}
          {way === 'jobTitle' && <FillLikeJobTitle draft={draft} change={change} onRevoke={revoke} />}
          {way === 'role' && <FillFromRole draft={draft} change={change} onRevoke={revoke} />}
        </>
      )}
    </Stack>
  );
}
