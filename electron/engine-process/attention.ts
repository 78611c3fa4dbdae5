/**
 * Counts what waits for the person at a window, and tells what arrived since: new review tasks, and what the
 * workspace itself tells people (their access works, a reminder, a question). For the tray, the badge and the desktop.
 */
import type { NoticeRow, TaskRow } from '#core/contract/index.ts';
import type { ChangeFeed, Session } from '#core/workspace.ts';
import type { Attention } from '../engine-messages.ts';

/** Many commits in a row are one look, in milliseconds. */
const pause = 300;
const watched: ReadonlySet<string> = new Set(['workspace', 'session', 'requests', 'tasks', 'notices']);
/** Notices that come together with a task of their own, and say more of it. */
const ofTasks: ReadonlySet<string> = new Set(['taskReassigned', 'taskEscalated']);

/** The beginning of a list, the newest first. */
interface Page<Row> {
  readonly rows: readonly Row[];
  /** Null: this is the whole list. */
  readonly nextCursor: string | null;
}

export interface AttentionOptions {
  readonly changes: Pick<ChangeFeed, 'subscribe'>;
  readonly session: Pick<Session, 'operatorId'>;
  newestTasks(): Promise<Page<TaskRow> & { readonly counts: { readonly open: number } }>;
  unreadNotices(): Promise<Page<NoticeRow>>;
  report(news: Pick<Attention, 'arrived' | 'openTasks' | 'operatorId'>): void;
  log(error: unknown): void;
}

export function watchAttention({ changes, session, newestTasks, unreadNotices, report, log }: AttentionOptions) {
  let tasks = newcomers<TaskRow>((row) => row.openedAt);
  let notices = newcomers<NoticeRow>((row) => row.at);
  let knownOperator: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const { operatorId } = session;
    if (operatorId !== knownOperator) {
      tasks = newcomers((row) => row.openedAt);
      notices = newcomers((row) => row.at);
      knownOperator = operatorId;
    }
    if (operatorId === null) return report({ operatorId, openTasks: 0, arrived: [] });
    // Tasks first: of one that is seen here, the notice that was written with it is seen too.
    const open = await newestTasks();
    const unread = await unreadNotices();
    const told = new Set(unread.rows.filter(({ kind }) => ofTasks.has(kind)).map(({ itemId }) => itemId));
    const fresh = tasks(open).filter(({ item }) => !told.has(item.id));
    report({
      operatorId,
      openTasks: open.counts.open,
      arrived: [...fresh.map(describedTask), ...notices(unread).map(describedNotice)],
    });
  }

  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      look().catch(log);
    }, pause);
  };
  const unsubscribe = changes.subscribe((topics) => {
    if (topics.some((topic) => watched.has(topic))) soon();
  });
  soon();

  return {
    /** Somebody signed in or out: look again. */
    look: soon,
    stop(): void {
      unsubscribe();
      clearTimeout(timer);
    },
  };
}

/** Takes the beginning of a list again and again, and gives what came since the last time; at first nothing. */
function newcomers<Row extends { readonly id: string }>(timeOf: (row: Row) => string) {
  let known: { readonly ids: ReadonlySet<string>; readonly end: string } | null = null;
  const placeOf = (row: Row): string => `${timeOf(row)} ${row.id}`;
  return ({ rows, nextCursor }: Page<Row>): readonly Row[] => {
    const before = known;
    const last = rows.at(-1);
    known = { ids: new Set(rows.map(({ id }) => id)), end: nextCursor === null || !last ? '' : placeOf(last) };
    // What stood behind the end of the page slides onto it when others go: it is not new.
    return before === null ? [] : rows.filter((row) => !before.ids.has(row.id) && placeOf(row) > before.end);
  };
}

function describedTask(row: TaskRow): Attention['arrived'][number] {
  const verb = row.item.action === 'GRANT' ? 'asks for' : 'asks to remove';
  const forWhom = row.requester.id === row.beneficiary.id ? '' : ` for ${row.beneficiary.fullName}`;
  return {
    kind: 'task',
    id: row.id,
    title: 'A request waits for you',
    text: `${row.requester.fullName} ${verb} ${row.item.entitlement.name} in ${row.item.application.name}${forWhom}`,
    place: `/requests/${row.requestId}`,
  };
}

function describedNotice(row: NoticeRow): Attention['arrived'][number] {
  return {
    kind: 'notice',
    id: row.id,
    title: row.requestNumber === null ? 'Gatehouse' : `Request ${row.requestNumber}`,
    text: row.sentence,
    place: row.requestId === null ? '/tasks' : `/requests/${row.requestId}`,
  };
}
