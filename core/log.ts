/** The log of a process: a file in the workspace's folder, one JSON object a line. Secrets are cut out by name, and nobody logs payloads. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { destination, pino, type Logger } from 'pino';

const secretNames = ['token', 'password', 'secret', 'secrets', 'authorization', 'cookie', 'clientSecret'];

/** Opens `logs/<process>.log` under the workspace's folder. Written synchronously: what happened before a crash is there. */
export function openLog(directory: string, processName: string): Logger {
  const folder = join(directory, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return pino(
    {
      base: { process: processName, pid: process.pid },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[cut out]' },
    },
    destination({ dest: join(folder, `${processName}.log`), sync: true, mkdir: true }),
  );
}

/** A log that keeps nothing, for tests and short command-line tools. */
export function silentLog(): Logger {
  return pino({ enabled: false });
}
