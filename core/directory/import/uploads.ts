/**
 * Files on their way here from a console: written piece by piece into the workspace's own folder, handed to the import
 * when they are whole, and gone afterwards, whatever became of it. No file is ever held in memory.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { maximumFileBytes, uploadPieceBytes } from '#core/contract/import-file.ts';
import { done, GatehouseError, refuse, type Result } from '#core/domain/errors.ts';
import { newId, type UploadId } from '#core/domain/ids.ts';
import type { Uploader, Uploads } from '#core/workspace.ts';

export interface UploadsOptions {
  /** The folder of the workspace. */
  readonly directory: string;
  /** The process these files belong to, in the words of `isDead`. */
  readonly owner: string;
  /** Is the process that left a file behind known to be dead? */
  isDead(owner: string): boolean;
}

/** Two imports at a time are two tabs; more are a mistake, or worse. */
const mostOfOneSession = 2;
const mostOfAll = 8;
/** A file of an owner of whom nothing is known is taken for forgotten when nobody wrote to it for so long, in milliseconds. */
const forgottenAfter = 86_400_000;

/** A workspace may lie in a folder that people use for something else: nothing but files like these is taken for ours. */
const ownName = /^([^.]+)\.[^.]+\.part$/;

interface Upload {
  readonly by: Uploader;
  readonly name: string;
  readonly size: number;
  readonly path: string;
  readonly handle: FileHandle;
  received: number;
  /** The piece that is just being written. */
  writing: Promise<void> | null;
}

/** Removes what processes that were killed have left behind. @throws what the file system says. */
export async function openUploads({ directory, owner, isDead }: UploadsOptions): Promise<Uploads> {
  const folder = join(directory, 'uploads');
  const ownMark = owner.slice(owner.lastIndexOf(':') + 1);
  await sweep(folder, isDead);
  const uploads = new Map<UploadId, Upload>();
  /** Sessions whose files are opened in this very moment: they count before they can be found. */
  const opening: string[] = [];

  async function discard(id: UploadId): Promise<void> {
    const upload = uploads.get(id);
    if (upload === undefined) return;
    uploads.delete(id);
    // Whether the last piece could be written, its sender is told.
    await upload.writing?.catch(() => undefined);
    await upload.handle.close();
    await rm(upload.path, { force: true });
  }

  function find(by: Uploader, id: UploadId): Upload | null {
    const upload = uploads.get(id);
    return upload?.by.sessionId === by.sessionId && upload.by.employeeId === by.employeeId ? upload : null;
  }

  return {
    async begin(by, { name, size }) {
      if (size > maximumFileBytes) return tooLarge;
      const sessions = [...opening, ...[...uploads.values()].map((upload) => upload.by.sessionId)];
      const ofThisOne = sessions.filter((sessionId) => sessionId === by.sessionId).length;
      if (ofThisOne >= mostOfOneSession || sessions.length >= mostOfAll)
        return refuse('upload.tooMany', 'Other files are being sent already. Wait for them to end, and try again.');
      const id = newId<UploadId>();
      const path = join(folder, `${ownMark}.${id}.part`);
      opening.push(by.sessionId);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const handle = await open(path, 'wx', 0o600);
        uploads.set(id, { by, name, size, path, handle, received: 0, writing: null });
      } catch (error) {
        throw notWritten(folder, error);
      } finally {
        opening.splice(opening.indexOf(by.sessionId), 1);
      }
      return done({ uploadId: id });
    },

    async append(by, { uploadId, offset, piece }) {
      const upload = find(by, uploadId);
      if (upload === null) return notFound;
      if (upload.writing !== null || offset !== upload.received)
        return refuse('upload.outOfOrder', 'A piece of the file came out of its order. Send the file again.', {
          received: upload.received,
        });
      if (piece.size > uploadPieceBytes || piece.size > upload.size - upload.received) {
        await discard(uploadId);
        return tooLarge;
      }
      upload.writing = write(upload.handle, piece);
      try {
        await upload.writing;
      } catch (error) {
        // How much of the piece is there is not known.
        await discard(uploadId);
        throw notWritten(folder, error);
      }
      upload.writing = null;
      upload.received += piece.size;
      return uploads.has(uploadId) ? done({ received: upload.received }) : notFound;
    },

    async take(by, id) {
      const upload = find(by, id);
      if (upload === null) return notFound;
      if (upload.writing !== null || upload.received !== upload.size)
        return refuse('upload.incomplete', 'The file is not here as a whole. Send it again.');
      uploads.delete(id);
      await upload.handle.close();
      return done({
        name: upload.name,
        read: () => createReadStream(upload.path),
        remove: () => rm(upload.path, { force: true }),
      });
    },

    discard,

    async close() {
      await Promise.all([...uploads.keys()].map(discard));
    },
  };
}

async function write(handle: FileHandle, piece: Blob): Promise<void> {
  await handle.appendFile(new Uint8Array(await piece.arrayBuffer()));
}

const notFound: Result<never> = refuse(
  'upload.notFound',
  'This file is not being sent, or the connection was interrupted meanwhile. Send it again.',
);
const tooLarge: Result<never> = refuse('upload.tooLarge', 'More was sent than the file was said to hold, or may hold.');

/** What people can do about it; anything else is advised in general. */
const adviceOf: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some space',
  EEXIST: 'Something else has this name. Rename it or move it away',
  ENOTDIR: 'Something else has this name. Rename it or move it away',
};

function notWritten(folder: string, error: unknown): GatehouseError {
  const advice =
    adviceOf[(error as NodeJS.ErrnoException).code ?? ''] ?? 'Check that the folder exists and may be written';
  return new GatehouseError('workspace.folder', `The file could not be kept in ${folder}. ${advice}.`, {}, error);
}

async function sweep(folder: string, isDead: (owner: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // A file of this name, or a folder that is not ours to read, holds nothing of ours; an import says what is wrong with it.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(error.code ?? '')) return [];
    throw error;
  });
  for (const name of names) {
    const [, mark] = ownName.exec(name) ?? [];
    if (mark === undefined) continue;
    const path = join(folder, name);
    if (isDead(mark) || (await isForgotten(path))) await rm(path, { force: true });
  }
}

/** After a restart of the machine nothing is known of the processes before it. */
async function isForgotten(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null); // Another process of this workspace has just removed it.
  return found?.isFile() === true && Date.now() - found.mtimeMs > forgottenAfter;
}
