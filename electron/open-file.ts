/** A file to import: chosen in the system's own dialog, and nothing is read but what was chosen there. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BrowserWindow } from 'electron';
import { fileProblem, importFileEndings } from '#core/contract/import-file.ts';
import type { Needs, ShellWindow } from './electron-module.ts';

type OpenedFile =
  | { readonly name: string; readonly bytes: Uint8Array }
  /** Why it cannot be imported, in words for people. */
  | { readonly name: string; readonly problem: string };

/** Null: the person chose none. */
export async function openFile({ dialog }: Needs<'dialog'>, window: ShellWindow): Promise<OpenedFile | null> {
  // Electron asks for the whole class, of which the shell knows a part.
  const { filePaths } = await dialog.showOpenDialog(window as BrowserWindow, {
    title: 'Choose a file to import',
    properties: ['openFile'],
    filters: [{ name: 'CSV', extensions: [...importFileEndings] }],
  });
  const [path] = filePaths;
  if (path === undefined) return null;
  const name = basename(path);
  try {
    const found = await stat(path);
    // A pipe or a device has no end.
    const problem = found.isFile() ? fileProblem({ name, size: found.size }) : 'This is no file.';
    return problem === null ? { name, bytes: await readFile(path) } : { name, problem };
  } catch {
    return { name, problem: 'This file could not be read. Is it still there, and may you read it?' };
  }
}
