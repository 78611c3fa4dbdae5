/** One instance per folder of user data: the first holds a file there, and a further one leaves its arguments in another. */
import { existsSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns whether this process is the first. `second` is called with the arguments of each further one. */
export function holdInstance(folder: string, second: (argv: readonly string[]) => void): boolean {
  const lock = join(folder, 'stand-in.lock');
  if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) {
    writeFileSync(join(folder, `stand-in.${process.pid}.instance`), JSON.stringify(process.argv));
    return false;
  }
  writeFileSync(lock, String(process.pid));
  watch(folder, () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.instance'))) {
      const text = readFileSync(join(folder, name), 'utf8');
      // Seen before it was written.
      if (text === '') continue;
      rmSync(join(folder, name));
      second(JSON.parse(text) as readonly string[]);
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
