/** The console around every screen: navigation, who is signed in, the palette, and the keys that work everywhere. */
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useRef } from 'react';
import type { Operator, WorkspaceStatus } from '#core/contract/index.ts';
import { NoticesBell } from '#renderer/features/notices/notices-bell.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Navigation } from './navigation.tsx';
import { useShellKeys } from './use-shell-keys.ts';
import classes from './shell.module.css';

const CommandPalette = lazy(async () => {
  const { CommandPalette: palette } = await import('./command-palette.tsx');
  return { default: palette };
});

export interface ShellProps {
  readonly status: WorkspaceStatus;
  readonly operator: Operator;
}

export function Shell({ status, operator }: ShellProps) {
  const main = useRef<HTMLElement>(null);
  useShellKeys(operator);
  return (
    <div className={classes.shell}>
      <a
        className={classes.skip}
        href="#content"
        onClick={(event) => {
          // The address is the router's; only the focus moves.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      {status.kind === 'sample' && (
        <section className={classes.banner} aria-label="About this workspace">
          <span>
            <strong>Sample organisation.</strong> Made-up people; anyone at this console may choose who they are. The
            SCIM service is real and runs on this machine.
          </span>
        </section>
      )}
      <aside className={classes.side}>
        <Navigation status={status} />
        <div className={classes.person}>
          <NoticesBell />
          <AccountMenu operator={operator} status={status} />
        </div>
      </aside>
      <main ref={main} id="content" tabIndex={-1} className={classes.main}>
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
      <Suspense>
        <CommandPalette />
      </Suspense>
    </div>
  );
}
