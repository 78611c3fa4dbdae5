/** Quitting in peace: files and transactions that are under way end first. By force only when the person says so, or after a long time. */
import type { Needs } from './electron-module.ts';
import type { Engine } from './engine.ts';
import type { ShellLog } from './log.ts';
import type { SavedFiles } from './save-file.ts';

/** After so long the person is asked, and after so long the program ends anyway; in milliseconds. */
const askAfter = 10_000;
const forceAfter = 120_000;

export interface QuitOptions {
  readonly engine: Pick<Engine, 'close' | 'kill'>;
  readonly files: Pick<SavedFiles, 'whenSaved'>;
  readonly log: ShellLog;
}

export interface Quit {
  /** From the moment somebody asked to quit. */
  readonly hasBegun: boolean;
  /** Nothing is waited for any more. */
  readonly isOver: boolean;
}

export function quitInPeace({ app, dialog }: Needs<'app' | 'dialog'>, { engine, files, log }: QuitOptions): Quit {
  let phase: 'running' | 'closing' | 'closed' = 'running';

  async function closeAll(): Promise<void> {
    const asked = setTimeout(() => void ask(), askAfter);
    const forced = setTimeout(force, forceAfter);
    await files.whenSaved();
    await engine.close();
    clearTimeout(asked);
    clearTimeout(forced);
    end();
  }

  function end(): void {
    if (phase === 'closed') return;
    phase = 'closed';
    app.quit();
  }

  function force(): void {
    engine.kill();
    end();
  }

  async function ask(): Promise<void> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'Gatehouse is still finishing what it began.',
      detail: 'Waiting is safe. If you end it now, what is under way is taken up again at the next start.',
      buttons: ['Keep waiting', 'End now'],
      defaultId: 0,
      cancelId: 0,
    });
    if (response === 1 && phase !== 'closed') force();
  }

  app.on('before-quit', (event) => {
    if (phase === 'closed') return;
    event.preventDefault();
    if (phase === 'closing') return;
    phase = 'closing';
    log.info('Quitting');
    closeAll().catch((error: unknown) => {
      log.error({ err: error }, 'Quitting did not go in order');
      app.exit(1);
    });
  });

  return {
    get hasBegun() {
      return phase !== 'running';
    },
    get isOver() {
      return phase === 'closed';
    },
  };
}

/**
 * A signal that asks the program to end is a wish to quit like any other: the terminal was closed, the session ends.
 * when-exit, which electron-store brings along, answers the same signals by ending the process at once, so its
 * listeners go. Ours comes first: without any listener Node puts back the system's default, which ends at once too.
 * Signals of a fault (SIGABRT, SIGTRAP …) are left alone: they are the crash reporter's.
 */
export function quitOnSignals({ app }: Needs<'app'>, log: ShellLog): void {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    const others = process.listeners(signal);
    process.on(signal, () => {
      log.info({ signal }, 'Asked to end');
      app.quit();
    });
    for (const other of others) process.off(signal, other);
  }
}
