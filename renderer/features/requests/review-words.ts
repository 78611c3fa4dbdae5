/** Who is asked at a level of review, who decided, and who was skipped and why. Pure, so that what people read is tested. */
import type { ItemView, Term } from '#core/contract/index.ts';

export type Stage = ItemView['stages'][number];
export type Task = Stage['tasks'][number];
export type DecisionView = ItemView['decisions'][number];

export interface WordsOfStage {
  /** Who still has to decide; null: nobody, or the level is not open. */
  readonly asked: string | null;
  /** Who decided at this level already while it is open. */
  readonly decided: string | null;
  /** Each who was skipped, with the reason. */
  readonly skipped: readonly string[];
}

export function wordsOfStage(stage: Stage, decisions: readonly DecisionView[]): WordsOfStage {
  const inState = (state: Task['state']) => stage.tasks.filter((task) => task.state === state);
  const open = stage.state === 'open' ? inState('open') : [];
  const approved = stage.state === 'open' ? inState('approved') : [];
  return {
    asked: open.length === 0 ? null : `Asked: ${open.map(taskWords).join(', ')}${sufficient(stage, open.length)}`,
    decided: approved.length === 0 ? null : `Approved already: ${approved.map(taskWords).join(', ')}`,
    skipped: inState('skipped').map((task) => skippedWords(task, stage.level, decisions)),
  };
}

/** How many of those who are still asked have to decide, where that is not all of them. */
function sufficient(stage: Stage, open: number): string {
  const counted = stage.tasks.filter((task) => task.state === 'approved' || task.state === 'skipped').length;
  const left = Math.max(1, stage.needed - counted);
  if (open <= left) return '';
  return left === 1 ? '; one of them suffices' : `; ${left} of them suffice`;
}

function skippedWords(task: Task, level: number, decisions: readonly DecisionView[]): string {
  const before = decisions.find(
    (decision) =>
      decision.verdict === 'approve' &&
      decision.decider?.id === task.reviewer.id &&
      decision.level !== null &&
      decision.level < level,
  );
  const where = before === undefined ? 'an earlier level' : `level ${before.level}`;
  return `Skipped: ${task.reviewer.fullName} approved at ${where} already, which counts here too`;
}

/** What was asked for, or had become of it, when a decision shortened it. */
export function askedBefore(item: Pick<ItemView, 'askedTerm' | 'decisions'>, decision: DecisionView): Term | null {
  const before = item.decisions.slice(0, item.decisions.indexOf(decision)).findLast((one) => one.shortenedTo !== null);
  return before?.shortenedTo ?? item.askedTerm;
}

/** `Noah Weber (for Ada Byron, out of office)`. */
export function taskWords(task: Task): string {
  const words = [task.mine ? 'you' : null, viaWords(task)].filter((word) => word !== null);
  return words.length === 0 ? task.reviewer.fullName : `${task.reviewer.fullName} (${words.join('; ')})`;
}

function viaWords({ via, from }: Task): string | null {
  const whom = from?.fullName ?? 'somebody else';
  switch (via) {
    case 'planned':
      return null;
    case 'delegated':
      return `for ${whom}, out of office`;
    case 'reassigned':
      return `handed on by ${whom}`;
    case 'escalated':
      return `escalated, ${whom} has not decided`;
    case 'rerouted':
      return from === null ? 'responsible since the organisation changed' : `responsible now, instead of ${whom}`;
    case 'returned':
      return `returned from ${whom}`;
  }
}
