/** What a way of filling the request proposes, person by person, to be taken over or left out line by line. */
import { Badge, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Filling, Person, ProposedLine } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';
import type { Draft, DraftEntitlement } from './draft.ts';
import { initialChoice, proposalKey, standingText, toggled, withProposal } from './fill-choice.ts';
import classes from './new-request.module.css';

export interface FillProposalProps {
  readonly filling: Filling;
  readonly draft: Draft;
  readonly change: (next: (draft: Draft) => Draft) => void;
  readonly onRevoke: (person: Person, entitlement: DraftEntitlement) => void;
  /** Whose access, which title or which role it is compared with. */
  readonly source: string;
}

export function FillProposal({ filling, draft, change, onRevoke, source }: FillProposalProps) {
  const [chosen, setChosen] = useState(() => initialChoice(filling));
  const inDraft = new Set(draft.lines.map((line) => `${line.beneficiaryId}:${line.entitlement.id}`));
  const taken = [...chosen].filter((key) => !inDraft.has(key)).length;
  return (
    <Stack gap="xs">
      <div className={classes.proposal}>
        {filling.people.map((one) => (
          <Stack key={one.person.id} gap={2} component="fieldset" className={classes.bare} p="xs">
            <Text component="legend" size="sm" fw={600}>
              {one.person.fullName}
            </Text>
            {one.lines.length === 0 && (
              <Text size="sm" c="dimmed">
                Nothing is missing.
              </Text>
            )}
            {one.lines.map((line) => {
              const key = proposalKey(one.person.id, line);
              return (
                <ProposedRow
                  key={key}
                  line={line}
                  isChosen={chosen.has(key)}
                  isInDraft={inDraft.has(key)}
                  onToggle={() => setChosen((current) => toggled(current, key))}
                />
              );
            })}
            {!one.comparable && (
              <Text size="xs" c="dimmed">
                You may not see all that is held here, so only what would be asked for is named.
              </Text>
            )}
            <OnlyTheirs one={one} inDraft={inDraft} onRevoke={onRevoke} source={source} />
          </Stack>
        ))}
      </div>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          Nothing is removed unless you ask for it.
        </Text>
        <Button
          size="compact-sm"
          disabled={taken === 0}
          onClick={() => change((current) => withProposal(current, filling, chosen))}
        >
          Add {counted(taken, 'line')}
        </Button>
      </Group>
    </Stack>
  );
}

interface ProposedRowProps {
  readonly line: ProposedLine;
  readonly isChosen: boolean;
  readonly isInDraft: boolean;
  readonly onToggle: () => void;
}

function ProposedRow({ line, isChosen, isInDraft, onToggle }: ProposedRowProps) {
  const { entitlement } = line;
  const isProposed = line.standing === 'missing';
  const remark = isInDraft && isProposed ? 'in the request' : standingText(line);
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Checkbox
        size="sm"
        py={3}
        checked={isProposed && (isChosen || isInDraft)}
        disabled={!isProposed || isInDraft}
        onChange={onToggle}
        label={entitlement.name}
        description={`${entitlement.application.name} · ${entitlement.kind}`}
      />
      <Group gap={6} wrap="nowrap">
        {line.share !== null && (
          <Text size="xs" c="dimmed">
            {Math.round(line.share * 100)} %
          </Text>
        )}
        {remark !== null && (
          <Badge size="sm" variant="default" tt="none" fw={500}>
            {remark}
          </Badge>
        )}
      </Group>
    </Group>
  );
}

function OnlyTheirs({
  one,
  inDraft,
  onRevoke,
  source,
}: {
  readonly one: Filling['people'][number];
  readonly inDraft: ReadonlySet<string>;
  readonly onRevoke: FillProposalProps['onRevoke'];
  readonly source: string;
}) {
  if (one.onlyTheirs.length === 0) return null;
  return (
    <details className={classes.account}>
      <summary>
        {counted(one.onlyTheirs.length, 'thing')} that {one.person.fullName} holds and {source} does not
      </summary>
      {one.onlyTheirs.map((entitlement) => (
        <Group key={entitlement.id} justify="space-between" gap="xs" wrap="nowrap" py={2}>
          <Text size="sm" c="var(--mantine-color-text)">
            {entitlement.name}{' '}
            <Text span size="xs" c="dimmed">
              {entitlement.application.name}
            </Text>
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            disabled={inDraft.has(`${one.person.id}:${entitlement.id}`)}
            aria-label={`Ask to remove ${entitlement.name} from ${one.person.fullName}`}
            onClick={() => onRevoke(one.person, entitlement)}
          >
            Ask to remove
          </Button>
        </Group>
      ))}
    </details>
  );
}
