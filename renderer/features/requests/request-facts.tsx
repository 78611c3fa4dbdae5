/** The request at a glance: why it was asked for, and how far its review has come. */
import { Stack, Text } from '@mantine/core';
import type { RequestDetail } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { ProgressMeter } from '#renderer/ui/progress-meter.tsx';
import { RequestLink, RequestLinks } from './later-facts.tsx';
import classes from './request-page.module.css';

const namedFollowers = 5;

export function RequestFacts({ request }: { readonly request: RequestDetail }) {
  return (
    <section className={classes.facts} aria-label="The request">
      <div>
        <Text className={classes.partTitle}>{request.isPart ? 'Part of a request' : 'Justification'}</Text>
        <Text size="sm" className={classes.justification}>
          {request.isPart
            ? 'You asked for the same and follow this request. You see what you asked for too, and what becomes of it.'
            : request.justification}
        </Text>
        {request.ticketReference !== null && (
          <Text size="xs" c="dimmed" mt={6}>
            Ticket {request.ticketReference}
          </Text>
        )}
      </div>
      <Stack gap={10} miw={220}>
        <div>
          <Text className={classes.partTitle}>Asked by</Text>
          <PersonLabel person={request.requester} detail="job" size="md" />
        </div>
        <div>
          <Text className={classes.partTitle}>Review, actions of everyone</Text>
          <ProgressMeter progress={request.progress} scope="everyone" focusable />
        </div>
        <History request={request} />
        <Text size="xs" c="dimmed">
          {counted(request.itemCount, 'item')} for {counted(request.beneficiaryCount, 'person', 'people')}
        </Text>
      </Stack>
    </section>
  );
}

/** How it hangs together with other requests, and who else asked for the same. */
function History({ request }: { readonly request: RequestDetail }) {
  return (
    <>
      {request.resubmits !== null && (
        <Text size="sm">
          Asks again for <RequestLink {...request.resubmits} />.
        </Text>
      )}
      {request.resubmittedBy.length > 0 && (
        <Text size="sm">
          Asked for again in <RequestLinks requests={request.resubmittedBy} />.
        </Text>
      )}
      {request.followers.length > 0 && (
        <div>
          <Text className={classes.partTitle}>Asked for the same, and follow this</Text>
          <Stack gap={4}>
            {request.followers.slice(0, namedFollowers).map((person) => (
              <PersonLabel key={person.id} person={person} />
            ))}
          </Stack>
          {request.followers.length > namedFollowers && (
            <Text size="xs" c="dimmed">
              and {counted(request.followers.length - namedFollowers, 'more person', 'more people')}
            </Text>
          )}
        </div>
      )}
    </>
  );
}
