/** Asking for access: who for, what, how long and why on the left; the request as it will be submitted on the right. */
import { Alert, Button, Group, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Person } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { useOperator } from '#renderer/data/session.ts';
import { ConfirmButton } from '#renderer/ui/confirm-button.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { BeneficiaryPicker } from './beneficiary-picker.tsx';
import { Cart } from './cart.tsx';
import { deepStartOf, withDeepStart } from './deep-start.ts';
import { addPeople, hasContent, removePerson, toItems } from './draft.ts';
import classes from './new-request.module.css';
import { deepStartQuery } from './new-request.queries.ts';
import { StartEditor } from './start-editor.tsx';
import { submittedText } from './submitted-text.ts';
import { TermEditor } from './term-editor.tsx';
import { useDraft, type DraftHandle } from './use-draft.ts';
import { useFollowUp } from './use-follow-up.tsx';
import { WhatSection, type Way, type What } from './what-section.tsx';

const title = 'New request';
const maximumJustification = 2000;

export function NewRequestPage() {
  const { person } = useOperator();
  // Another person has another draft.
  return <RequestForm key={person.id} operator={person} />;
}

function RequestForm({ operator }: { readonly operator: Person }) {
  const handle = useDraft(operator);
  const { draft, change } = handle;
  const note = useDeepStart(operator, handle);
  const followUp = useFollowUp(handle);
  const navigate = useNavigate();
  const [what, setWhat] = useState<What>('add');
  const [way, setWay] = useState<Way>('pick');
  const [wasTried, setWasTried] = useState(false);
  const [lacking, setLacking] = useState<string | null>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const justificationRef = useRef<HTMLTextAreaElement>(null);
  const submit = useCommand(client.requests.submit, {
    report: 'inline',
    success: submittedText,
    onDone: ({ requestId }) => {
      handle.discard();
      void navigate({ to: '/requests/$requestId', params: { requestId } });
    },
  });

  const justification = draft.justification.trim();
  const justificationError =
    wasTried && justification === '' ? 'Say why the access is needed; reviewers decide by it.' : null;

  function trySubmit(): void {
    setWasTried(true);
    setLacking(null);
    if (draft.lines.length === 0) {
      setLacking(draft.people.length === 0 ? 'Choose who it is for first.' : 'Choose at least one thing to ask for.');
      setWhat('add');
      setWay('pick');
      searchRef.current?.focus();
      return;
    }
    if (justification === '') {
      setLacking('A justification is missing.');
      justificationRef.current?.focus();
      return;
    }
    const ticketReference = draft.ticketReference.trim();
    void submit.run({
      justification,
      ticketReference: ticketReference === '' ? null : ticketReference,
      items: toItems(draft),
      resubmitsRequestId: draft.resubmits?.requestId ?? null,
    });
  }

  return (
    <Page
      title={title}
      fill
      actions={
        hasContent(draft) ? (
          <ConfirmButton
            title="Start over?"
            message="The lines, the justification and the people of this draft are thrown away."
            confirmLabel="Start over"
            danger
            onConfirm={() => {
              handle.startOver();
              setWasTried(false);
              setLacking(null);
              submit.reset();
            }}
          >
            Start over
          </ConfirmButton>
        ) : undefined
      }
    >
      {note}
      {followUp}
      {draft.resubmits !== null && (
        <Alert color="petrol" py="xs">
          This asks again for what came to nothing in request #{draft.resubmits.number}. Its history stays linked.
        </Alert>
      )}
      {!handle.isKept && (
        <Alert color="yellow">
          This draft is too large to survive a reload of the window. Submit it before you leave.
        </Alert>
      )}
      <div className={classes.columns}>
        <form className={classes.form} aria-label="What to ask for" onSubmit={(event) => event.preventDefault()}>
          <Section title="Who is it for">
            <BeneficiaryPicker
              operator={operator}
              people={draft.people}
              onAdd={(people) => change((current) => addPeople(current, people))}
              onRemove={(personId) => change((current) => removePerson(current, personId))}
            />
          </Section>
          <Section title="What">
            <WhatSection
              draft={draft}
              change={change}
              what={what}
              onWhat={setWhat}
              way={way}
              onWay={setWay}
              searchRef={searchRef}
            />
          </Section>
          <Section title="How long">
            <TermEditor
              label="How long for the whole request"
              value={draft.term}
              onChange={(term) => change((current) => ({ ...current, term }))}
            />
            <StartEditor
              value={draft.startsAt}
              onChange={(startsAt) => change((current) => ({ ...current, startsAt }))}
            />
          </Section>
          <Section title="Why">
            <Textarea
              ref={justificationRef}
              label="Justification"
              description="Reviewers decide by it, and it stays in the trail."
              required
              autosize
              minRows={3}
              maxRows={8}
              maxLength={maximumJustification}
              error={justificationError}
              value={draft.justification}
              onChange={(event) => {
                const text = event.currentTarget.value;
                change((current) => ({ ...current, justification: text }));
              }}
            />
            <TextInput
              mt="sm"
              label="Ticket reference"
              description="Optional, for example INC-1042."
              maxLength={100}
              maw={280}
              value={draft.ticketReference}
              onChange={(event) => {
                const text = event.currentTarget.value;
                change((current) => ({ ...current, ticketReference: text }));
              }}
            />
          </Section>
        </form>
        <Cart
          draft={draft}
          change={change}
          onSubmit={trySubmit}
          isSubmitting={submit.isPending}
          problem={submit.refusal?.message ?? submit.problem ?? lacking}
        />
      </div>
    </Page>
  );
}

