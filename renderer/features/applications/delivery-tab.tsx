/** How an application is discovered and delivered to, and what people are told who do its work by hand. */
import { Alert, Button, Group, NumberInput, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ApplicationDetail } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { counted, spanOfMinutes } from '#renderer/ui/format.ts';
import classes from './applications.module.css';
import { cannotDiscover, cannotDiscoverText } from './discovery-text.ts';

export function DeliveryTab({ application }: { readonly application: ApplicationDetail }) {
  const { delivery } = application;
  if (!application.mayManage) return <ReadOnly application={application} />;
  return (
    <div className={classes.split}>
      <Stack gap="md">
        <ByHand key={`${delivery.byHandHours} ${delivery.instructions}`} application={application} />
        <Discovery
          key={`${delivery.discoveryEveryMinutes} ${delivery.dropPercent} ${delivery.concurrency}`}
          application={application}
        />
      </Stack>
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          What the settings do
        </Text>
        <Text size="sm" c="dimmed">
          Work by hand is a task for the owners and administrators. They see the instructions with it and are reminded
          once it is overdue, every day until it is done.
        </Text>
        <Text size="sm" c="dimmed">
          The next discovery, or an import of grants, confirms what was done by hand, or raises a finding.
        </Text>
        <Text size="sm" c="dimmed">
          A discovery that would end more than the set share of accounts or grants, and three or more of them, stops and
          asks; so does one that is told of no account at all.
        </Text>
      </Stack>
    </div>
  );
}

function ByHand({ application }: { readonly application: ApplicationDetail }) {
  const { delivery } = application;
  const [instructions, setInstructions] = useState(delivery.instructions ?? '');
  const [hours, setHours] = useState<number | null>(delivery.byHandHours);
  const save = useCommand(client.applications.changeByHand, {
    report: 'inline',
    success: 'What people are told is saved.',
  });
  const changed = instructions.trim() !== (delivery.instructions ?? '') || hours !== delivery.byHandHours;
  return (
    <form
      className={classes.card}
      aria-label="Work by hand"
      onSubmit={(event) => {
        event.preventDefault();
        const text = instructions.trim();
        void save.run({
          applicationId: application.id,
          instructions: text === '' ? null : text,
          byHandHours: hours,
        });
      }}
    >
      <Stack gap="sm">
        <Text fw={600}>Work by hand</Text>
        <Textarea
          label="Instructions"
          description="How access is given and taken away, and what is to be left as evidence. Single entitlements can have their own, on the Entitlements tab."
          autosize
          minRows={3}
          maxRows={14}
          maxLength={4000}
          value={instructions}
          onChange={(event) => setInstructions(event.currentTarget.value)}
        />
        <NumberInput
          label="Hours to do it"
          description="From when it comes to people. Empty: it is due at no particular time, and nobody is reminded."
          min={1}
          max={8760}
          allowDecimal={false}
          maw={240}
          value={hours ?? ''}
          onChange={(value) => setHours(value === '' ? null : Number(value))}
        />
        <Foot save={save} changed={changed} label="Save instructions" />
      </Stack>
    </form>
  );
}

const schedules: readonly (readonly [minutes: string, label: string])[] = [
  ['never', 'When somebody asks'],
  ['60', 'Every hour'],
  ['360', 'Every 6 hours'],
  ['1440', 'Every day'],
  ['10080', 'Every week'],
];

function Discovery({ application }: { readonly application: ApplicationDetail }) {
  const { delivery } = application;
  const present = delivery.discoveryEveryMinutes === null ? 'never' : String(delivery.discoveryEveryMinutes);
  const [schedule, setSchedule] = useState(present);
  const [dropPercent, setDropPercent] = useState(delivery.dropPercent);
  const [concurrency, setConcurrency] = useState<number | null>(delivery.concurrency);
  const save = useCommand(client.applications.changeDelivery, {
    report: 'inline',
    success: 'The settings of discovery and delivery are saved.',
  });
  const choices = schedules.some(([minutes]) => minutes === present)
    ? schedules
    : [...schedules, [present, `Every ${spanOfMinutes(Number(present))}`] as const];
  const changed = schedule !== present || dropPercent !== delivery.dropPercent || concurrency !== delivery.concurrency;
  return (
    <form
      className={classes.card}
      aria-label="Discovery and delivery"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run({
          applicationId: application.id,
          discoveryEveryMinutes: schedule === 'never' ? null : Number(schedule),
          dropPercent,
          concurrency,
        });
      }}
    >
      <Stack gap="sm">
        <Text fw={600}>Discovery and delivery</Text>
        <Select
          label="Discovered"
          description={cannotDiscover(application) ? cannotDiscoverText : undefined}
          disabled={cannotDiscover(application) && schedule === 'never'}
          data={choices.map(([value, label]) => ({ value, label }))}
          value={schedule}
          allowDeselect={false}
          maw={240}
          onChange={(value) => setSchedule(value ?? 'never')}
        />
        <NumberInput
          label="Asks when more than this share would be gone"
          description="Of the accounts or of the grants, in percent."
          suffix=" %"
          min={1}
          max={100}
          allowDecimal={false}
          maw={240}
          value={dropPercent}
          onChange={(value) => setDropPercent(Number(value))}
        />
        <NumberInput
          label="Deliveries at once"
          description="At most. Empty: as many as its connector bears."
          min={1}
          max={100}
          allowDecimal={false}
          maw={240}
          value={concurrency ?? ''}
          onChange={(value) => setConcurrency(value === '' ? null : Number(value))}
        />
        <Foot save={save} changed={changed && dropPercent >= 1} label="Save settings" />
      </Stack>
    </form>
  );
}

interface FootProps {
  readonly save: {
    readonly refusal: { readonly message: string } | null;
    readonly problem: string | null;
    readonly isPending: boolean;
  };
  readonly changed: boolean;
  readonly label: string;
}

function Foot({ save, changed, label }: FootProps) {
  return (
    <>
      {(save.refusal !== null || save.problem !== null) && (
        <Alert color="red" variant="light" role="alert">
          {save.refusal?.message ?? save.problem}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button type="submit" disabled={!changed} loading={save.isPending}>
          {label}
        </Button>
      </Group>
    </>
  );
}

function ReadOnly({ application: { delivery } }: { readonly application: ApplicationDetail }) {
  return (
    <div className={classes.card}>
      <dl className={classes.facts}>
        <dt>By hand</dt>
        <dd>
          {delivery.byHandHours === null
            ? 'Due at no particular time'
            : `Due within ${counted(delivery.byHandHours, 'hour')}`}
        </dd>
        <dt>Discovered</dt>
        <dd>
          {delivery.discoveryEveryMinutes === null
            ? 'When somebody asks'
            : `Every ${spanOfMinutes(delivery.discoveryEveryMinutes)}`}
        </dd>
        <dt>Asks</dt>
        <dd>When more than {delivery.dropPercent} % would be gone</dd>
        <dt>Deliveries at once</dt>
        <dd>{delivery.concurrency ?? 'As many as its connector bears'}</dd>
      </dl>
      <Text size="xs" c="dimmed" mt="md">
        Its owners and administrators can change this.
      </Text>
    </div>
  );
}
