/**
 * All that a page gets of the shell: one object, whose functions carry plain data. Built as one CommonJS
 * file, because a sandboxed preload can be nothing else.
 */
import { contextBridge, ipcRenderer } from 'electron';

/** What is used of the page; the shell's sources know no DOM. */
declare const window: {
  readonly location: { readonly origin: string; hash: string };
  postMessage(message: unknown, origin: string, ports: readonly unknown[]): void;
};

const ask = (name: string, payload?: unknown): Promise<unknown> => ipcRenderer.invoke('gatehouse', name, payload);

contextBridge.exposeInMainWorld('gatehouse', {
  /** Asks for a port to the engine. It arrives as a message of the window to itself, before this settles or soon after. */
  connect: async (): Promise<void> => {
    await ask('connect');
  },
  /** The colours of this device, changed first when some are named: `system`, `light` or `dark`. */
  colours: (theme?: unknown) => ask('colours', theme),
  /** Asks where a file shall be saved; answers with a ticket for `writeFile`, or with null. The window stays until then. */
  chooseFile: (name: unknown) => ask('chooseFile', name),
  /** Saves it there; without bytes nothing is saved. Answers with the file's name, or with what went wrong. */
  writeFile: (ticket: unknown, bytes: unknown) => ask('writeFile', { ticket, bytes }),
});

ipcRenderer.on('gatehouse:port', (event) => {
  // A port cannot cross the bridge; posted to this very page and origin it can.
  window.postMessage('gatehouse:port', window.location.origin, event.ports);
});

ipcRenderer.on('gatehouse:place', (_event, place: unknown) => {
  if (typeof place === 'string') window.location.hash = place;
});
