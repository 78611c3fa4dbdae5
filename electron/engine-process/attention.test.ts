/** What is told of as new, on lists that a test plays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NoticeRow, TaskRow } from '#core/contract/index.ts';
import type { Topic } from '#core/domain/topics.ts';
import type { Attention } from '../engine-messages.ts';
import { watchAttention } from './attention.ts';

const pageSize = 200;
let tasks: TaskRow[];
let notices: NoticeRow[];
let operatorId: string | null;
let reports: Pick<Attention, 'arrived' | 'openTasks' | 'operatorId'>[];
let changed: (topics: readonly Topic[]) => void;
let watch: ReturnType<typeof watchAttention>;

const time = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString();

function task(number: number): TaskRow {
  return {
    id: `task-${number}`,
    openedAt: time(number),
    requestId: `request-${number}`,
    requester: { id: 'bo', fullName: 'Bo' },
    beneficiary: { id: 'ada', fullName: 'Ada' },
    item: {
      id: `item-${number}`,
      action: 'GRANT',
      entitlement: { name: 'Editors' },
      application: { name: 'Wiki' },
    },
  } as unknown as TaskRow;
}

function notice(number: number, given: Partial<Record<keyof NoticeRow, unknown>> = {}): NoticeRow {
  const row = { id: `notice-${number}`, kind: 'accessWorks', sentence: 'Editors in Wiki works now for you.' };
  const request = { requestId: `request-${number}`, requestNumber: number, itemId: `item-${number}` };
  return { ...row, ...request, at: time(number), readAt: null, ...given } as NoticeRow;
}

/** As the engine answers: a page, the newest first. */
function page<Row>(rows: readonly Row[], timeOf: (row: Row) => string) {
  const sorted = rows.toSorted((one, other) => (timeOf(one) < timeOf(other) ? 1 : -1));
  return { rows: sorted.slice(0, pageSize), nextCursor: rows.length > pageSize ? 'more' : null };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  tasks = [];
  notices = [];
  operatorId = 'ada';
  reports = [];
  watch = watchAttention({
    changes: {
      subscribe(listener) {
        changed = listener as typeof changed;
        return () => undefined;
      },
    },
    session: {
      get operatorId() {
        return operatorId as never;
      },
    },
    newestTasks: () => Promise.resolve({ ...page(tasks, (row) => row.openedAt), counts: { open: tasks.length } }),
    unreadNotices: () => Promise.resolve(page(notices, (row) => row.at)),
    report: (news) => void reports.push(news),
    log: (error) => {
      throw error;
    },
  });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

/** What is told of at the next look. */
async function arrivals(topic: Topic = 'tasks'): Promise<readonly string[]> {
  changed([topic]);
  await vi.advanceTimersByTimeAsync(300);
  return reports.at(-1)!.arrived.map(({ id }) => id);
}

const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('a new task', () => {
  it('is told with a way to its request, and what was there before is not', async () => {
    tasks = numbers(0, 3).map(task);
    expect(await arrivals()).toEqual([]);
    tasks.push(task(3));
    expect(await arrivals()).toEqual(['task-3']);
    expect(reports.at(-1)).toMatchObject({
      openTasks: 4,
      arrived: [{ kind: 'task', text: 'Bo asks for Editors in Wiki for Ada', place: '/requests/request-3' }],
    });
    expect(await arrivals()).toEqual([]);
  });

  it('is found behind any number of old ones, which are never taken for new when others go', async () => {
    tasks = numbers(0, 450).map(task);
    await arrivals();
    tasks.push(task(450));
    expect(await arrivals()).toEqual(['task-450']);
    tasks = tasks.slice(0, 300);
    expect(await arrivals()).toEqual([]);
    tasks.push(task(500), task(501));
    expect(await arrivals()).toEqual(['task-501', 'task-500']);
  });
});

describe('a notice', () => {
  it('tells that access works, with a way to the request, beside new tasks', async () => {
    notices = [notice(1)];
    await arrivals();
    notices.push(notice(2));
    tasks.push(task(3));
    expect(await arrivals('notices')).toEqual(['task-3', 'notice-2']);
    expect(reports.at(-1)!.arrived[1]).toEqual({
      kind: 'notice',
      id: 'notice-2',
      title: 'Request 2',
      text: 'Editors in Wiki works now for you.',
      place: '/requests/request-2',
    });
  });

  it('that says a task was handed on stands for the task', async () => {
    await arrivals();
    tasks.push(task(1), task(2));
    notices.push(notice(1, { kind: 'taskReassigned' }));
    expect(await arrivals()).toEqual(['task-2', 'notice-1']);
  });

  it('that is of no request leads to the tasks', async () => {
    await arrivals();
    notices.push(notice(1, { kind: 'taskDelegated', requestId: null, requestNumber: null, itemId: null }));
    await arrivals();
    expect(reports.at(-1)!.arrived).toMatchObject([{ title: 'Gatehouse', place: '/tasks' }]);
  });
});

describe('another person at the window', () => {
  it('is told nothing of what was there when they came', async () => {
    await arrivals();
    tasks.push(task(1));
    notices.push(notice(1));
    operatorId = 'bo';
    expect(await arrivals('session')).toEqual([]);
    operatorId = null;
    expect(await arrivals('session')).toEqual([]);
    expect(reports.at(-1)).toEqual({ operatorId: null, openTasks: 0, arrived: [] });
  });
});
