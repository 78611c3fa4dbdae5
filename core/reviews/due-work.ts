/** One kind of work that time brings about: reminders, the end of a delegation, a decision nobody took in time. */
import type { Execute } from '#core/commands/execute.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { Reader } from '#core/persistence/tables.ts';

export interface DueWork {
  /** For the log: `reminders`. */
  readonly name: string;
  /**
   * When the next of its kind is due, whether that has passed or not; null: nothing is. Asked after every
   * change of the workspace, so it must be answered from an index.
   */
  nextDueAt(reader: Reader, now: Instant): Promise<Instant | null>;
  /**
   * Does all that is due, in transactions of bounded size, each through a command that finds it still due:
   * another process may have been faster. What is left over is due still, and comes up again soon.
   */
  run(now: Instant): Promise<void>;
}

/** What a kind of due work is made from. */
export interface WorkParts {
  readonly database: Database;
  readonly execute: Execute;
  readonly now: () => Instant;
  /** Takes what went wrong with one thing that was due, where the others went on. */
  readonly log: (problem: string, error: unknown) => void;
}

export type MakeDueWork = (parts: WorkParts) => DueWork;
