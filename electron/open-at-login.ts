/** Opening at login. Electron knows how on macOS and Windows; on Linux it is a file that every desktop reads. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ElectronModule } from './electron-module.ts';

/** Returns what switches it on and off on this system. The console then starts in the background. */
export function openAtLogin(
  app: Pick<ElectronModule['app'], 'setLoginItemSettings'>,
  platform: NodeJS.Platform = process.platform,
): (open: boolean) => void {
  if (platform !== 'linux') return (open) => app.setLoginItemSettings({ openAtLogin: open, args: ['--hidden'] });
  const folder = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'autostart');
  // An AppImage runs from a mount that is another one each time; its own file stays.
  return (open) => writeAutostart(folder, process.env.APPIMAGE ?? process.execPath, open);
}

/** The freedesktop.org Desktop Application Autostart Specification: a desktop entry in the autostart folder. */
export function writeAutostart(folder: string, program: string, open: boolean): void {
  const file = join(folder, 'gatehouse.desktop');
  if (!open) return rmSync(file, { force: true });
  mkdirSync(folder, { recursive: true });
  // Within quotes these four are escaped, and a percent sign would be a field code (Desktop Entry Specification, "The Exec key").
  const quoted = program.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Gatehouse',
    `Exec="${quoted}" --hidden`,
    'X-GNOME-Autostart-enabled=true',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
}
