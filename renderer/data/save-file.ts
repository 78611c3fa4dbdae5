/** Files for people to keep: by the browser's own download, or where they say in the desktop program's dialog. */
import { notifications } from '@mantine/notifications';
import { messageOfError } from './errors.ts';
import type { ShellBridge } from './message-port-link.ts';

/**
 * Asks where, makes the file, saves it, and tells what came of it. `make` runs after the person has answered, and a
 * window that is closed meanwhile stays, out of sight, until the file is whole.
 */
export async function saveFile(name: string, make: () => Promise<Blob> | Blob): Promise<void> {
  try {
    const message =
      window.gatehouse === undefined ? await download(name, make) : await saveInShell(window.gatehouse, name, make);
    // Null: they would rather not.
    if (message !== null) notifications.show({ message, color: 'green' });
  } catch (thrown) {
    notifications.show({ color: 'red', title: 'Not saved', message: messageOfError(thrown), autoClose: 10_000 });
  }
}

async function saveInShell(shell: ShellBridge, name: string, make: () => Promise<Blob> | Blob) {
  const chosen = await shell.chooseFile(name);
  if (chosen === null) return null;
  const { ticket } = chosen;
  try {
    const written = await shell.writeFile(ticket, await (await make()).arrayBuffer());
    if (written === null) throw new Error('The file was not saved.');
    if ('problem' in written) throw new Error(written.problem);
    return `Saved as ${written.name}.`;
  } catch (thrown) {
    // There will be no such file; after an attempt to write it the ticket is void already.
    await shell.writeFile(ticket, null);
    throw thrown;
  }
}

async function download(name: string, make: () => Promise<Blob> | Blob): Promise<string> {
  const address = URL.createObjectURL(await make());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Revoking at once can cut off a download that has not started yet.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  // What the browser makes of it, it tells by itself.
  return `Your browser saves ${name}.`;
}
