import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine, type Engine } from './engine.ts';
import { createFakeElectron, type FakeElectron } from './testing/fake-electron.ts';
import { keptLog } from './testing/kept-log.ts';

let electron: FakeElectron;
let engine: Engine;
let stopped: string[];
let slow: (() => void)[] = [];
const attention = vi.fn<(attention: unknown) => void>();
const ready = { type: 'ready', directory: '/w', version: '1', database: 'SQLite 3' };
const port = {} as never;

beforeEach(() => {
  vi.useFakeTimers();
  attention.mockClear();
  stopped = [];
  slow = [];
  electron = createFakeElectron({ userData: '/nowhere' });
  engine = createEngine(electron, {
    modulePath: '/built/engine-process.js',
    args: ['--workspace', '/w'],
    log: keptLog(),
    attention,
    slow: (again) => void slow.push(again),
    stopped: (why) => void stopped.push(why),
  });
  engine.start();
});
afterEach(() => void vi.useRealTimers());

const child = () => electron.fake.children.at(-1)!;

describe('starting', () => {
  it('forks one process with the workspace and a name of its own', () => {
    engine.start();
    expect(electron.fake.children).toHaveLength(1);
    expect(child().forkedWith).toMatchObject([
      '/built/engine-process.js',
      ['--workspace', '/w'],
      { serviceName: 'Gatehouse engine' },
    ]);
  });

  it('lets a window wait until the engine is ready', async () => {
    const connected = engine.connect('first', port);
    expect(child().posted).toEqual([]);
    child().emit('message', ready);
    await connected;
    expect(child().posted).toEqual([[{ type: 'connect', window: 'first', operatorId: null }, [port]]]);
  });

  it('lets it wait no longer than is reasonable', async () => {
    const connected = engine.connect('first', port);
    const [outcome] = await Promise.all([
      connected.catch((error: unknown) => String(error)),
      vi.advanceTimersByTimeAsync(20_000),
    ]);
    expect(outcome).toContain('still starting');
  });

  it('that takes minutes is told, again and again until it is over, and can be begun anew', async () => {
    await vi.advanceTimersByTimeAsync(59_000);
    expect(slow).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(62_000);
    expect(slow).toHaveLength(2);
    slow[1]!();
    await vi.advanceTimersByTimeAsync(250);
    expect(electron.fake.children).toHaveLength(2);
    child().emit('message', ready);
    await vi.advanceTimersByTimeAsync(600_000);
    slow[1]!();
    expect([slow.length, child().kills, stopped]).toEqual([2, 0, []]);
  });
});

describe('a crash', () => {
  it('is followed by a new start, with growing pauses', async () => {
    for (const pause of [250, 500, 1000, 2000]) {
      const before = electron.fake.children.length;
      child().emit('exit', 139);
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(electron.fake.children).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(electron.fake.children).toHaveLength(before + 1);
    }
    expect(stopped).toEqual([]);
  });

  it('signs nobody out', async () => {
    child().emit('message', ready);
    await engine.connect('first', port);
    child().emit('message', { type: 'session', window: 'first', operatorId: 'ada' });
    child().emit('message', { type: 'session', window: 'unknown', operatorId: 'eve' });
    child().emit('exit', 139);
    await vi.advanceTimersByTimeAsync(250);
    const connected = engine.connect('first', port);
    child().emit('message', ready);
    await connected;
    expect(child().posted[0]![0]).toEqual({ type: 'connect', window: 'first', operatorId: 'ada' });
  });

  it('in a loop is told, once, and the person may try again', async () => {
    for (let crash = 0; crash < 5; crash += 1) {
      child().emit('exit', 1);
      await vi.advanceTimersByTimeAsync(8_000);
    }
    expect(electron.fake.children).toHaveLength(5);
    expect(stopped).toHaveLength(1);
    expect(stopped[0]).toContain('5 times');
    await expect(engine.connect('first', port)).rejects.toThrow('not running');
    engine.start();
    expect(electron.fake.children).toHaveLength(6);
    child().emit('exit', 1);
    expect(stopped).toHaveLength(1);
  });

  it('now and then is no loop', async () => {
    for (let crash = 0; crash < 10; crash += 1) {
      child().emit('exit', 1);
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(stopped).toEqual([]);
  });

  it('posts nothing to the process that has ended', () => {
    const ended = child();
    ended.emit('exit', 1);
    engine.tell({ type: 'power', event: 'resume' });
    engine.forget('first');
    expect(ended.posted).toEqual([]);
  });
});

describe('a workspace that cannot be opened', () => {
  it('is told in the engine’s words, without trying over and over', async () => {
    child().emit('message', { type: 'failed', message: 'The database is newer than this console.' });
    child().emit('exit', 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stopped).toEqual(['The database is newer than this console.']);
    expect(electron.fake.children).toHaveLength(1);
  });
});

describe('what the engine sends', () => {
  it('is passed on when it is of a known shape and window, and else ignored', async () => {
    child().emit('message', ready);
    await engine.connect('first', port);
    const news = { type: 'attention', window: 'first', operatorId: 'ada', openTasks: 2, arrived: [] };
    child().emit('message', news);
    child().emit('message', { ...news, window: 'gone' });
    child().emit('message', { ...news, openTasks: 'many' });
    child().emit('message', 'garbage');
    expect(attention.mock.calls).toEqual([[news]]);
  });
});

describe('closing', () => {
  it('asks, and waits for the end', async () => {
    const closed = vi.fn<() => void>();
    void engine.close().then(closed);
    expect(child().posted).toEqual([[{ type: 'close' }, []]]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(closed).not.toHaveBeenCalled();
    child().emit('exit', 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(closed).toHaveBeenCalled();
    expect(electron.fake.children).toHaveLength(1);
  });

  it('while it waits to start again, starts nothing', async () => {
    child().emit('exit', 1);
    await engine.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(electron.fake.children).toHaveLength(1);
  });
});
