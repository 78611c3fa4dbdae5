/** The real store on a real folder; only the electron that it imports is left empty. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ElectronStore from 'electron-store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultSettings, openSettings, type Settings } from './settings.ts';
import { createFakeElectron } from './testing/fake-electron.ts';

vi.mock('electron', () => ({ default: {} }));

let folder: string;
const electron = createFakeElectron({ userData: '/nowhere' });
const open = (): Settings =>
  openSettings(
    electron,
    (options) => new ElectronStore(options),
    folder,
    () => new Date('2026-11-23T10:00:00.000Z'),
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('settings of a device', () => {
  it('begin at their defaults: nothing at login, nothing in the background', () => {
    expect(open().current).toEqual(defaultSettings);
    expect(defaultSettings).toMatchObject({ openAtLogin: false, keepRunning: false });
  });

  it('are there at the next start', () => {
    open().change({ theme: 'dark', window: { x: 1, y: 2, width: 1000, height: 700, maximized: true } });
    expect(open().current).toMatchObject({ theme: 'dark', window: { x: 1, maximized: true } });
  });

  it('tell who listens, at once and after each change', () => {
    const settings = open();
    const seen: string[] = [];
    settings.apply(({ theme }) => void seen.push(theme));
    settings.change({ theme: 'light' });
    expect(seen).toEqual(['system', 'light']);
  });

  it('take nothing that is not in the schema, secrets least of all', () => {
    const settings = open();
    expect(() => settings.change({ token: 'hunter2' } as never)).toThrow('schema');
    expect(() => settings.change({ theme: 'pink' as never })).toThrow('theme');
    expect(
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join(''),
    ).not.toContain('hunter2');
  });

  it('close the channel on which the store would tell pages its folder', () => {
    open();
    expect(electron.fake.removedListeners).toContain('electron-store-get-data');
  });
});

describe.skipIf(process.platform === 'win32')('the file', () => {
  it('is for this person alone to read', () => {
    open().change({ theme: 'dark' });
    expect(statSync(join(folder, 'settings.json')).mode & 0o077).toBe(0);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['torn', '{"theme": "da'],
    ['no settings', '[1, 2, 3]'],
    ['of other values', '{"theme": "pink", "zoomLevel": 900}'],
    ['with what was never a setting', '{"theme": "dark", "password": "x"}'],
    ['empty bytes', '\0\0\0\0'],
  ])('%s: it is kept aside, the defaults hold, and it is told once', (_what, text) => {
    writeFileSync(join(folder, 'settings.json'), text);
    const settings = open();
    expect(settings.current).toEqual(defaultSettings);
    expect(settings.setAside).toBe(join(folder, 'settings.damaged-2026-11-23T10-00-00-000Z.json'));
    expect(readFileSync(settings.setAside!, 'utf8')).toBe(text);
    settings.change({ theme: 'dark' });
    expect(open().setAside).toBeNull();
    expect(open().current.theme).toBe('dark');
  });
});
