/** The messages between a window and the engine: the frames of a browser's WebSocket, or what passes through a port of the desktop program. */
import type { Page } from '@playwright/test';
import { uncarry, type Carried } from '../electron-stand-in/values.ts';
import { desktopWindowOf } from './desktop-window.ts';

/** Takes down the messages of connections that the window opens from now on. */
export function recordFrames(page: Page, which: 'sent' | 'received'): () => readonly string[] {
  const frames: string[] = [];
  const window = desktopWindowOf(page)?.standIn;
  if (window) {
    window.tap = (way, data) => {
      if (way === which) frames.push(textOf(data));
      return 'passes';
    };
    return () => frames;
  }
  const note = ({ payload }: { readonly payload: string | Buffer }) => frames.push(payload.toString());
  page.on('websocket', (socket) => {
    // Two overloads, so no name by a variable.
    if (which === 'sent') socket.on('framesent', note);
    else socket.on('framereceived', note);
  });
  return () => frames;
}

/** Cuts the line between the engine's answer to the first such call and the window. Holds for connections opened from now on. */
export async function loseAnswer(page: Page, call: string): Promise<() => readonly string[]> {
  const lost: string[] = [];
  let waitsFor: string | null = null;
  const sent = (text: string): void => {
    const { i, p } = JSON.parse(text) as { readonly i: string; readonly p?: { readonly u?: string } };
    if (p?.u === call && lost.length === 0) waitsFor = i;
  };
  const isAnswer = (text: string): boolean =>
    waitsFor !== null && (JSON.parse(text) as { readonly i: string }).i === waitsFor;

  const window = desktopWindowOf(page)?.standIn;
  if (window) {
    window.tap = (way, data, port) => {
      const text = textOf(data);
      if (way === 'sent') sent(text);
      else if (isAnswer(text)) {
        lost.push(text);
        waitsFor = null;
        void window.breakPort(port);
        return 'lost';
      }
      return 'passes';
    };
  } else {
    await page.routeWebSocket(/\/rpc$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        sent(String(message));
        server.send(message);
      });
      server.onMessage((message) => {
        if (!isAnswer(String(message))) return socket.send(message);
        lost.push(String(message));
        waitsFor = null;
        void socket.close({ code: 3001, reason: 'the line was cut' });
      });
    });
  }
  return () => lost;
}

/** JSON, before the bytes of a file if there are some. */
function textOf(data: Carried): string {
  const value = uncarry(data);
  return value instanceof ArrayBuffer ? Buffer.from(value).toString() : String(value);
}
