/**
 * Reports to disk: what the console offers as a download is saved where the person says. The data comes out
 * of the page, so its window stays, hidden, until the file is whole.
 */
import { EventEmitter, once } from 'node:events';
import { basename } from 'node:path';
import { appOrigin } from './app-protocol.ts';
import type { Needs } from './electron-module.ts';
import type { ShellLog } from './log.ts';
import { showNotice } from './notice.ts';

export interface Downloads {
  /** Is a page still writing a file? */
  isSaving(contentsId: number): boolean;
  /** Resolves when the page, or every page, has written its files. */
  whenSaved(contentsId?: number): Promise<void>;
}

export function saveDownloads(
  electron: Needs<'Notification' | 'dialog' | 'session' | 'shell'>,
  log: ShellLog,
): Downloads {
  /** Page -> how many files it is writing. */
  const saving = new Map<number, number>();
  const saved = new EventEmitter();

  electron.session.defaultSession.on('will-download', (event, item, contents) => {
    // Only what the console made itself: nothing is fetched from anywhere.
    if (!item.getURL().startsWith(`blob:${appOrigin}/`)) {
      event.preventDefault();
      log.warn('A download was denied that the console did not make');
      return;
    }
    const name = safeName(item.getFilename());
    const { id } = contents;
    item.setSaveDialogOptions({ title: 'Save report', defaultPath: name });
    saving.set(id, (saving.get(id) ?? 0) + 1);
    item.once('done', (_event, state) => {
      const left = (saving.get(id) ?? 1) - 1;
      if (left === 0) saving.delete(id);
      else saving.set(id, left);
      tell(state, item.getSavePath() || name);
      saved.emit('saved');
    });
  });

  function tell(state: 'cancelled' | 'completed' | 'interrupted', path: string): void {
    if (state === 'cancelled') return; // The person closed the dialog.
    if (state === 'interrupted') {
      log.error('A file could not be saved');
      electron.dialog.showErrorBox(
        'The file could not be saved',
        `${path} is not complete. Is there room on the disk, and may you write there?`,
      );
      return;
    }
    log.info('A file was saved');
    showNotice(electron, { title: `${basename(path)} is saved`, body: path, silent: true }, () =>
      electron.shell.showItemInFolder(path),
    );
  }

  const isSaving = (contentsId?: number): boolean =>
    contentsId === undefined ? saving.size > 0 : saving.has(contentsId);
  return {
    isSaving,
    async whenSaved(contentsId) {
      while (isSaving(contentsId)) await once(saved, 'saved');
    },
  };
}

/** A name without folders, and without what some systems give a meaning of their own. */
function safeName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is to be replaced
  const plain = basename(name.replaceAll('\\', '/')).replaceAll(/[\u0000-\u001f<>:"/|?*]/g, '_');
  return plain.replace(/^\.+/, '') || 'report';
}
