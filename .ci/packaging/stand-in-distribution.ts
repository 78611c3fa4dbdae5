/**
 * A distribution of Electron without Electron: files of the right names, and a binary that holds nothing but a
 * fuse wire. Packing really runs on it, fuses are really flipped in it, and nothing of it can be started.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Electron's binary keeps its fuses: this text, a version, their number, then a digit for each. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** The fuses as Electron 45 leaves its build. */
export const asBuilt = '101110011';

export function makeStandInDistribution(folder: string, states = asBuilt): void {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, states.length]), Buffer.from(states)]);
  const padding = Buffer.alloc(512, 0x2e);
  writeFileSync(join(folder, 'electron'), Buffer.concat([padding, wire, padding]), { mode: 0o755 });
  for (const name of ['chrome-sandbox', 'chrome_crashpad_handler', 'libffmpeg.so', 'icudtl.dat', 'resources.pak']) {
    writeFileSync(join(folder, name), '');
  }
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '');
  writeFileSync(join(folder, 'LICENSE'), '');
  writeFileSync(join(folder, 'version'), '0.0.0');
}
