/** One line of the cart: what, for how long, who will review it, and what is wrong with it. */
import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconMinus, IconPlus, IconX } from '@tabler/icons-react';
import type { Instant, PreviewLine, Term } from '#core/contract/index.ts';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import type { DraftLine } from './draft.ts';
import { LineOptions } from './line-options.tsx';
import classes from './new-request.module.css';
import { PreviewDetails } from './preview-details.tsx';

export interface CartLineProps {
  readonly line: DraftLine;
  readonly personName: string;
  readonly term: Term;
  readonly preview: PreviewLine | undefined;
  /** Null lets the line follow the whole request again. */
  readonly onTerm: (term: Term | null) => void;
  /** Null: as soon as it is approved. */
  readonly startsAt: Instant | null;
  /** Null lets the line follow the whole request again. */
  readonly onStart: (ownStart: DraftLine['ownStart']) => void;
  /** Null puts the line on the person's own account again; `asWell` adds a line beside this one instead. */
  readonly onServiceAccount: (name: string | null, asWell: boolean) => void;
  readonly onRemove: () => void;
}

export function CartLine(props: CartLineProps) {
  const { line, personName, preview, onRemove } = props;
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
          {line.serviceAccount !== null && ` · service account ${line.serviceAccount}`}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <LineOptions
          line={line}
          personName={personName}
          term={props.term}
          startsAt={props.startsAt}
          onTerm={props.onTerm}
          onStart={props.onStart}
          onServiceAccount={props.onServiceAccount}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Take ${entitlement.name} for ${line.serviceAccount ?? personName} out of the request`}
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
        {line.extendsItemId !== null && (
          <Text size="xs" mt={2}>
            Prolongs access that is held now.
          </Text>
        )}
        {problems.length === 0 && preview !== undefined && <PreviewDetails preview={preview} isGrant={isGrant} />}
      </div>
    </div>
  );
}
