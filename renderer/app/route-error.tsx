/** A screen failed as a whole: say so and offer the way on, the rest of the console still works. */
import { type ErrorComponentProps } from '@tanstack/react-router';
import { messageOfError } from '#renderer/data/errors.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { Page } from '#renderer/ui/page.tsx';

export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This screen failed">
      <ErrorState title="This screen could not be shown" message={messageOfError(error)} onRetry={reset} />
    </Page>
  );
}
