/**
 * The one door between pages and the shell. Whoever knocks must be the top frame of one of our windows, on our
 * own origin, with a payload of the agreed shape; everything else is rejected, and never just not answered.
 */
import type { IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import { appOrigin } from '../app-protocol.ts';
import type { Needs } from '../electron-module.ts';
import type { ShellLog } from '../log.ts';

/** The only channel. What is asked for is named in the message. */
export const door = 'gatehouse';

export interface Request {
  readonly schema: z.ZodType;
  handle(payload: unknown, contentsId: number): unknown;
}

/** A request whose handler is called with what its schema made of the payload. */
export function request<Schema extends z.ZodType>(
  schema: Schema,
  handle: (payload: z.output<Schema>, contentsId: number) => unknown,
): Request {
  return { schema, handle: (payload, contentsId) => handle(payload as z.output<Schema>, contentsId) };
}

export interface DoorOptions {
  readonly requests: Readonly<Record<string, Request>>;
  /** Is this the page of one of our windows? */
  knows(contentsId: number): boolean;
  readonly log: ShellLog;
}

export function openDoor({ ipcMain }: Needs<'ipcMain'>, { requests, knows, log }: DoorOptions): void {
  const named = new Map(Object.entries(requests));
  ipcMain.handle(door, async (event, name: unknown, payload: unknown) => {
    const refusal = whyNot(event, knows);
    const asked = typeof name === 'string' ? named.get(name) : undefined;
    const read = asked?.schema.safeParse(payload);
    if (refusal !== null || asked === undefined || read?.success !== true) {
      const why = refusal ?? (asked === undefined ? 'unknown request' : 'malformed payload');
      log.warn({ why }, 'A page was refused');
      throw new Error('Refused.');
    }
    try {
      return await asked.handle(read.data, event.sender.id);
    } catch (error) {
      log.warn({ err: error, request: name }, 'A request of a page failed');
      // The page learns that it failed, not how this machine looks from inside.
      throw new Error('Failed.');
    }
  });
}

function whyNot(event: IpcMainInvokeEvent, knows: (contentsId: number) => boolean): string | null {
  const frame = event.senderFrame;
  // Null: the frame has gone elsewhere or away since it knocked.
  if (frame === null) return 'frame gone';
  if (frame.parent !== null) return 'sub-frame';
  if (frame.origin !== appOrigin) return 'other origin';
  return knows(event.sender.id) ? null : 'unknown page';
}
