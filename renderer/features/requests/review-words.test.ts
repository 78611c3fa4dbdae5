import { expect, it } from 'vitest';
import type { EmployeeId, ItemView } from '#core/contract/index.ts';
import { askedBefore, wordsOfStage, type DecisionView, type Stage, type Task } from './review-words.ts';

const person = (name: string) => ({ id: name as EmployeeId, fullName: name }) as Task['reviewer'];

function task(name: string, over: Partial<Task> = {}): Task {
  return {
    reviewer: person(name),
    state: 'open',
    via: 'planned',
    from: null,
    mine: false,
    mayReassign: false,
    ...over,
  } as Task;
}

function stage(tasks: readonly Task[], over: Partial<Stage> = {}): Stage {
  return { level: 2, state: 'open', needed: 1, tasks, ...over } as Stage;
}

const approval = (name: string, level: number) =>
  ({ verdict: 'approve', decider: person(name), level, shortenedTo: null }) as DecisionView;

it('asks only whoever still has to decide, and says who was skipped and why', () => {
  const level = stage(
    [
      task('Ana', { state: 'skipped' }),
      task('Bo', { mine: true }),
      task('Cy', { via: 'delegated', from: person('Di') }),
      task('Di', { state: 'handedOn' }),
      task('Ed', { state: 'approved' }),
    ],
    { needed: 3 },
  );
  expect(wordsOfStage(level, [approval('Ana', 1), approval('Ed', 2)])).toEqual({
    asked: 'Asked: Bo (you), Cy (for Di, out of office); one of them suffices',
    decided: 'Approved already: Ed',
    skipped: ['Skipped: Ana approved at level 1 already, which counts here too'],
  });
});

it('still says who was skipped when the level is passed, and then asks nobody', () => {
  const level = stage([task('Ana', { state: 'skipped' }), task('Bo', { state: 'closed' })], { state: 'approved' });
  expect(wordsOfStage(level, [])).toEqual({
    asked: null,
    decided: null,
    skipped: ['Skipped: Ana approved at an earlier level already, which counts here too'],
  });
});

it('asks as many as are still needed', () => {
  expect(wordsOfStage(stage([task('Ana'), task('Bo'), task('Cy')], { needed: 2 }), []).asked).toBe(
    'Asked: Ana, Bo, Cy; 2 of them suffice',
  );
  expect(wordsOfStage(stage([task('Ana'), task('Bo')], { needed: 2 }), []).asked).toBe('Asked: Ana, Bo');
});

it('names what each shortening shortened', () => {
  const hour = { kind: 'duration', minutes: 60 } as const;
  const day = { kind: 'duration', minutes: 1440 } as const;
  const decisions = [approval('Ana', 1), approval('Bo', 2)].map((decision, index) => ({
    ...decision,
    shortenedTo: index === 0 ? day : hour,
  }));
  const item: Pick<ItemView, 'askedTerm' | 'decisions'> = { askedTerm: { kind: 'permanent' }, decisions };
  expect(decisions.map((decision) => askedBefore(item, decision))).toEqual([{ kind: 'permanent' }, day]);
});
