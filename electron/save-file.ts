/**
 * Files that the console makes, saved where the person says. The person is asked first: from then on the page works on
 * a file of theirs, so its window stays, hidden, until the file is whole or given up.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BrowserWindow } from 'electron';
import type { Needs, ShellWindow } from './electron-module.ts';
import type { ShellLog } from './log.ts';
import { showNotice } from './notice.ts';

type WrittenFile =
  | { readonly name: string }
  /** Why it was not written, in words for people. */
  | { readonly problem: string };

export interface SavedFiles {
  /** Asks the person where; null: they would rather not. The ticket is for `write`. */
  choose(window: ShellWindow, name: string): Promise<{ readonly ticket: string } | null>;
  /** Without bytes: there will be no such file. Null: nobody was asked about it. */
  write(contentsId: number, ticket: string, bytes: Uint8Array | null): Promise<WrittenFile | null>;
  /** The page has gone or was loaded again: what it worked on will not be finished. */
  forget(contentsId: number): void;
  /** Is a page still at work on a file? */
  isSaving(contentsId: number): boolean;
  /** Resolves when the page, or every page, has finished its files. */
  whenSaved(contentsId?: number): Promise<void>;
}

export function saveFiles(
  electron: Needs<'Notification' | 'app' | 'dialog' | 'session' | 'shell'>,
  log: ShellLog,
): SavedFiles {
  const open = new Map<string, { readonly contentsId: number; readonly path: string }>();
  const changed = new EventEmitter();

  // What a page would download of its own is not saved anywhere.
  electron.session.defaultSession.on('will-download', (event) => {
    event.preventDefault();
    log.warn('A download was denied');
  });

  function finish(ticket: string): void {
    open.delete(ticket);
    changed.emit('finished');
  }

  const isSaving = (contentsId?: number): boolean =>
    contentsId === undefined ? open.size > 0 : [...open.values()].some((file) => file.contentsId === contentsId);
  return {
    async choose(window, name) {
      const { id } = window.webContents;
      const { canceled, filePath } = await electron.dialog.showSaveDialog(window as BrowserWindow, {
        title: 'Save',
        defaultPath: join(electron.app.getPath('downloads'), safeName(name)),
        properties: ['showOverwriteConfirmation', 'createDirectory'],
      });
      if (canceled || filePath === '' || window.isDestroyed()) return null;
      const ticket = randomUUID();
      open.set(ticket, { contentsId: id, path: filePath });
      return { ticket };
    },
    async write(contentsId, ticket, bytes) {
      const file = open.get(ticket);
      if (file?.contentsId !== contentsId) return null;
      try {
        if (bytes === null) return null;
        await writeWhole(file.path, bytes);
        log.info('A file was saved');
        showNotice(electron, { title: `${basename(file.path)} is saved`, body: file.path, silent: true }, () =>
          electron.shell.showItemInFolder(file.path),
        );
        return { name: basename(file.path) };
      } catch (error) {
        log.error({ err: error }, 'A file could not be saved');
        const problem = `${file.path} was not saved. Is there room on the disk, and may you write there?`;
        // The page may be out of sight by now.
        electron.dialog.showErrorBox('The file could not be saved', problem);
        return { problem };
      } finally {
        finish(ticket);
      }
    },
    forget(contentsId) {
      for (const [ticket, file] of open) if (file.contentsId === contentsId) finish(ticket);
    },
    isSaving,
    async whenSaved(contentsId) {
      while (isSaving(contentsId)) await once(changed, 'finished');
    },
  };
}

/** What was there before stays until the new file is whole. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    await writeFile(partial, bytes, { flag: 'wx' });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** A name without folders, and without what some systems give a meaning of their own. */
function safeName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is to be replaced
  const plain = basename(name.replaceAll('\\', '/')).replaceAll(/[\u0000-\u001f<>:"/|?*]/g, '_');
  return plain.replace(/^\.+/, '') || 'report';
}
