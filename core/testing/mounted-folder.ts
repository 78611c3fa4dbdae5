/** A small file system of its own, for tests that fill it or take its writing away. */
import { execFileSync, spawnSync } from 'node:child_process';

export interface MountedFolder {
  /** @param options of mount(8), e.g. `ro` or `size=32m` */
  remount(options: string): void;
  unmount(): void;
}

/** @returns null where this process may not mount one: only root may, on Linux, and in a container only with leave. */
export function mountFolder(directory: string, size: string): MountedFolder | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' });
  if (mounted.status !== 0) return null;
  return {
    remount: (options) => void execFileSync('mount', ['-o', `remount,${options}`, directory]),
    unmount: () => void execFileSync('umount', ['-l', directory]),
  };
}
