/** My tasks: the queue of what waits for one's decision, made to be worked through with the keyboard. */
import { Alert, Button, Group, Kbd, SegmentedControl, Text } from '@mantine/core';
import { IconChecks, IconListSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ReviewTaskId, TaskRow } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { useDecision } from '#renderer/data/use-decision.ts';
import { ConfirmDialog } from '#renderer/ui/confirm-dialog.tsx';
import { DataTable, type DataTableHandle } from '#renderer/ui/data-table.tsx';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { SearchInput } from '#renderer/ui/search-input.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { BulkListButton } from './bulk-list.tsx';
import { BulkChoice, mostExcluded } from './bulk-choice.tsx';
import { chosenColumns, completedTaskColumns, openTaskColumns } from './task-columns.tsx';
import { FromDay, TaskFilters, type ChangeTasks } from './task-filters.tsx';
import { TaskPanel } from './task-panel.tsx';
import { taskListQuery } from './tasks.queries.ts';
import { isNarrowed, noConditions, taskFilterOf, type TasksSearch } from './tasks.search.ts';
import { describeTask, sentenceOfTask } from './task-words.ts';
import classes from './tasks.module.css';

interface Problem {
  readonly task: TaskRow;
  readonly message: string;
}

export function TasksPage() {
  const filter = useSearch({ from: '/tasks' });
  const navigate = useNavigate({ from: '/tasks' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const list = useInfiniteQuery(taskListQuery(filter));
  const decision = useDecision();
  const table = useRef<DataTableHandle>(null);
  const panel = useRef<HTMLElement>(null);
  const [selectedId, setSelectedId] = useState<ReviewTaskId | null>(null);
  // Decided from here and not yet gone from the list: hidden at once, so that the next one is under the keys.
  const [decided, setDecided] = useState<ReadonlySet<ReviewTaskId>>(new Set());
  const [denying, setDenying] = useState<TaskRow | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [lastDone, setLastDone] = useState('');
  // Tasks taken out of the choice of all that match; null: nothing is chosen.
  const [excluded, setExcluded] = useState<ReadonlySet<ReviewTaskId> | null>(null);

  const open = filter.status === 'open';
  const rows = useMemo(
    () => list.data?.pages.flatMap((page) => page.rows).filter((row) => !open || !decided.has(row.id)),
    [decided, list.data, open],
  );
  const counts = list.data?.pages[0]?.counts;
  const selected = rows?.find((row) => row.id === selectedId) ?? rows?.[0] ?? null;

  const columns = useMemo(() => {
    if (!open) return completedTaskColumns;
    return excluded === null ? openTaskColumns : chosenColumns(excluded, toggle);
  }, [excluded, open]);

  const change: ChangeTasks = (next) => {
    // What was typed is reported a little later; whoever has gone on to another screen by then stays there.
    if (router.latestLocation.pathname !== '/tasks') return;
    // What was chosen was chosen of another list.
    setExcluded(null);
    void navigate({ search: { ...filter, ...next } as TasksSearch, replace: true });
  };

  function toggle(id: ReviewTaskId): void {
    setExcluded((ids) => {
      if (ids === null || (ids.size >= mostExcluded && !ids.has(id))) return ids;
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  async function decide(task: TaskRow, verdict: 'approve' | 'deny', reason: string | null): Promise<string | null> {
    setProblem(null);
    if (verdict === 'approve') hide(task.id, true);
    const why = await decision.decide(task, verdict, reason);
    if (why === null) {
      hide(task.id, true);
      setLastDone(`${verdict === 'approve' ? 'Approved' : 'Denied'}: ${describeTask(task)}.`);
    } else {
      hide(task.id, false);
      setProblem({ task, message: why });
    }
    return why;
  }

  function hide(id: ReviewTaskId, hidden: boolean): void {
    setDecided((ids) => {
      const next = new Set(ids);
      if (hidden) next.add(id);
      else next.delete(id);
      return next;
    });
  }

  function startDenying(task: TaskRow): void {
    setProblem(null);
    setDenying(task);
  }

  async function deny(reason: string): Promise<void> {
    if (denying === null || (await decide(denying, 'deny', reason)) !== null) return;
    setDenying(null);
    // After the dialog is gone the queue goes on at the row that took its place.
    setTimeout(() => table.current?.focusCurrent(), 0);
  }

  function onRowKey(event: KeyboardEvent<HTMLElement>, row: TaskRow): void {
    if (row.state !== 'open' || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === ' ' && excluded !== null) {
      event.preventDefault();
      toggle(row.id);
    } else if (event.key === 'a') {
      event.preventDefault();
      void decide(row, 'approve', null);
    } else if (event.key === 'd') {
      event.preventDefault();
      startDenying(row);
    }
  }

  return (
    <Page
      fill
      title="My tasks"
      actions={<BulkListButton />}
      subtitle={
        <>
          What waits for your decision. <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> move, <Kbd size="xs">A</Kbd>{' '}
          approves, <Kbd size="xs">D</Kbd> denies, <Kbd size="xs">Enter</Kbd> goes to the details.
        </>
      }
    >
      <Group gap={10}>
        <SegmentedControl
          aria-label="State of the tasks"
          value={filter.status}
          onChange={(status) => change({ status: status as TasksSearch['status'], sort: undefined, from: undefined })}
          data={[
            { value: 'open', label: counts === undefined ? 'Open' : `Open ${counts.open.toLocaleString('en')}` },
            {
              value: 'completed',
              label: counts === undefined ? 'Completed' : `Completed ${counts.completed.toLocaleString('en')}`,
            },
          ]}
        />
        <SearchInput
          label="Search tasks"
          placeholder="Number, person, entitlement…"
          value={filter.search ?? ''}
          onChange={(search) => change({ search: search === '' ? undefined : search })}
          width={230}
        />
        <FromDay search={filter} onChange={change} />
        {open && counts !== undefined && counts.open > 0 && (
          <BulkChoice
            filter={taskFilterOf(filter)}
            total={isNarrowed(filter) ? null : counts.open}
            excluded={excluded}
            onChoose={setExcluded}
            onLeave={() => setTimeout(() => table.current?.focusCurrent(), 0)}
          />
        )}
        <Text size="xs" c="dimmed" role="status" ml="auto" truncate maw={360}>
          {lastDone}
        </Text>
      </Group>
      <TaskFilters search={filter} onChange={change} selected={selected} />
      <BulkBar />
      {problem !== null && denying === null && (
        <Alert
          color="red"
          variant="light"
          role="alert"
          title={`Not decided: ${describeTask(problem.task)}`}
          withCloseButton
          closeButtonLabel="Close this notice"
          onClose={() => setProblem(null)}
        >
          <Group justify="space-between" gap="md">
            <Text size="sm">{problem.message}</Text>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                setProblem(null);
                void queryClient.invalidateQueries();
                table.current?.focusCurrent();
              }}
            >
              Reload
            </Button>
          </Group>
        </Alert>
      )}
      <div className={selected === null ? classes.whole : classes.split}>
        <DataTable
          label="My tasks"
          handle={table}
          height="fill"
          columns={columns}
          rows={rows}
          rowId={(row) => row.id}
          rowHeight={54}
          selectedId={selected?.id ?? null}
          onFocusRow={(row) => setSelectedId(row.id)}
          onOpenRow={(row) => {
            setSelectedId(row.id);
            panel.current?.focus();
          }}
          onRowKeyDown={onRowKey}
          error={list.isError ? messageOfError(list.error) : null}
          onRetry={() => void list.refetch()}
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          onLoadMore={() => void list.fetchNextPage()}
          noun={['task', 'tasks']}
          empty={<NothingToDo filter={filter} onClear={() => change(noConditions)} />}
        />
        {selected !== null && (
          <TaskPanel
            ref={panel}
            task={selected}
            onApprove={(task) => void decide(task, 'approve', null)}
            onDeny={startDenying}
            onLeave={() => table.current?.focusCurrent()}
          />
        )}
      </div>
      <ConfirmDialog
        opened={denying !== null}
        onClose={() => {
          setDenying(null);
          setProblem(null);
          setTimeout(() => table.current?.focusCurrent(), 0);
        }}
        onConfirm={deny}
        title="Deny this item?"
        message={denying === null ? '' : sentenceOfTask(denying)}
        confirmLabel="Deny"
        cancelLabel="Back"
        danger
        reason="required"
        reasonLabel="Why is it denied?"
        reasonPlaceholder="The requester reads this, and it stays in the trail."
        problem={problem?.message ?? null}
        pending={decision.isPending}
        returnFocus={false}
      />
    </Page>
  );
}

function NothingToDo({ filter, onClear }: { readonly filter: TasksSearch; readonly onClear: () => void }) {
  if (isNarrowed(filter)) {
    return (
      <EmptyState
        icon={<IconListSearch size={22} />}
        title="No task matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        The search looks at the number, people’s names and e-mails, entitlements and applications.
      </EmptyState>
    );
  }
  if (filter.status === 'open') {
    return (
      <EmptyState icon={<IconChecks size={22} />} title="Nothing waits for you">
        When somebody asks for access that you review, it appears here by itself.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconChecks size={22} />} title="No completed tasks yet">
      What you decide, and what others decided for you, stays listed here.
    </EmptyState>
  );
}
