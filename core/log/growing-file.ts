/** A file that lines are added to: moved aside when it has grown, and never a reason to stop. */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Older ones that stay beside the file, as `.1` to `.3`. */
const kept = 3;
/** A file that could not be opened is tried again after this time, in milliseconds; a full disk is asked at every line. */
const pause = 5_000;

interface OpenFile {
  readonly handle: number;
  size: number;
}

/**
 * Written synchronously, so that what happened before a crash is there. What cannot be written is counted, said once
 * on standard error, and named in the file as soon as it takes lines again.
 * @param limit in bytes
 */
export function growingFile(file: string, limit: number): { write(line: string): void } {
  let opened: OpenFile | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let lost = 0;
  let cut = false;

  function take(text: string): void {
    opened ??= open();
    if (opened.size >= limit) {
      closeSync(opened.handle);
      opened = null;
      moveAside(file);
      opened = open();
    }
    const bytes = Buffer.from(text);
    const written = writeSync(opened.handle, bytes);
    opened.size += written;
    cut = written < bytes.length;
    if (cut) throw new Error('the disk took only a part of a line');
  }

  function open(): OpenFile {
    triedAt = performance.now();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(file, 'a', 0o600);
    return { handle, size: fstatSync(handle).size };
  }

  return {
    write(line) {
      if (opened === null && performance.now() - triedAt < pause) {
        lost += 1;
        return;
      }
      try {
        take(`${cut ? '\n' : ''}${lost === 0 ? '' : noteOf(lost)}${line}`);
        lost = 0;
      } catch (error) {
        if (lost === 0)
          complain(`The log ${file} cannot be written: ${(error as Error).message}. Gatehouse goes on without it.`);
        lost += 1;
      }
    },
  };
}

/** In the form of the lines around it. */
function noteOf(lost: number): string {
  const msg = `${lost} ${lost === 1 ? 'line' : 'lines'} before this could not be written`;
  return `${JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, msg })}\n`;
}

function moveAside(file: string): void {
  for (let age = kept - 1; age >= 1; age -= 1) {
    if (existsSync(`${file}.${age}`)) renameSync(`${file}.${age}`, `${file}.${age + 1}`);
  }
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

function complain(sentence: string): void {
  try {
    process.stderr.write(`${sentence}\n`);
  } catch {
    // Standard error may be a file on the same full disk: there is nobody left to tell.
  }
}