function Section({ title: heading, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{heading}</h2>
      {children}
    </section>
  );
}

/** Puts what the address names into the draft, once, and says so when there was a draft already. */
function useDeepStart(operator: Person, { draft, change, wasRestored, startOver }: DraftHandle): React.ReactNode {
  const address = deepStartOf(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [applied, setApplied] = useState<'nothing' | 'added' | 'unknown'>('nothing');
  const [isDismissed, setIsDismissed] = useState(false);
  const [had] = useState(() => wasRestored && hasContent(draft));
  const start = useQuery({
    ...deepStartQuery(operator.id, address?.beneficiary, address?.entitlement),
    enabled: address !== null,
  });

  const { data } = start;
  const action = address?.action ?? 'GRANT';
  const isAsked = address !== null;
  useEffect(() => {
    if (!isAsked || data === undefined) return;
    const isUnknown = data.person === null || (address?.entitlement !== undefined && data.entitlement === null);
    if (!isUnknown) change((current) => withDeepStart(current, data, action));
    // Without its parameters the address can be reloaded or left and come back to without adding again.
    void navigate({ to: '.', search: {}, replace: true }).then(() => setApplied(isUnknown ? 'unknown' : 'added'));
  }, [isAsked, data, action, change, navigate, address?.entitlement]);

  if (start.isError && isAsked) {
    return <ErrorState message={messageOfError(start.error)} onRetry={() => void start.refetch()} />;
  }
  if (isDismissed) return null;
  if (applied === 'unknown') {
    return (
      <Alert color="yellow" withCloseButton closeButtonLabel="Close" onClose={() => setIsDismissed(true)}>
        What this start was about is no longer there. Choose below instead.
      </Alert>
    );
  }
  if (!had) return null;
  return (
    <Alert color="petrol" withCloseButton closeButtonLabel="Close" onClose={() => setIsDismissed(true)} py="xs">
      <Group gap="sm">
        {applied === 'added' ? 'Added to the request you had begun.' : 'This is the request you had begun.'}
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            startOver();
            if (applied === 'added' && data !== undefined) change((current) => withDeepStart(current, data, action));
            setIsDismissed(true);
          }}
        >
          {applied === 'added' ? 'Keep only what was added' : 'Start over'}
        </Button>
      </Group>
    </Alert>
  );
}
