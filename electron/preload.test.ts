/** The preload on a page that a test plays. */
import { describe, expect, it, vi } from 'vitest';

const exposed = new Map<string, Record<string, (...args: readonly unknown[]) => unknown>>();
const listeners = new Map<string, (event: unknown, ...args: readonly unknown[]) => void>();
const invoke = vi.fn<(...args: readonly unknown[]) => Promise<unknown>>(() => Promise.resolve('answer'));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, api: never) => void exposed.set(name, api) },
  ipcRenderer: { invoke, on: (channel: string, listener: never) => void listeners.set(channel, listener) },
}));
const page = {
  location: { origin: 'app://gatehouse', hash: '' },
  postMessage: vi.fn<(...args: readonly unknown[]) => void>(),
};
vi.stubGlobal('window', page);
await import('./preload.ts');

describe('what a page gets', () => {
  it('is one object with four functions, and nothing of Electron or Node', async () => {
    expect([...exposed.keys()]).toEqual(['gatehouse']);
    const bridge = exposed.get('gatehouse')!;
    expect(Object.keys(bridge)).toEqual(['connect', 'colours', 'chooseFile', 'writeFile']);
    expect(await bridge.connect!('https://evil.example')).toBeUndefined();
    expect(await bridge.colours!('dark', 'more')).toBe('answer');
    expect(await bridge.writeFile!('ticket', 'bytes', '/etc/passwd')).toBe('answer');
    expect(invoke.mock.calls).toEqual([
      ['gatehouse', 'connect', undefined],
      ['gatehouse', 'colours', 'dark'],
      ['gatehouse', 'writeFile', { ticket: 'ticket', bytes: 'bytes' }],
    ]);
  });

  it('is its port, posted to its own origin alone', () => {
    const port = {};
    listeners.get('gatehouse:port')!({ ports: [port], sender: 'electron' }, null);
    expect(page.postMessage.mock.calls).toEqual([['gatehouse:port', 'app://gatehouse', [port]]]);
  });

  it('is sent to a place by a fragment, never by an address', () => {
    listeners.get('gatehouse:place')!({}, '/requests/1');
    expect(page.location.hash).toBe('/requests/1');
    listeners.get('gatehouse:place')!({}, { toString: () => 'x' });
    expect(page.location.hash).toBe('/requests/1');
  });
});
