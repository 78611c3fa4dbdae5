/**
 * The engine's process: opens the workspace, serves the contract on the port of each window, and does what
 * is due. Electron's utility process provides `process.parentPort`; everything else is plain Node.
 */
import { parseArgs } from 'node:util';
import type {} from 'electron';
import { serveWindows } from './engine-process/serve-windows.ts';

const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
if (values.workspace === undefined) throw new Error('The engine process is started with --workspace DIR.');
// Ctrl+C in a terminal reaches every process there; when this one ends is for the shell to say.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
await serveWindows(process.parentPort, values.workspace);
