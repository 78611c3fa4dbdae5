/** What the shell was started with. Chromium's own switches are among the arguments too, so what is unknown is passed over. */
import { resolve } from 'node:path';

export interface ShellOptions {
  /** The folder of the workspace; null: this system's place for application data. */
  readonly workspace: string | null;
  /** The folder of the device's settings and logs; null: Electron's own choice. */
  readonly userData: string | null;
  /** In the background, without a window: so it is started at login. */
  readonly hidden: boolean;
}

/** @param argv all arguments of the process or of a second instance */
export function readOptions(argv: readonly string[], folder: string = process.cwd()): ShellOptions {
  const path = (name: string): string | null => {
    const value = valueOf(argv, name);
    return value === null ? null : resolve(folder, value);
  };
  return { workspace: path('--workspace'), userData: path('--user-data'), hidden: argv.includes('--hidden') };
}

/** Both `--name value` and `--name=value`. */
function valueOf(argv: readonly string[], name: string): string | null {
  for (const [index, argument] of argv.entries()) {
    if (argument.startsWith(`${name}=`)) return argument.slice(name.length + 1) || null;
    if (argument !== name) continue;
    const next = argv[index + 1];
    return next === undefined || next.startsWith('--') ? null : next;
  }
  return null;
}
