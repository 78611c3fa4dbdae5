/** The levels of an item's review, who is asked at each, and what was decided. */
import { Box, Group, Text } from '@mantine/core';
import type { ItemView } from '#core/contract/index.ts';
import { StateBadge, ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { reviewerKindWord } from '#renderer/ui/words.ts';
import classes from './request-page.module.css';

export function ItemReview({ item }: { readonly item: ItemView }) {
  return (
    <div className={classes.part}>
      <Text className={classes.partTitle}>Review</Text>
      {item.stages.map((stage) => (
        <Box key={stage.level} mb={4}>
          <Group gap={8}>
            <Text size="sm">
              {item.stages.length > 1 && `Level ${stage.level}: `}
              {reviewerKindWord(stage.reviewerKind)}
              {stage.needed > 1 && `, ${stage.needed} needed`}
            </Text>
            <StateBadge kind="stage" state={stage.state} />
          </Group>
          {stage.fallbackReason !== null && (
            <Text size="xs" c="dimmed">
              {stage.fallbackReason}
            </Text>
          )}
          {stage.state === 'open' && (
            <Text size="xs" c="dimmed">
              Asked: {askedOf(stage).map(taskWords).join(', ')}
              {askedOf(stage).length > stage.needed &&
                `; ${stage.needed === 1 ? 'one of them suffices' : `${stage.needed} of them suffice`}`}
            </Text>
          )}
        </Box>
      ))}
      {item.decisions.map((decision) => (
        <Box key={decision.id} mt={4}>
          <Group gap={8}>
            <ToneBadge tone={verdictTones[decision.verdict]}>{verdictWords[decision.verdict]}</ToneBadge>
            <Text size="sm">
              {decision.decider === null
                ? `automatically: ${decision.automatic ?? 'by a setting'}`
                : `by ${decision.decider.fullName}`}
              <Text span size="xs" c="dimmed">
                {' '}
                <TimeText at={decision.decidedAt} />
              </Text>
            </Text>
          </Group>
          {decision.reason !== null && (
            <Text size="sm" c="dimmed" mt={2} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              “{decision.reason}”
            </Text>
          )}
        </Box>
      ))}
      {item.stages.length === 0 && item.decisions.length === 0 && (
        <Text size="sm" c="dimmed">
          {item.approval === 'auto'
            ? 'Approved automatically by the application’s setting.'
            : 'No review has been opened yet.'}
        </Text>
      )}
    </div>
  );
}

type Stage = ItemView['stages'][number];
type Task = Stage['tasks'][number];

const verdictWords = { approve: 'Approved', deny: 'Denied', drop: 'Left out' } as const;
const verdictTones = { approve: 'good', deny: 'bad', drop: 'neutral' } as const;

/** Whoever handed a task on is not asked any more, nor is whoever is not needed. */
function askedOf(stage: Stage): readonly Task[] {
  return stage.tasks.filter((task) => task.state !== 'handedOn' && task.state !== 'closed');
}

/** `Noah Weber (for Ada Byron, out of office)`. */
function taskWords(task: Task): string {
  const words = [task.mine ? 'you' : null, viaWords(task)].filter((word) => word !== null);
  return words.length === 0 ? task.reviewer.fullName : `${task.reviewer.fullName} (${words.join('; ')})`;
}

function viaWords({ via, from }: Task): string | null {
  const whom = from?.fullName ?? 'somebody else';
  switch (via) {
    case 'planned':
      return null;
    case 'delegated':
      return `for ${whom}, out of office`;
    case 'reassigned':
      return `handed on by ${whom}`;
    case 'escalated':
      return `escalated, ${whom} has not decided`;
    case 'rerouted':
      return from === null ? 'responsible since the organisation changed' : `responsible now, instead of ${whom}`;
    case 'returned':
      return `returned from ${whom}`;
  }
}
