/** What whoever reviews is to know of a review's plan: duties in conflict first, then why it is as it is. */
import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReviewPlanView } from '#core/contract/index.ts';
import { conflictSentence, planSentences } from './plan-words.ts';

export interface PlanRemarksProps {
  readonly plan: ReviewPlanView;
  /** How many levels the review has. */
  readonly levels: number;
}

export function PlanRemarks({ plan, levels }: PlanRemarksProps) {
  return (
    <>
      {plan.conflicts.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          p="xs"
          my={4}
          title="Conflict of duties"
          icon={<IconAlertTriangle size={16} aria-hidden />}
        >
          {plan.conflicts.map((conflict) => (
            <Text key={conflict.name} size="sm" style={{ overflowWrap: 'anywhere' }}>
              {conflictSentence(conflict)}
            </Text>
          ))}
        </Alert>
      )}
      {planSentences(plan, levels).map((words) => (
        <Text key={words} size="xs" c="dimmed">
          {words}
        </Text>
      ))}
    </>
  );
}
