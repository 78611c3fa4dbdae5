/** The built renderer as files: only what really lies inside its folder, whatever a path says. */
import { createReadStream, type ReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

export interface StaticFile {
  readonly mediaType: string;
  readonly bytes: number;
  /** The build puts a digest into the names of these, so they never change under a name. */
  readonly immutable: boolean;
  open(): ReadStream;
}

/** The file that a URL's path names under `directory` (`/` is its index.html); null when there is none. */
export async function findStaticFile(directory: string, path: string): Promise<StaticFile | null> {
  const segments = path === '/' ? ['index.html'] : segmentsOf(path);
  const extension = extname(segments?.at(-1) ?? '').toLowerCase();
  const mediaType = mediaTypes[extension];
  if (segments === null || mediaType === undefined) return null;
  try {
    // Symbolic links are followed before the comparison, so none leads out.
    const [root, file] = await Promise.all([realpath(directory), realpath(join(directory, ...segments))]);
    if (!file.startsWith(root + sep)) return null;
    const found = await stat(file);
    if (!found.isFile()) return null;
    return {
      mediaType,
      bytes: found.size,
      immutable: segments[0] === 'assets',
      open: () => createReadStream(file),
    };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** The names between the slashes; null when one of them is no plain name of a file or folder. */
function segmentsOf(path: string): readonly string[] | null {
  if (!path.startsWith('/')) return null;
  const segments: string[] = [];
  for (const encoded of path.slice(1).split('/')) {
    const name = decoded(encoded);
    // Names with a leading dot are neither built nor wanted; a colon names drives and streams on Windows.
    if (name === null || name === '' || name.startsWith('.') || /[\\/:]/.test(name) || name.includes('\0')) return null;
    segments.push(name);
  }
  return segments;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // A malformed escape names nothing.
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP';
}
