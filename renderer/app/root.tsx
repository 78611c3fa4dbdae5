/** Decides what this window shows: the first start, the sign-in, or the console for the person signed in. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { messageOfError } from '#renderer/data/errors.ts';
import { currentQuery, statusQuery } from '#renderer/data/session.ts';
import { useConnectionState } from '#renderer/data/use-connection-state.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { AddressExpired } from './address-expired.tsx';
import { ReconnectingNotice } from './reconnecting-notice.tsx';
import { Shell } from './shell/shell.tsx';
import { Splash } from './splash.tsx';

const FirstStartPage = lazy(async () => {
  const { FirstStartPage: page } = await import('#renderer/features/first-start/first-start-page.tsx');
  return { default: page };
});
const SignInPage = lazy(async () => {
  const { SignInPage: page } = await import('#renderer/features/sign-in/sign-in-page.tsx');
  return { default: page };
});

export function Root() {
  const connectionState = useConnectionState();
  if (connectionState === 'refused') return <AddressExpired />;
  return (
    <>
      <ReconnectingNotice />
      <Suspense fallback={<Splash />}>
        <Gate />
      </Suspense>
    </>
  );
}

function Gate() {
  const status = useQuery(statusQuery());
  const ready = status.data?.state === 'ready';
  const current = useQuery({ ...currentQuery(), enabled: ready });
  const failed = status.error ?? current.error;
  const waiting = status.data === undefined || (ready && current.data === undefined);
  useEffect(() => {
    if (waiting) document.title = 'Gatehouse';
  }, [waiting]);

  if (failed !== null && waiting) {
    return (
      <main>
        <ErrorState
          title="Gatehouse could not be started"
          message={messageOfError(failed)}
          onRetry={() => {
            void status.refetch();
            if (ready) void current.refetch();
          }}
        />
      </main>
    );
  }
  if (status.data === undefined) return <Splash />;
  if (status.data.state === 'new') return <FirstStartPage status={status.data} />;
  if (current.data === undefined) return <Splash />;
  if (current.data === null) return <SignInPage status={status.data} />;
  return <Shell status={status.data} operator={current.data} />;
}
