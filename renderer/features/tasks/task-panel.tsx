/** The task under the keys in full: all that a reviewer needs to decide, and the buttons to do it. */
import { Button, Group, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { ReactNode, Ref } from 'react';
import type { TaskRow } from '#core/contract/index.ts';
import { ActionTag } from '#renderer/ui/action-tag.tsx';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { ProgressMeter } from '#renderer/ui/progress-meter.tsx';
import { RiskBadge } from '#renderer/ui/risk-badge.tsx';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TermText } from '#renderer/ui/term-text.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { FurtherDecisions } from './further-decisions.tsx';
import { TaskHandling } from './task-handling.tsx';
import { describeTask } from './task-words.ts';
import classes from './tasks.module.css';

export interface TaskPanelProps {
  readonly ref: Ref<HTMLElement>;
  readonly task: TaskRow;
  readonly onApprove: (task: TaskRow) => void;
  readonly onDeny: (task: TaskRow) => void;
  /** Escape: back to the queue. */
  readonly onLeave: () => void;
}

export function TaskPanel({ ref, task, onApprove, onDeny, onLeave }: TaskPanelProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- shortcuts for the buttons below, not a control of its own
    <section
      ref={ref}
      className={classes.panel}
      tabIndex={-1}
      aria-label="Details of the task"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onLeave();
        if (task.state !== 'open' || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
        if (event.key === 'a') onApprove(task);
        if (event.key === 'd') {
          event.preventDefault();
          onDeny(task);
        }
      }}
    >
      <div className={classes.panelBody}>
        <Details task={task} />
        <TaskHandling key={task.id} task={task} />
      </div>
      {task.state === 'open' && (
        <div className={classes.panelActions}>
          <FurtherDecisions key={task.id} task={task} />
          <Button
            variant="default"
            leftSection={<IconX size={15} aria-hidden />}
            onClick={() => onDeny(task)}
            aria-label={`Deny: ${describeTask(task)}`}
            aria-keyshortcuts="d"
          >
            Deny…
          </Button>
          <Button
            leftSection={<IconCheck size={15} aria-hidden />}
            onClick={() => onApprove(task)}
            aria-label={`Approve: ${describeTask(task)}`}
            aria-keyshortcuts="a"
          >
            Approve
          </Button>
        </div>
      )}
    </section>
  );
}

function Details({ task }: { readonly task: TaskRow }) {
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
      </Text>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <div>{name}</div>
      {children}
    </div>
  );
}
