/** The settings of an application: to change for who may, else to read. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ApplicationDetail } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import { routeWords } from '#renderer/ui/review-form.ts';
import { reviewerKindWords } from '#renderer/ui/reviewer-kinds.ts';
import classes from './applications.module.css';
import { approvalWords, fulfillmentWords } from './connection-state.ts';
import { SettingsFormFields } from './settings-form.tsx';
import { toSettings, toSettingsForm } from './settings-payload.ts';

export function OverviewTab({ application }: { readonly application: ApplicationDetail }) {
  return application.mayManage ? <Editable application={application} /> : <ReadOnly application={application} />;
}

function Editable({ application }: { readonly application: ApplicationDetail }) {
  // What is being edited stays what it was when somebody else saves meanwhile; saving over it would be refused.
  const [base, setBase] = useState(application);
  const [savedVersion, setSavedVersion] = useState<number | null>(null);
  const change = useCommand(client.applications.change, {
    report: 'inline',
    success: 'The settings are saved.',
    onDone: ({ version }) => setSavedVersion(version),
  });
  const isOutdated = application.version !== base.version;
  if (isOutdated && application.version === savedVersion) setBase(application);

  return (
    <div className={classes.split}>
      <div className={classes.card}>
        {isOutdated && !change.isPending && (savedVersion === null || application.version > savedVersion) && (
          <Alert color="yellow" mb="md" role="alert">
            <Group justify="space-between">
              Somebody else changed these settings meanwhile.
              <Button size="compact-xs" variant="default" onClick={() => setBase(application)}>
                Show theirs
              </Button>
            </Group>
          </Alert>
        )}
        <SettingsFormFields
          key={base.version}
          initial={toSettingsForm(base)}
          submitLabel="Save settings"
          onlyWhenChanged
          isPending={change.isPending}
          problem={change.refusal?.message ?? change.problem}
          onSubmit={(form) =>
            void change.run({ ...toSettings(form), applicationId: application.id, version: base.version })
          }
        />
      </div>
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          What the settings do
        </Text>
        <Text size="sm" c="dimmed">
          They hold for requests from now on. What is in review keeps the review it was submitted with.
        </Text>
        <Text size="sm" c="dimmed">
          Nobody decides their own request, whatever the order of reviewers says.
        </Text>
      </Stack>
    </div>
  );
}

function ReadOnly({ application }: { readonly application: ApplicationDetail }) {
  const { reviewSettings } = application;
  return (
    <div className={classes.card}>
      <dl className={classes.facts}>
        <dt>Primary owner</dt>
        <dd>
          {application.primaryOwner === null ? (
            'No owner'
          ) : (
            <PersonLabel person={application.primaryOwner} detail="email" />
          )}
        </dd>
        <dt>Secondary owners</dt>
        <dd>
          {application.secondaryOwners.length === 0 ? (
            'None'
          ) : (
            <Stack gap={6}>
              {application.secondaryOwners.map((person) => (
                <PersonLabel key={person.id} person={person} />
              ))}
            </Stack>
          )}
        </dd>
        <dt>Fulfillment</dt>
        <dd>{fulfillmentWords[application.fulfillment]}</dd>
        <dt>Approval</dt>
        <dd>{approvalWords[reviewSettings.approval]}</dd>
        {reviewSettings.approval === 'review' && (
          <>
            <dt>Reviewers</dt>
            <dd>{routeWords(reviewSettings, (kind) => reviewerKindWords[kind].label.toLowerCase())}</dd>
          </>
        )}
      </dl>
      <Text size="xs" c="dimmed" mt="md">
        Its owners and administrators can change this.
      </Text>
    </div>
  );
}
