/** The levels of an item's review, who is asked at each, and what was decided. */
import { Box, Group, Text } from '@mantine/core';
import type { ItemView } from '#core/contract/index.ts';
import { PlanRemarks } from '#renderer/ui/plan-remarks.tsx';
import { reviewerKindWord } from '#renderer/ui/reviewer-kinds.ts';
import { StateBadge, ToneBadge } from '#renderer/ui/state-badge.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { ReassignAtLevel } from './reassign-at-level.tsx';
import { askedBefore, wordsOfStage, type Stage } from './review-words.ts';
import classes from './request-page.module.css';

export function ItemReview({ item }: { readonly item: ItemView }) {
  return (
    <div className={classes.part}>
      <Text className={classes.partTitle}>Review</Text>
      <PlanRemarks plan={item.plan} levels={item.stages.length} />
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
          <StageWords stage={stage} decisions={item.decisions} />
          <ReassignAtLevel stage={stage} what={`${item.entitlement.name} for ${item.beneficiary.fullName}`} />
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
              {item.stages.length > 1 && decision.level !== null && `, level ${decision.level}`}
              <Text span size="xs" c="dimmed">
                {' '}
                <TimeText at={decision.decidedAt} />
              </Text>
            </Text>
          </Group>
          {decision.shortenedTo !== null && (
            <Text size="sm">
              Shortened: <TermText term={decision.shortenedTo} />
              {askedBefore(item, decision) !== null && (
                <>
                  . Asked for was: <TermText term={askedBefore(item, decision) ?? item.term} />
                </>
              )}
            </Text>
          )}
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

const verdictWords = { approve: 'Approved', deny: 'Denied', drop: 'Left out' } as const;
const verdictTones = { approve: 'good', deny: 'bad', drop: 'neutral' } as const;

function StageWords({ stage, decisions }: { readonly stage: Stage; readonly decisions: ItemView['decisions'] }) {
  const { asked, decided, skipped } = wordsOfStage(stage, decisions);
  return [asked, decided, ...skipped]
    .filter((words) => words !== null)
    .map((words) => (
      <Text key={words} size="xs" c="dimmed">
        {words}
      </Text>
    ));
}
