import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import { wallClock } from '#core/commands/execute.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import type { DueWork } from './due-work.ts';
import { createReviewClock, wakesClock } from './review-clock.ts';

const days = 86_400_000;

/** Work that is due at the given times; each is done once. */
function scripted(name: string, times: Instant[]) {
  const ran: string[] = [];
  const work: DueWork & { asked: number; ran: string[]; times: Instant[] } = {
    name,
    asked: 0,
    ran,
    times,
    async nextDueAt() {
      work.asked += 1;
      return work.times.toSorted()[0] ?? null;
    },
    async run(now) {
      ran.push(...work.times.filter((time) => time <= now));
      work.times = work.times.filter((time) => time > now);
    },
  };
  return work;
}

function clockOf({ database, clock }: Pick<TestWorkspace, 'database' | 'clock'>, work: readonly DueWork[]) {
  const problems: string[] = [];
  const reviewClock = createReviewClock({
    database,
    now: clock.now,
    log: (problem) => void problems.push(problem),
    work,
  });
  return { reviewClock, problems };
}

describeEachDatabase('The clock of reviews', (open) => {
  it('does what became due while nobody was here, and leaves the rest for its time', async () => {
    const workspace = await open();
    const start = workspace.clock.now();
    const work = scripted('reminders', [
      plusMilliseconds(start, -3 * days),
      plusMilliseconds(start, -1),
      plusMilliseconds(start, days),
    ]);
    const { reviewClock, problems } = clockOf(workspace, [work]);
    await reviewClock.idle();
    expect(work.ran).toEqual([plusMilliseconds(start, -3 * days), plusMilliseconds(start, -1)]);
    workspace.clock.pass(days);
    await reviewClock.idle();
    expect(work.ran).toHaveLength(3);
    expect(problems).toEqual([]);
    await reviewClock.stop();
  });

  it('wakes by itself at the nearest due time', async () => {
    const { database } = await open();
    const work = scripted('reminders', [plusMilliseconds(wallClock(), 200)]);
    const { reviewClock } = clockOf({ database, clock: { now: wallClock, pass: () => undefined } }, [work]);
    await reviewClock.idle();
    expect(work.ran).toEqual([]);
    await expect.poll(() => work.ran.length, { timeout: 5_000 }).toBe(1);
    await reviewClock.stop();
  });

  it('sleeps over a due time that no timer can hold, instead of asking without pause', async () => {
    const workspace = await open();
    const work = scripted('reminders', [plusMilliseconds(workspace.clock.now(), 60 * days)]);
    const { reviewClock } = clockOf(workspace, [work]);
    await reviewClock.idle();
    const asked = work.asked;
    await pause(300);
    expect(work.asked).toBe(asked);
    await reviewClock.stop();
  });

  it('looks again when it is woken, and looks at a burst once', async () => {
    const workspace = await open();
    const work = scripted('reminders', []);
    const { reviewClock } = clockOf(workspace, [work]);
    await reviewClock.idle();
    const asked = work.asked;
    work.times = [workspace.clock.now()];
    for (let commit = 0; commit < 100; commit += 1) reviewClock.wake();
    await expect.poll(() => work.ran.length, { timeout: 5_000 }).toBe(1);
    expect(work.asked - asked).toBeLessThanOrEqual(3);
    await reviewClock.stop();
  });

  it('goes on with the others when one kind fails, and says so', async () => {
    const workspace = await open();
    const start = workspace.clock.now();
    const broken: DueWork = {
      name: 'broken',
      nextDueAt: async () => start,
      run: () => Promise.reject(new Error('no such table')),
    };
    const work = scripted('reminders', [start]);
    const { reviewClock, problems } = clockOf(workspace, [broken, work]);
    await reviewClock.idle();
    expect(work.ran).toEqual([start]);
    expect(problems).toEqual(['broken: what was due could not be done (no such table); it is tried again soon']);
    await reviewClock.stop();
  });

  it('pauses over what stays due although it had its turn', async () => {
    const workspace = await open();
    const start = workspace.clock.now();
    let ran = 0;
    const stubborn: DueWork = {
      name: 'stubborn',
      nextDueAt: async () => start,
      async run() {
        ran += 1;
      },
    };
    const { reviewClock } = clockOf(workspace, [stubborn]);
    await reviewClock.idle();
    await pause(300);
    expect(ran).toBe(1);
    await reviewClock.stop();
  });

  it('begins nothing after it was stopped', async () => {
    const workspace = await open();
    const work = scripted('reminders', [workspace.clock.now()]);
    const { reviewClock } = clockOf(workspace, [work]);
    await reviewClock.stop();
    reviewClock.wake();
    await pause(150);
    expect(work.ran).toEqual([]);
  });
});

it('is woken by what can make something due, and by nothing else', () => {
  expect(wakesClock(['tasks'])).toBe(true);
  expect(wakesClock(['fulfillment', 'directory'])).toBe(true);
  expect(wakesClock(['fulfillment', 'session', 'workspace'])).toBe(false);
});
