import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { lifeOf, ownMark } from './process-life.ts';

describe('the mark of a process', () => {
  it('tells a living one from a dead one', async () => {
    expect(lifeOf(ownMark())).toBe('alive');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(lifeOf({ ...ownMark(), pid: child.pid! })).toBe('dead');
  });

  it('is not that of another process which was given the same number later', () => {
    expect(lifeOf({ ...ownMark(), began: '1' })).toBe('dead');
  });

  it('of another boot or container says nothing here', () => {
    expect(lifeOf({ ...ownMark(), space: 'another boot' })).toBe('elsewhere');
  });
});
