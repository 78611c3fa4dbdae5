/** The request at a glance: why it was asked for, and how far its review has come. */
import { Stack, Text } from '@mantine/core';
import type { RequestDetail } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { ProgressMeter } from '#renderer/ui/progress-meter.tsx';
import classes from './request-page.module.css';

export function RequestFacts({ request }: { readonly request: RequestDetail }) {
  return (
    <section className={classes.facts} aria-label="The request">
      <div>
        <Text className={classes.partTitle}>Justification</Text>
        <Text size="sm" className={classes.justification}>
          {request.justification}
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
        <Text size="xs" c="dimmed">
          {counted(request.itemCount, 'item')} for {counted(request.beneficiaryCount, 'person', 'people')}
        </Text>
      </Stack>
    </section>
  );
}
