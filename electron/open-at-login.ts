/**
 * Opening at login, of which the system itself keeps account: it is asked what holds, so that whoever switches it off
 * in the system's own settings has switched it off. On Linux it is a file that every desktop reads.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Needs } from './electron-module.ts';

export interface LoginItem {
  readonly isOn: boolean;
  /** This very start was the one at login, on macOS, which takes no arguments and says so itself. */
  readonly hasOpenedNow: boolean;
  set(open: boolean): void;
}

const background = '--hidden';

/** Null: started from its sources the program is Electron itself, and opening that at login would open nothing. */
export function loginItem({ app }: Needs<'app'>, platform: NodeJS.Platform = process.platform): LoginItem | null {
  if (!app.isPackaged) return null;
  if (platform === 'linux') {
    const folder = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'autostart');
    // An AppImage runs from a mount that is another one each time; its own file stays.
    return autostart(folder, process.env.APPIMAGE ?? process.execPath);
  }
  const args = platform === 'win32' ? [background] : [];
  return {
    get isOn() {
      const { openAtLogin, executableWillLaunchAtLogin } = app.getLoginItemSettings({ args });
      // On Windows it can be registered and switched off in the Task Manager.
      return platform === 'win32' ? executableWillLaunchAtLogin : openAtLogin;
    },
    get hasOpenedNow() {
      return platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
    },
    set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, args }),
  };
}

/** The freedesktop.org Desktop Application Autostart Specification: a desktop entry in the autostart folder. */
export function autostart(folder: string, program: string): LoginItem {
  const file = join(folder, 'gatehouse.desktop');
  return {
    get isOn() {
      // Desktops switch an entry off by a line in it.
      return existsSync(file) && !/^(Hidden=true|X-GNOME-Autostart-enabled=false)$/m.test(readFileSync(file, 'utf8'));
    },
    hasOpenedNow: false,
    set(open) {
      if (!open) return rmSync(file, { force: true });
      mkdirSync(folder, { recursive: true });
      // Within quotes these four are escaped, and a percent sign would be a field code (Desktop Entry Specification, "The Exec key").
      const quoted = program.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
      const lines = ['[Desktop Entry]', 'Type=Application', 'Name=Gatehouse', `Exec="${quoted}" ${background}`];
      writeFileSync(file, `${lines.join('\n')}\n`);
    },
  };
}
