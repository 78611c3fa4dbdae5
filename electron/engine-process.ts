/**
 * The engine's process: opens the workspace, serves the contract on the port of each window, and does what
 * is due. Electron's utility process provides `process.parentPort`; everything else is plain Node.
 */
import { parseArgs } from 'node:util';
import type {} from 'electron';
import { serveWindows } from './engine-process/serve-windows.ts';

const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
if (values.workspace === undefined) throw new Error('The engine process is started with --workspace DIR.');
await serveWindows(process.parentPort, values.workspace);
