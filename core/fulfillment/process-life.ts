/**
 * Whether a process that left its mark still lives. A number alone does not say: numbers mean something only within
 * one boot of a machine, on Linux within one container of it, and are given out again.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** What a process leaves behind to be recognised by. */
export interface ProcessMark {
  readonly pid: number;
  readonly space: string;
  /** When it began, in the system's own count; null where the system does not tell. */
  readonly began: string | null;
}

export function ownMark(): ProcessMark {
  return { pid: process.pid, space: processSpace(), began: beginningOf(process.pid) };
}

/** `elsewhere`: of another boot, container or machine, of which nothing can be said from here. */
export function lifeOf(mark: ProcessMark): 'alive' | 'dead' | 'elsewhere' {
  if (mark.space !== processSpace()) return 'elsewhere';
  return isAlive(mark.pid) && mark.began === beginningOf(mark.pid) ? 'alive' : 'dead';
}

function processSpace(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return process.platform;
  }
}

/**
 * proc_pid_stat(5): the fields after the name, which may itself hold blanks and brackets; the 22nd of all is the start
 * time. Null also for a process that has ended and still has its number, because whoever started it has not asked how.
 */
function beginningOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]/.test(fields[0] ?? '') ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
