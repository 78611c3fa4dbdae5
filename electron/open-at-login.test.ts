import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAtLogin, writeAutostart } from './open-at-login.ts';
import { createFakeElectron } from './testing/fake-electron.ts';

describe('opening at login', () => {
  it('is Electron’s business on macOS and Windows, in the background', () => {
    const electron = createFakeElectron({ userData: '/nowhere' });
    openAtLogin(electron.app, 'win32')(true);
    openAtLogin(electron.app, 'darwin')(false);
    expect(electron.fake.loginItems).toEqual([
      { openAtLogin: true, args: ['--hidden'] },
      { openAtLogin: false, args: ['--hidden'] },
    ]);
  });

  it('is a desktop entry on Linux, gone again when switched off', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-autostart-'));
    writeAutostart(join(folder, 'autostart'), '/opt/100% "Gate$house"/gatehouse', true);
    const text = readFileSync(join(folder, 'autostart', 'gatehouse.desktop'), 'utf8');
    expect(text).toContain(String.raw`Exec="/opt/100%% \"Gate\$house\"/gatehouse" --hidden`);
    writeAutostart(join(folder, 'autostart'), '/opt/gatehouse', false);
    writeAutostart(join(folder, 'autostart'), '/opt/gatehouse', false);
    expect(readdirSync(join(folder, 'autostart'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
