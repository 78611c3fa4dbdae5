/** Counts what waits for the person at a window, and tells what arrived since. For the tray, the badge and the notifications. */
import type { TaskRow } from '#core/contract/index.ts';
import type { ChangeFeed, Session } from '#core/workspace.ts';
import type { Attention } from '../engine-messages.ts';

/** Many commits in a row are one look, in milliseconds. */
const pause = 300;
const watched: ReadonlySet<string> = new Set(['workspace', 'session', 'requests', 'tasks']);

export interface AttentionOptions {
  readonly changes: Pick<ChangeFeed, 'subscribe'>;
  readonly session: Pick<Session, 'operatorId'>;
  openTasks(): Promise<{ readonly rows: readonly TaskRow[]; readonly counts: { readonly open: number } }>;
  report(news: Pick<Attention, 'arrived' | 'openTasks' | 'operatorId'>): void;
  log(error: unknown): void;
}

export function watchAttention({ changes, session, openTasks, report, log }: AttentionOptions) {
  /** Tasks the person has been told of; null before the first look, which tells of nothing. */
  let known: ReadonlySet<string> | null = null;
  let knownOperator: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const { operatorId } = session;
    if (operatorId === null) {
      known = null;
      return report({ operatorId, openTasks: 0, arrived: [] });
    }
    const { rows, counts } = await openTasks();
    const before = operatorId === knownOperator ? known : null;
    known = new Set(rows.map((row) => row.id));
    knownOperator = operatorId;
    const fresh = before === null ? [] : rows.filter((row) => !before.has(row.id));
    report({ operatorId, openTasks: counts.open, arrived: fresh.map(described) });
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

function described(row: TaskRow): Attention['arrived'][number] {
  const verb = row.item.action === 'GRANT' ? 'asks for' : 'asks to remove';
  const forWhom = row.requester.id === row.beneficiary.id ? '' : ` for ${row.beneficiary.fullName}`;
  return {
    taskId: row.id,
    requestId: row.requestId,
    text: `${row.requester.fullName} ${verb} ${row.item.entitlement.name} in ${row.item.application.name}${forWhom}`,
  };
}
