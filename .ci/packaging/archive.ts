/** What is in a packed program's archive. */
import { getRawHeader } from '@electron/asar';

export interface PackedFile {
  /** From the archive's root, with slashes: `dist/electron/main.js`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Beside the archive, in `app.asar.unpacked`. */
  readonly isUnpacked: boolean;
  /** Electron compares what it reads with this hash. */
  readonly hash: string | null;
}

interface Folder {
  readonly files: Readonly<Record<string, Folder | Entry>>;
}

interface Entry {
  readonly size?: number;
  readonly unpacked?: boolean;
  readonly integrity?: { readonly hash: string };
}

export function filesOfArchive(archive: string): readonly PackedFile[] {
  return filesOf(getRawHeader(archive).header as unknown as Folder, '');
}

function filesOf(folder: Folder, prefix: string): readonly PackedFile[] {
  return Object.entries(folder.files).flatMap(([name, entry]) => {
    const path = `${prefix}${name}`;
    if ('files' in entry) return filesOf(entry, `${path}/`);
    const { size = 0, unpacked = false, integrity } = entry;
    return [{ path, size, isUnpacked: unpacked, hash: integrity?.hash ?? null }];
  });
}
