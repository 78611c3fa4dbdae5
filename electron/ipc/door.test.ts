import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createFakeElectron } from '../testing/fake-electron.ts';
import { keptLog } from '../testing/kept-log.ts';
import { openDoor, request } from './door.ts';

const handled = vi.fn<(payload: { readonly name: string }) => string>(({ name }) => `Hello ${name}`);
let channels: readonly string[];
let log: ReturnType<typeof keptLog>;
let knock: (sender: object, ...args: readonly unknown[]) => unknown;

const own = { sender: { id: 1 }, senderFrame: { parent: null, origin: 'app://gatehouse' } };

beforeEach(() => {
  handled.mockClear();
  log = keptLog();
  const electron = createFakeElectron({ userData: '/nowhere' });
  openDoor(electron, {
    requests: {
      greet: request(z.strictObject({ name: z.string() }), handled),
      fail: request(z.undefined(), () => {
        throw new Error('/home/ada/secret is not there');
      }),
    },
    knows: (contentsId) => contentsId === 1,
    log,
  });
  channels = [...electron.fake.handlers.keys()];
  const handler = electron.fake.handlers.get('gatehouse')!;
  knock = (sender, ...args) => handler(sender as never, ...args);
});

describe('the top frame of our window', () => {
  it('is answered, on the only channel there is', async () => {
    expect(channels).toEqual(['gatehouse']);
    expect(await knock(own, 'greet', { name: 'Ada' })).toBe('Hello Ada');
  });

  it('learns that a request failed, and nothing of the machine', async () => {
    await expect(knock(own, 'fail', undefined)).rejects.toThrow(/^Failed\.$/);
    expect(log.lines).toHaveLength(1);
  });
});

describe('rejected, never just not answered', () => {
  it.each<readonly [string, object, readonly unknown[]]>([
    ['a sub-frame', { ...own, senderFrame: { parent: {}, origin: 'app://gatehouse' } }, ['greet', { name: 'Ada' }]],
    [
      'another origin',
      { ...own, senderFrame: { parent: null, origin: 'https://evil.example' } },
      ['greet', { name: 'Ada' }],
    ],
    [
      'an origin that begins like ours',
      { ...own, senderFrame: { parent: null, origin: 'app://gatehouse.evil' } },
      ['greet', { name: 'Ada' }],
    ],
    ['an opaque origin', { ...own, senderFrame: { parent: null, origin: 'null' } }, ['greet', { name: 'Ada' }]],
    ['a frame that has gone', { ...own, senderFrame: null }, ['greet', { name: 'Ada' }]],
    ['a page that is no window of ours', { ...own, sender: { id: 2 } }, ['greet', { name: 'Ada' }]],
    ['an unknown request', own, ['constructor', undefined]],
    ['a name that is no text', own, [{ toString: () => 'greet' }, { name: 'Ada' }]],
    ['no name', own, []],
    ['a payload of another shape', own, ['greet', { name: 7 }]],
    ['a payload with more than was agreed', own, ['greet', { name: 'Ada', path: '/etc/passwd' }]],
  ])('%s', async (_what, sender, args) => {
    await expect(knock(sender, ...args)).rejects.toThrow(/^Refused\.$/);
    expect(handled).not.toHaveBeenCalled();
    expect(log.lines).toHaveLength(1);
  });
});
