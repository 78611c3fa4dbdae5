/** The messages between a window and the engine, as the browser sees them. */
import type { Page } from '@playwright/test';

/** Takes down the messages of connections that the window opens from now on. */
export function recordFrames(page: Page, which: 'sent' | 'received'): () => readonly string[] {
  const frames: string[] = [];
  const note = ({ payload }: { readonly payload: string | Buffer }) => frames.push(payload.toString());
  page.on('websocket', (socket) => {
    // Two overloads, so no name by a variable.
    if (which === 'sent') socket.on('framesent', note);
    else socket.on('framereceived', note);
  });
  return () => frames;
}
