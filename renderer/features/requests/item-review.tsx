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
              Asked:{' '}
              {stage.tasks
                .map((task) => (task.mine ? `${task.reviewer.fullName} (you)` : task.reviewer.fullName))
                .join(', ')}
              {stage.tasks.length > stage.needed &&
                `; ${stage.needed === 1 ? 'one of them suffices' : `${stage.needed} of them suffice`}`}
            </Text>
          )}
        </Box>
      ))}
      {item.decisions.map((decision) => (
        <Box key={decision.id} mt={4}>
          <Group gap={8}>
            <ToneBadge tone={decision.verdict === 'approve' ? 'good' : 'bad'}>
              {decision.verdict === 'approve' ? 'Approved' : 'Denied'}
            </ToneBadge>
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
