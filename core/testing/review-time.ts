/** Lets time pass over reviews in a test: the test's clock moves, and all that became due is done. */
import { allDueWork } from '#core/reviews/all-work.ts';
import { createReviewClock } from '#core/reviews/review-clock.ts';
import type { TestWorkspace } from './each-database.ts';

const day = 86_400_000;

/** Moves the clock on by so many days and does what is due then. @throws Error when something of it could not be done. */
export async function daysPass(workspace: TestWorkspace, days: number): Promise<void> {
  workspace.clock.pass(days * day);
  const { database, execute, clock } = workspace;
  const problems: string[] = [];
  const log = (problem: string, error: unknown) => void problems.push(`${problem}: ${String(error)}`);
  const reviewClock = createReviewClock({
    database,
    now: clock.now,
    log,
    work: allDueWork({ database, execute, now: clock.now, log }),
  });
  await reviewClock.idle();
  await reviewClock.stop();
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
