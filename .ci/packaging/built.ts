/** What a package is made of must have been built before. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const parts = ['dist/electron/main.js', 'dist/engine/programs/engine-process.js', 'dist/renderer/index.html'];

/** @throws Error that names the first part which is not there. */
export function expectBuilt(root: string): void {
  for (const part of parts) {
    if (!existsSync(join(root, part))) throw new Error(`${part} is not there. Run: npm run build`);
  }
}
