/** One line of the cart: what, for how long, who will review it, and what is wrong with it. */
import { ActionIcon, Button, Group, Popover, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconClock, IconMinus, IconPlus, IconX } from '@tabler/icons-react';
import type { PreviewLine, Term } from '#core/contract/index.ts';
import { termWords } from '#renderer/ui/format.ts';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import type { DraftLine } from './draft.ts';
import classes from './new-request.module.css';
import { reviewersText } from './preview-summary.ts';
import { TermEditor } from './term-editor.tsx';

export interface CartLineProps {
  readonly line: DraftLine;
  readonly personName: string;
  readonly term: Term;
  readonly preview: PreviewLine | undefined;
  /** Null lets the line follow the whole request again. */
  readonly onTerm: (term: Term | null) => void;
  readonly onRemove: () => void;
}

export function CartLine({ line, personName, term, preview, onTerm, onRemove }: CartLineProps) {
  const { entitlement } = line;
  const isGrant = line.action === 'GRANT';
  const problems = preview?.problems ?? [];
  return (
    <div className={classes.line} data-refused={problems.length > 0 || undefined}>
      <Tooltip label={isGrant ? 'Grant' : 'Remove'}>
        <span className={isGrant ? classes.add : classes.remove}>
          <span className="visually-hidden">{isGrant ? 'Grant' : 'Remove'}</span>
          {isGrant ? <IconPlus size={18} aria-hidden /> : <IconMinus size={18} aria-hidden />}
        </span>
      </Tooltip>
      <div style={{ minWidth: 0 }}>
        <Group gap={8} wrap="nowrap">
          <Text size="sm" fw={500} truncate title={entitlement.name} td={isGrant ? undefined : 'line-through'}>
            {entitlement.name}
          </Text>
          {entitlement.risk !== 'low' && <RiskBadge risk={entitlement.risk} />}
        </Group>
        <Text size="xs" c="dimmed" truncate>
          {entitlement.application.name} · {entitlement.kind}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap" align="flex-start">
        {isGrant ? (
          <TermButton line={line} personName={personName} term={term} onTerm={onTerm} />
        ) : (
          <Text size="xs" c="dimmed" pt={4}>
            to be removed
          </Text>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Take ${entitlement.name} for ${personName} out of the request`}
          onClick={onRemove}
        >
          <IconX size={15} aria-hidden />
        </ActionIcon>
      </Group>
      <div className={classes.lineDetails}>
        {problems.map((problem) => (
          <Group key={problem.code} gap={6} wrap="nowrap" align="flex-start" mt={3}>
            <IconAlertTriangle
              size={15}
              className={classes.problem}
              style={{ flex: 'none', marginTop: 2 }}
              aria-hidden
            />
            <span className={classes.problem}>{problem.message}</span>
          </Group>
        ))}
        {problems.length === 0 && preview !== undefined && (
          <Text size="xs" c="dimmed" mt={2}>
            {[reviewersText(preview), accountText(preview, isGrant), byHandText(preview)]
              .filter((part) => part !== null)
              .join(' · ')}
          </Text>
        )}
      </div>
    </div>
  );
}

function accountText(preview: PreviewLine, isGrant: boolean): string | null {
  return isGrant && preview.account?.state === 'willBeCreated'
    ? `The account ${preview.account.username} will be created`
    : null;
}

function byHandText(preview: PreviewLine): string | null {
  return preview.fulfillment === 'manual' ? 'Delivered by hand' : null;
}

function TermButton({
  line,
  personName,
  term,
  onTerm,
}: Pick<CartLineProps, 'line' | 'personName' | 'term' | 'onTerm'>) {
  return (
    <Popover width={380} position="bottom-end" withArrow trapFocus shadow="md">
      <Popover.Target>
        <Button
          size="compact-xs"
          variant={line.ownTerm === null ? 'subtle' : 'light'}
          color={line.ownTerm === null ? 'gray' : 'petrol'}
          leftSection={<IconClock size={13} aria-hidden />}
          aria-label={`How long for ${entitlementFor(line, personName)}: ${termWords(term)}`}
          styles={{ label: { maxWidth: 150, overflow: 'hidden', textOverflow: 'ellipsis' } }}
        >
          {termWords(term)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`How long for ${entitlementFor(line, personName)}`}>
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
          {line.ownTerm !== null && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onTerm(null)}
              style={{ alignSelf: 'flex-start' }}
            >
              Same as the whole request
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function entitlementFor(line: DraftLine, personName: string): string {
  return `${line.entitlement.name} for ${personName}`;
}
