/** The state of a request, item, stage, task or fulfillment, in words; colour never says it alone. */
import { Tooltip } from '@mantine/core';
import type {
  FulfillmentState,
  ItemAction,
  ItemState,
  RequestState,
  StageState,
  TaskState,
} from '#core/contract/index.ts';
import {
  fulfillmentStateWords,
  itemWords,
  requestStateWords,
  stageStateWords,
  taskStateWords,
  type StateWords,
  type Tone,
} from './states.ts';
import classes from './tone.module.css';

export type StateBadgeProps =
  | { readonly kind: 'request'; readonly state: RequestState }
  | { readonly kind: 'item'; readonly state: ItemState; readonly action: ItemAction }
  | { readonly kind: 'stage'; readonly state: StageState }
  | { readonly kind: 'task'; readonly state: TaskState }
  | { readonly kind: 'fulfillment'; readonly state: FulfillmentState | 'awaited' };

export function StateBadge(props: StateBadgeProps) {
  const words = wordsOf(props);
  return (
    <ToneBadge tone={words.tone} meaning={words.meaning}>
      {words.label}
    </ToneBadge>
  );
}

export interface ToneBadgeProps {
  readonly tone: Tone;
  readonly children: string;
  /** Shown on hover. */
  readonly meaning?: string;
  readonly withDot?: boolean;
}

/** A small label in one of the tones, for what is not one of the states above. */
export function ToneBadge({ tone, children, meaning, withDot = true }: ToneBadgeProps) {
  const badge = (
    <span className={`${classes.badge} ${tone === 'neutral' ? '' : classes[tone]}`}>
      {withDot && <span className={classes.dot} aria-hidden />}
      <span>{children}</span>
    </span>
  );
  return meaning === undefined ? badge : <Tooltip label={meaning}>{badge}</Tooltip>;
}

function wordsOf(props: StateBadgeProps): StateWords {
  switch (props.kind) {
    case 'request':
      return requestStateWords[props.state];
    case 'item':
      return itemWords(props.state, props.action);
    case 'stage':
      return stageStateWords[props.state];
    case 'task':
      return taskStateWords[props.state];
    case 'fulfillment':
      return fulfillmentStateWords[props.state];
  }
}
