/** One instance per folder of user data: the first holds a file there, and a further one leaves what it was asked for in another. */
import { existsSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns whether this process is the first. `second` is called with the data of each further one. */
export function holdInstance(folder: string, data: unknown, second: (theirs: unknown) => void): boolean {
  const lock = join(folder, 'stand-in.lock');
  if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) {
    writeFileSync(join(folder, `stand-in.${process.pid}.instance`), JSON.stringify(data));
    return false;
  }
  writeFileSync(lock, String(process.pid));
  watch(folder, () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.instance'))) {
      const text = readFileSync(join(folder, name), 'utf8');
      // Seen before it was written.
      if (text === '') continue;
      rmSync(join(folder, name));
      second(JSON.parse(text));
    }
  }).unref();
  return true;
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false; // Nobody has this number.
  }
}
