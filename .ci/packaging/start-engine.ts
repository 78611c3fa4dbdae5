/** Starts the engine's process of a packed program, in plain Node in the place of Electron's utility process. */
import { join } from 'node:path';
import { withoutDesktop } from '../../core/testing/keyring-session.ts';
import { forkEngine } from '../../electron/testing/forked-engine.ts';

export interface PackedEngine {
  readonly version: string;
  /** Closes the workspace and waits for the end. */
  close(): Promise<void>;
}

/** @throws Error with what the engine said when it does not open the workspace. */
export function startPackedEngine(program: string, workspace: string): Promise<PackedEngine> {
  const module = join(program, 'dist/engine/programs/engine-process.js');
  // No desktop: what runs here must not touch the keychain of whoever runs it.
  const engine = forkEngine(module, ['--workspace', workspace], { env: withoutDesktop() as Record<string, string> });
  let said = '';
  engine.stderr?.on('data', (text: Buffer) => (said += String(text)));
  const ended = new Promise<void>((resolve) => {
    engine.on('exit', () => resolve());
  });
  return new Promise((resolve, reject) => {
    engine.on('exit', (code: number) => reject(new Error(`The engine ended with ${code}: ${said}`)));
    engine.on('message', (message: { readonly type: string; readonly version?: string }) => {
      if (message.type === 'failed') reject(new Error(JSON.stringify(message)));
      if (message.type !== 'ready') return;
      resolve({
        version: message.version ?? '',
        close() {
          engine.postMessage({ type: 'close' });
          return ended;
        },
      });
    });
  });
}
