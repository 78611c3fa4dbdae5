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
let setAside: string[];
let notSaved: unknown[];
const open = (): Settings =>
  openSettings(electron, (options) => new ElectronStore(options), {
    directory: folder,
    setAside: (file) => void setAside.push(file),
    notSaved: (error) => void notSaved.push(error),
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-settings-'));
  setAside = [];
  notSaved = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('settings of a device', () => {
  it('begin at their defaults: nothing at login, nothing in the background', () => {
    expect(open().current).toEqual(defaultSettings);
    expect(defaultSettings.keepRunning).toBe(false);
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
    expect(() => settings.change({ token: 'hunter2' } as never)).toThrow('token');
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
    expect(setAside).toEqual([expect.stringMatching(/settings\.damaged-[\dTZ-]+\.json$/)]);
    expect(readFileSync(setAside[0]!, 'utf8')).toBe(text);
    settings.change({ theme: 'dark' });
    expect(open().current.theme).toBe('dark');
    expect(setAside).toHaveLength(1);
  });

  it('because it was torn while the program runs: what was chosen holds, and is written again', () => {
    const settings = open();
    settings.change({ theme: 'dark' });
    writeFileSync(join(folder, 'settings.json'), '{"theme": "li');
    expect(settings.current.theme).toBe('dark');
    settings.change({ zoomLevel: 1 });
    expect(open().current).toMatchObject({ theme: 'dark', zoomLevel: 1 });
    expect(setAside).toHaveLength(1);
    expect(notSaved).toEqual([]);
  });
});

describe('a disk that takes nothing', () => {
  it('is told, and what was chosen holds until the program ends', () => {
    const settings = open();
    const seen: string[] = [];
    settings.apply(({ theme }) => void seen.push(theme));
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'A file where the folder was: nothing can be written, not even by root.');
    settings.change({ theme: 'dark' });
    expect(settings.current.theme).toBe('dark');
    expect(seen).toEqual(['system', 'dark']);
    expect(notSaved).toHaveLength(1);
    expect(open().current).toEqual(defaultSettings);
    expect(notSaved).toHaveLength(2);
  });
});
