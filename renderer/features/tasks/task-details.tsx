/** All that a reviewer needs to know of a task to decide it. */
import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { TaskRow } from '#core/contract/index.ts';
import { ActionTag } from '#renderer/ui/action-tag.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { PlanRemarks } from '#renderer/ui/plan-remarks.tsx';
import { planSentences } from '#renderer/ui/plan-words.ts';
import { ProgressMeter } from '#renderer/ui/progress-meter.tsx';
import { reviewerKindWord } from '#renderer/ui/reviewer-kinds.ts';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import classes from './tasks.module.css';

export function TaskDetails({ task }: { readonly task: TaskRow }) {
  const forSelf = task.requester.id === task.beneficiary.id;
  return (
    <>
      <div>
        <Group gap={8} mb={4}>
          <ActionTag action={task.item.action} />
          <RiskBadge risk={task.item.entitlement.risk} />
          {task.state !== 'open' && <StateBadge kind="task" state={task.state} />}
        </Group>
        <Text fw={650} size="lg" style={{ overflowWrap: 'anywhere' }}>
          {task.item.entitlement.name}
        </Text>
        <Text size="sm" c="dimmed">
          {task.item.entitlement.kind} in {task.item.application.name}
          {task.item.action === 'GRANT' && (
            <>
              , <TermText term={task.item.term} />
            </>
          )}
        </Text>
      </div>
      {remarked(task) && (
        <div>
          <PlanRemarks plan={task.item.plan} levels={task.levels} />
        </div>
      )}
      <Particulars task={task} />
      <Fact name={forSelf ? 'For, and asked by' : 'For'}>
        <PersonLabel person={task.beneficiary} detail="job" size="md" />
      </Fact>
      {!forSelf && (
        <Fact name="Asked by">
          <PersonLabel person={task.requester} detail="job" size="md" />
        </Fact>
      )}
      <Fact name="Justification">
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {task.justification}
        </Text>
      </Fact>
      <Fact name="Request">
        <Group gap={8}>
          <TextLink to="/requests/$requestId" params={{ requestId: task.requestId }} size="sm">
            #{task.requestNumber}, all of it
          </TextLink>
          <StateBadge kind="request" state={task.requestState} />
        </Group>
        {task.ticketReference !== null && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            Ticket {task.ticketReference}
          </Text>
        )}
      </Fact>
      <Fact name="You are asked as">
        <Text size="sm">
          {reviewerKindWord(task.reviewerKind)}
          {task.levels > 1 && `, level ${task.level} of ${task.levels}`}
        </Text>
        {task.fallbackReason !== null && (
          <Text size="xs" c="dimmed">
            {task.fallbackReason}
          </Text>
        )}
      </Fact>
      <Fact name="My actions in this request">
        <ProgressMeter progress={task.progress} scope="mine" focusable />
      </Fact>
      <Text size="xs" c="dimmed">
        Waiting for you since <TimeText at={task.openedAt} form="exact" />
        {task.endedAt !== null && (
          <>
            , ended <TimeText at={task.endedAt} form="exact" />
          </>
        )}
        .
        {task.state === 'open' && task.decideBy !== null && (
          <>
            {' '}
            Undecided, it expires <TimeText at={task.decideBy} form="exact" />.
          </>
        )}
      </Text>
    </>
  );
}

/** What is particular about the line: which account, from when, what it prolongs, and what was asked for first. */
function Particulars({ task: { item } }: { readonly task: TaskRow }) {
  return (
    <>
      {item.askedTerm !== null && (
        <Fact name="Shortened already; asked for was">
          <Text size="sm">
            <TermText term={item.askedTerm} />
          </Text>
        </Fact>
      )}
      {item.serviceAccount !== null && (
        <Fact name="Service account">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {item.serviceAccount}, not the person’s own account
          </Text>
        </Fact>
      )}
      {item.startsAt !== null && (
        <Fact name="Begins">
          <TimeText at={item.startsAt} form="exact" size="sm" />
        </Fact>
      )}
      {item.prolongs !== null && (
        <Fact name="Prolongs">
          <Text size="sm">
            What{' '}
            <TextLink to="/requests/$requestId" params={{ requestId: item.prolongs.requestId }} inherit>
              request #{item.prolongs.number}
            </TextLink>{' '}
            gave
            {item.prolongs.endsAt !== null && (
              <>
                , which ends <TimeText at={item.prolongs.endsAt} form="exact" /> now
              </>
            )}
            .
          </Text>
        </Fact>
      )}
    </>
  );
}

function remarked({ item, levels }: TaskRow): boolean {
  return item.plan.conflicts.length > 0 || planSentences(item.plan, levels).length > 0;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <div>{name}</div>
      {children}
    </div>
  );
}
