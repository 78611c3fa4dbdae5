/** Files that the engine reads as they are: fonts of reports, the sample organisation. */
import { join } from 'node:path';

/**
 * The path of a file in the folder `resources`, which lies beside core in the sources, and beside the engine's programs
 * where they are built (core/vite.config.ts): this module is one folder deep in both.
 */
export function resourcePath(...names: readonly string[]): string {
  return join(import.meta.dirname, '..', 'resources', ...names);
}
