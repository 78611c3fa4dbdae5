/** What the shell and the engine's process say to each other. Windows' own traffic goes over their ports and never through here. */
import { z } from 'zod';

const windowKey = z.string().max(100);

export const toEngineSchema = z.discriminatedUnion('type', [
  /** Comes with the window's port. `operatorId`: who was signed in to this window before the engine started again. */
  z.object({ type: z.literal('connect'), window: windowKey, operatorId: z.string().nullable() }),
  /** The window is gone for good, and its session with it. */
  z.object({ type: z.literal('forget'), window: windowKey }),
  z.object({ type: z.literal('power'), event: z.enum(['suspend', 'resume', 'unlock-screen']) }),
  z.object({ type: z.literal('network'), online: z.boolean() }),
  /** Let what is running end, close the workspace, and exit. */
  z.object({ type: z.literal('close') }),
]);
export type ToEngine = z.output<typeof toEngineSchema>;

export const fromEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), directory: z.string(), version: z.string(), database: z.string() }),
  /** The workspace could not be opened, in words for people. The process ends after this. */
  z.object({ type: z.literal('failed'), message: z.string() }),
  /** Who is signed in to a window, so that a restart of the engine signs nobody out. */
  z.object({ type: z.literal('session'), window: windowKey, operatorId: z.string().nullable() }),
  /** The systems that applications are connected to, at first and whenever they change: their pages may be opened. */
  z.object({ type: z.literal('hosts'), hosts: z.array(z.string().max(300)).readonly() }),
  /** What waits for the person signed in to a window. `arrived` holds what came since the last time. */
  z.object({
    type: z.literal('attention'),
    window: windowKey,
    operatorId: z.string().nullable(),
    openTasks: z.number().int().nonnegative(),
    arrived: z.array(
      z.object({
        kind: z.enum(['task', 'notice']),
        id: z.string(),
        title: z.string(),
        text: z.string(),
        /** The place in the console that it leads to. */
        place: z.string().startsWith('/'),
      }),
    ),
  }),
]);
export type FromEngine = z.output<typeof fromEngineSchema>;
export type Attention = Extract<FromEngine, { type: 'attention' }>;
