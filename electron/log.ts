/** The shell's log: a file that is moved aside when it has grown, secrets cut out. The engine has its own in core, which the shell knows nothing of. */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino, type Logger } from 'pino';
import { logWithoutSecrets } from '#core/contract/redact.ts';

export type ShellLog = Pick<Logger, 'debug' | 'error' | 'info' | 'warn'>;

/** A file of a log grows to a megabyte; three older ones stay beside it as `.1` to `.3`. */
const largest = 1_000_000;
const kept = 3;

export interface ShellLogOptions {
  readonly file: string;
  /** In bytes. */
  readonly largest?: number;
}

export function openShellLog({ file, largest: limit = largest }: ShellLogOptions): Logger {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  rotateLog(file, limit);
  return pino(
    {
      base: { process: 'shell', pid: process.pid },
      ...logWithoutSecrets,
    },
    growingFile(file, limit),
  );
}

/** Moves a file aside that has outgrown `limit` bytes, and drops the oldest of those moved before. */
function rotateLog(file: string, limit: number): void {
  if (!existsSync(file) || statSync(file).size < limit) return;
  for (let age = kept - 1; age >= 1; age -= 1) {
    if (existsSync(`${file}.${age}`)) renameSync(`${file}.${age}`, `${file}.${age + 1}`);
  }
  renameSync(file, `${file}.1`);
}

/** Written synchronously, so that what happened before a crash is there. A disk that takes no more never ends the program. */
function growingFile(file: string, limit: number): { write(line: string): void } {
  let handle = openSync(file, 'a', 0o600);
  let size = fstatSync(handle).size;
  return {
    write(line) {
      try {
        if (size >= limit) {
          closeSync(handle);
          rotateLog(file, limit);
          handle = openSync(file, 'a', 0o600);
          size = 0;
        }
        size += writeSync(handle, line);
      } catch (error) {
        process.stderr.write(`The log ${file} cannot be written: ${String(error)}\n`);
      }
    },
  };
}
