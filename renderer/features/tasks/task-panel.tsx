/** The task under the keys in full: all that a reviewer needs to decide, and the buttons to do it. */
import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Ref } from 'react';
import type { TaskRow } from '#core/contract/index.ts';
import { FurtherDecisions } from './further-decisions.tsx';
import { TaskDetails } from './task-details.tsx';
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
        <TaskDetails task={task} />
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
