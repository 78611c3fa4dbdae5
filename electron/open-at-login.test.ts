import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { autostart, loginItem } from './open-at-login.ts';
import { createFakeElectron } from './testing/fake-electron.ts';

describe('opening at login', () => {
  const electron = createFakeElectron({ userData: '/nowhere', isPackaged: true });
  const { loginItems, state } = electron.fake;

  it('is what Windows says, also when it was switched off in the Task Manager, and begins in the background', () => {
    const item = loginItem(electron, 'win32')!;
    item.set(true);
    expect(loginItems.splice(0)).toEqual([{ openAtLogin: true, args: ['--hidden'] }]);
    state.login = { openAtLogin: true, wasOpenedAtLogin: false, executableWillLaunchAtLogin: false };
    expect([item.isOn, item.hasOpenedNow]).toEqual([false, false]);
  });

  it('is what macOS says, which takes no arguments and tells of the start itself', () => {
    const item = loginItem(electron, 'darwin')!;
    item.set(false);
    expect(loginItems.splice(0)).toEqual([{ openAtLogin: false, args: [] }]);
    state.login = { openAtLogin: true, wasOpenedAtLogin: true, executableWillLaunchAtLogin: false };
    expect([item.isOn, item.hasOpenedNow]).toEqual([true, true]);
  });

  it('is nothing that a program from its sources could do: it would register Electron itself', () => {
    expect(loginItem(createFakeElectron({ userData: '/nowhere' }), 'darwin')).toBeNull();
  });

  it('is a desktop entry on Linux, which the desktop may switch off, gone again when switched off here', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-autostart-'));
    const file = join(folder, 'autostart', 'gatehouse.desktop');
    const item = autostart(join(folder, 'autostart'), '/opt/100% "Gate$house"/gatehouse');
    expect(item.isOn).toBe(false);
    item.set(true);
    expect(item.isOn).toBe(true);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(String.raw`Exec="/opt/100%% \"Gate\$house\"/gatehouse" --hidden`);
    for (const line of ['Hidden=true', 'X-GNOME-Autostart-enabled=false']) {
      writeFileSync(file, `${text}${line}\n`);
      expect(item.isOn).toBe(false);
    }
    item.set(false);
    item.set(false);
    expect(item.isOn).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
