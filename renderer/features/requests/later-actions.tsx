/** What can be decided about access that is held for a time: to prolong it, to end it early, or not to renew it. */
import { Group } from '@mantine/core';
import { IconCalendarOff, IconCalendarPlus } from '@tabler/icons-react';
import type { ItemView, RequestDetail } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { ConfirmButton } from '#renderer/ui/confirm-button.tsx';
import { localTime } from '#renderer/ui/format.ts';
import classes from './request-page.module.css';

export interface LaterActionsProps {
  readonly item: ItemView;
  readonly request: Pick<RequestDetail, 'id'>;
}

export function LaterActions({ item, request }: LaterActionsProps) {
  if (!item.mayExtend && !item.mayEndEarly && !item.mayNotRenew) return null;
  const what = `${item.entitlement.name} for ${item.beneficiary.fullName}`;
  return (
    <Group gap="xs" className={classes.part}>
      {item.mayExtend && (
        <ButtonLink
          to="/requests/new"
          search={{ request: request.id, prolong: item.id }}
          size="compact-sm"
          variant="light"
          leftSection={<IconCalendarPlus size={15} aria-hidden />}
          aria-label={`Extend ${what}`}
        >
          Extend
        </ButtonLink>
      )}
      {item.mayNotRenew && <NotRenew item={item} what={what} />}
      {item.mayEndEarly && <EndEarly item={item} what={what} />}
    </Group>
  );
}

interface ActionProps {
  readonly item: ItemView;
  readonly what: string;
}

function EndEarly({ item, what }: ActionProps) {
  const end = useCommand(client.requests.endEarly, { report: 'inline', success: 'The access ends now.' });
  return (
    <ConfirmButton
      size="compact-sm"
      leftSection={<IconCalendarOff size={15} aria-hidden />}
      title={`End ${what} now?`}
      message={`The access was to end ${item.expiresAt === null ? 'later' : localTime(item.expiresAt)}. It is taken away in the application now, and the trail says who ended it and why.`}
      confirmLabel="End it now"
      danger
      reason="required"
      reasonLabel="Why it ends early"
      problem={end.refusal?.message ?? end.problem}
      pending={end.isPending}
      onConfirm={async (reason) => (await end.run({ itemId: item.id, reason }))?.outcome === 'done'}
    >
      End early
    </ConfirmButton>
  );
}

function NotRenew({ item, what }: ActionProps) {
  const decide = useCommand(client.requests.notRenew, {
    report: 'inline',
    success: 'Recorded: this access is not renewed.',
  });
  return (
    <ConfirmButton
      size="compact-sm"
      title={`Do not renew ${what}?`}
      message="The access ends at its time, and nobody is reminded of it any more. An extension that is approved takes this back."
      confirmLabel="Do not renew"
      reason="optional"
      reasonLabel="Reason (optional)"
      problem={decide.refusal?.message ?? decide.problem}
      pending={decide.isPending}
      onConfirm={async (reason) =>
        (await decide.run({ itemId: item.id, reason: reason === '' ? null : reason }))?.outcome === 'done'
      }
    >
      Do not renew
    </ConfirmButton>
  );
}
