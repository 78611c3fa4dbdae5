import { expect, it } from 'vitest';
import { Connection, ConnectionLostError, pauseBefore, SessionRefusedError } from './connection.ts';
import type { OpenLink } from './link.ts';

interface ScriptedLink extends OpenLink {
  break(why: 'lost' | 'refused'): void;
}

/** A link whose calls stay on their way until it breaks, unless they are to `echo`. */
function scriptedLink(): ScriptedLink {
  const closed = Promise.withResolvers<'lost' | 'refused'>();
  return {
    closed: closed.promise,
    break: closed.resolve,
    link: {
      call: async (path, input) => {
        if (path[0] === 'echo') return input;
        await closed.promise;
        // The link says so a little after the connection knows.
        await new Promise((resolve) => setTimeout(resolve, 1));
        throw new Error('aborted');
      },
    },
  };
}

const noPause = (): Promise<void> => Promise.resolve();

it('lets calls wait for the connection', async () => {
  const link = scriptedLink();
  const attempts = ['lost', 'lost', link] as const;
  let attempt = 0;
  const connection = new Connection(() => Promise.resolve(attempts[attempt++] ?? 'lost'), noPause);
  const answer = connection.call(['echo'], 'hello', { context: {} });
  connection.start();
  await expect(answer).resolves.toBe('hello');
  expect(connection.state).toBe('open');
});

it('tells a call that was cut off from one that was refused, and opens the next link', async () => {
  const first = scriptedLink();
  const second = scriptedLink();
  const links = [first, second];
  const connection = new Connection(() => Promise.resolve(links.shift() ?? 'lost'), noPause);
  connection.start();
  const cutOff = connection.call(['slow'], null, { context: {} });
  await connection.whenOpen();
  first.break('lost');
  await expect(cutOff).rejects.toBeInstanceOf(ConnectionLostError);
  await expect(connection.call(['echo'], 1, { context: {} })).resolves.toBe(1);
});

it('ends every call once the session is refused', async () => {
  const connection = new Connection(() => Promise.resolve('refused' as const), noPause);
  connection.start();
  await expect(connection.call(['echo'], 1, { context: {} })).rejects.toBeInstanceOf(SessionRefusedError);
  expect(connection.state).toBe('refused');
});

it('pauses longer after each failure, up to eight seconds', () => {
  expect(pauseBefore(0)).toBeLessThan(pauseBefore(3));
  expect(pauseBefore(50)).toBe(8000);
});
