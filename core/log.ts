/** The log of a process: a file in the workspace's folder, one JSON object a line. Secrets are cut out, and nobody logs payloads. */
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { logWithoutSecrets } from '#core/contract/redact.ts';
import { growingFile } from './log/growing-file.ts';

/** A log grows to a megabyte before it is moved aside: a worker runs for months. */
const largest = 1_000_000;

/**
 * The log `logs/<process>.log` under the workspace's folder. Nothing is made before its first line, and no line of it
 * ever throws: a disk that takes no more must not end the process that has to say so.
 */
export function openLog(directory: string, processName: string, limit = largest): Logger {
  return pino(
    {
      base: { process: processName, pid: process.pid },
      ...logWithoutSecrets,
    },
    growingFile(join(directory, 'logs', `${processName}.log`), limit),
  );
}

/** A log that keeps nothing, for tests and short command-line tools. */
export function silentLog(): Logger {
  return pino({ enabled: false });
}
