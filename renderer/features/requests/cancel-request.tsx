/** Withdrawing a request before it is decided. */
import type { RequestDetail } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { ConfirmButton } from '#renderer/ui/confirm-button.tsx';

export function CancelRequest({ request }: { readonly request: RequestDetail }) {
  const cancel = useCommand(client.requests.cancel, {
    report: 'inline',
    success: `Request #${request.number} is cancelled.`,
  });
  return (
    <ConfirmButton
      title={`Cancel request #${request.number}?`}
      message="What is still in review is withdrawn, and its reviewers have nothing left to do. What was already decided stays as it is. The request remains in the list and its trail."
      confirmLabel="Cancel the request"
      cancelLabel="Keep the request"
      danger
      reason="optional"
      reasonLabel="Reason (optional)"
      problem={cancel.refusal?.message ?? cancel.problem}
      pending={cancel.isPending}
      onConfirm={async (reason) => {
        const result = await cancel.run({
          requestId: request.id,
          basedOn: request.version,
          reason: reason === '' ? null : reason,
        });
        return result?.outcome === 'done';
      }}
    >
      Cancel request
    </ConfirmButton>
  );
}
