/** The review of one entitlement: the application's, or one of its own. */
import { Alert, Button, Group, Modal, Radio, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EntitlementRow } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import {
  newReview,
  routeFormProblem,
  toReviewForm,
  toReviewSettings,
  type ReviewForm,
} from '#renderer/ui/review-form.ts';
import { ReviewFields } from './review-fields.tsx';

type Choice = 'application' | 'review' | 'auto';

export function EntitlementReview({
  entitlement,
  onClose,
}: {
  readonly entitlement: EntitlementRow;
  readonly onClose: () => void;
}) {
  const known = useQuery(orpc.rules.entitlementReview.queryOptions({ input: { entitlementId: entitlement.id } }));
  return (
    <Modal opened onClose={onClose} size="lg" title={`Review of ${entitlement.name}`}>
      {known.data === undefined ? null : (
        <Editor
          key={known.data.applicationVersion}
          entitlement={entitlement}
          initial={
            known.data.settings === null
              ? newReview
              : toReviewForm(
                  known.data.settings,
                  (id) => known.data.people.find((person) => person.id === id)?.fullName ?? id,
                )
          }
          choice={known.data.settings?.approval ?? 'application'}
          applicationVersion={known.data.applicationVersion}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

function Editor(props: {
  readonly entitlement: EntitlementRow;
  readonly initial: ReviewForm;
  readonly choice: Choice;
  readonly applicationVersion: number;
  readonly onClose: () => void;
}) {
  const [choice, setChoice] = useState<Choice>(props.choice);
  const [form, setForm] = useState(props.initial);
  const problem = choice === 'review' ? routeFormProblem(form) : null;
  const save = useCommand(client.rules.setEntitlementReview, {
    report: 'inline',
    success: 'The review of this entitlement is saved.',
    onDone: props.onClose,
  });
  return (
    <Stack gap="md">
      <Radio.Group label="Reviewed by" value={choice} onChange={(value) => setChoice(value as Choice)}>
        <Stack gap="xs" mt={6}>
          <Radio value="application" label={`The settings of ${props.entitlement.application.name}`} />
          <Radio value="review" label="Settings of its own" />
          <Radio value="auto" label="Nobody: approved at once" description="The trail records that this setting did." />
        </Stack>
      </Radio.Group>
      {choice === 'review' && <ReviewFields value={form} onChange={setForm} isIdle={false} error={problem} />}
      {(save.refusal !== null || save.problem !== null) && (
        <Alert color="red" role="alert">
          {save.refusal?.message ?? save.problem}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={props.onClose}>
          Cancel
        </Button>
        <Button
          loading={save.isPending}
          disabled={problem !== null}
          onClick={() =>
            void save.run({
              entitlementId: props.entitlement.id,
              applicationVersion: props.applicationVersion,
              settings: choice === 'application' ? null : toReviewSettings(form, choice),
            })
          }
        >
          Save review
        </Button>
      </Group>
    </Stack>
  );
}
