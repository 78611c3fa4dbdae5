/** A log that keeps its lines for a test to look at. */
import type { ShellLog } from '../log.ts';

export interface KeptLine {
  readonly level: string;
  readonly text: string;
  readonly data: unknown;
}

export function keptLog(): ShellLog & { readonly lines: readonly KeptLine[] } {
  const lines: KeptLine[] = [];
  const at =
    (level: string) =>
    (...parts: readonly unknown[]): void => {
      const [first, second] = parts;
      lines.push(
        typeof first === 'string' ? { level, text: first, data: null } : { level, text: String(second), data: first },
      );
    };
  const log = { debug: at('debug'), error: at('error'), info: at('info'), warn: at('warn') };
  return Object.assign(log as ShellLog, { lines });
}
