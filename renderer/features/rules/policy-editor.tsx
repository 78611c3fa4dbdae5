/** Writing a policy, and trying it out on the last requests before it holds. */
import {
  Alert,
  Button,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Radio,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DryRun, PolicyView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ReviewRouteFields } from '#renderer/ui/review-route-fields.tsx';
import { DryRunResult, dryRunPage } from './dry-run-result.tsx';
import { NamedList } from './named-list.tsx';
import { policyProblem, toPolicy, type PolicyForm } from './policy-form.ts';
import { applicationsQuery, entitlementsQuery, groupsQuery, peopleQuery } from './rules.queries.ts';

const choices = [
  { name: 'risks', label: 'Risk', values: { low: 'Low', medium: 'Medium', high: 'High' } },
  { name: 'actions', label: 'Asks to', values: { GRANT: 'Give access', REVOKE: 'Take access away' } },
  { name: 'terms', label: 'How long', values: { permanent: 'Permanent', temporary: 'For a time' } },
  {
    name: 'requestedBy',
    label: 'Asked by',
    values: { self: 'The person it is for', manager: 'Their manager', other: 'Somebody else' },
  },
  { name: 'accountKinds', label: 'Account', values: { employee: 'Of the person', service: 'Service account' } },
] as const;
const tags = [
  { name: 'departments', label: 'Departments' },
  { name: 'jobTitles', label: 'Job titles' },
  { name: 'employmentTypes', label: 'Employment types' },
  { name: 'organizations', label: 'Organisations' },
  { name: 'entitlementKinds', label: 'Kinds of entitlement' },
] as const;

export function PolicyEditor(props: {
  readonly policy: PolicyView | null;
  readonly initial: PolicyForm;
  readonly mayChange: boolean;
  readonly onClose: () => void;
}) {
  const { policy } = props;
  const [form, setForm] = useState(props.initial);
  const set = (part: Partial<PolicyForm>) => setForm({ ...form, ...part });
  const [search, setSearch] = useState({ people: '', applications: '', entitlements: '' });
  const people = useQuery(peopleQuery(search.people));
  const applications = useQuery(applicationsQuery(search.applications));
  const entitlements = useQuery(entitlementsQuery(search.entitlements));
  const groups = useQuery(groupsQuery());
  const save = useCommand(client.rules.savePolicy, {
    report: 'inline',
    success: 'The policy is saved.',
    onDone: props.onClose,
  });
  const [trial, setTrial] = useState<{ readonly requests: number; readonly place: number | null }>({
    requests: 200,
    place: null,
  });
  const [result, setResult] = useState<DryRun | null>(null);
  const tried = useMutation({
    onSuccess: setResult,
    mutationFn: (page: number) => {
      const { conditions, effect } = toPolicy(form);
      const from = (page - 1) * dryRunPage;
      return client.rules.dryRun({
        policyId: policy?.id ?? null,
        conditions,
        effect,
        ...trial,
        from,
        rows: dryRunPage,
      });
    },
  });
  const problem = policyProblem(form);
  const refused = save.refusal?.message ?? save.problem ?? (tried.isError ? messageOfError(tried.error) : null);
  return (
    <Modal opened onClose={props.onClose} size="xl" title={policy === null ? 'Add a policy' : policy.name}>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={120}
          value={form.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          data-autofocus
        />
        <Radio.Group
          label="What it does"
          value={form.effect}
          onChange={(effect) => set({ effect: effect as PolicyForm['effect'] })}
        >
          <Group mt={6}>
            <Radio value="autoApprove" label="Approve" />
            <Radio value="autoDeny" label="Deny" />
            <Radio value="route" label="Send to reviewers" />
          </Group>
        </Radio.Group>
        {form.effect === 'autoDeny' && (
          <Textarea
            label="Reason"
            description="The requester reads it."
            required
            value={form.reason}
            onChange={(event) => set({ reason: event.currentTarget.value })}
          />
        )}
        {form.effect === 'route' && (
          <ReviewRouteFields
            value={form.route}
            onChange={(route) => set({ route })}
            error={null}
            people={people.data?.rows ?? []}
            onSearchPeople={(text) => setSearch({ ...search, people: text })}
            groups={groups.data?.rows ?? []}
          />
        )}
        <Text size="sm" c="dimmed">
          It matches when everything below holds. What is left empty does not count.
        </Text>
        <Group grow align="flex-start">
          {choices.slice(0, 3).map((choice) => (
            <Choice key={choice.name} {...choice} form={form} set={set} />
          ))}
        </Group>
        <Group grow align="flex-start">
          {choices.slice(3).map((choice) => (
            <Choice key={choice.name} {...choice} form={form} set={set} />
          ))}
          <NumberInput
            label="At most (hours)"
            placeholder="Any time"
            min={0.25}
            value={form.maximumHours ?? ''}
            onChange={(hours) => set({ maximumHours: hours === '' ? null : Number(hours) })}
          />
        </Group>
        <SimpleGrid cols={2} spacing="md">
          {tags.map(({ name, label }) => (
            <TagsInput
              key={name}
              label={label}
              placeholder="Any"
              value={form.words[name] ?? []}
              onChange={(value) => set({ words: { ...form.words, [name]: value } })}
            />
          ))}
        </SimpleGrid>
        <NamedList
          label="Applications"
          value={form.applications}
          onChange={(value) => set({ applications: value })}
          found={(applications.data?.rows ?? []).map(({ id, name }) => ({ id, name }))}
          onSearch={(text) => setSearch({ ...search, applications: text })}
        />
        <NamedList
          label="Entitlements"
          value={form.entitlements}
          onChange={(value) => set({ entitlements: value })}
          found={(entitlements.data?.rows ?? []).map(({ id, name, application }) => ({
            id,
            name,
            detail: application.name,
          }))}
          onSearch={(text) => setSearch({ ...search, entitlements: text })}
        />
        <NamedList
          label="For these people"
          value={form.beneficiaries}
          onChange={(value) => set({ beneficiaries: value })}
          found={(people.data?.rows ?? []).map(({ id, fullName, workEmail }) => ({
            id,
            name: fullName,
            detail: workEmail,
          }))}
          onSearch={(text) => setSearch({ ...search, people: text })}
        />
        {result !== null && (
          <DryRunResult result={result} page={tried.variables ?? 1} onPage={(page) => tried.mutate(page)} />
        )}
        {refused !== null && (
          <Alert color="red" role="alert">
            {refused}
          </Alert>
        )}
        <Group gap="xs" align="flex-end">
          <NumberInput
            label="Requests to look back"
            w={170}
            min={1}
            max={1000}
            allowDecimal={false}
            value={trial.requests}
            onChange={(requests) => setTrial({ ...trial, requests: Number(requests) || 200 })}
          />
          <NumberInput
            label="Tried at place"
            placeholder={policy === null ? 'Last' : 'Where it is'}
            w={140}
            min={1}
            allowDecimal={false}
            value={trial.place ?? ''}
            onChange={(place) => setTrial({ ...trial, place: Number(place) || null })}
          />
          <Button variant="default" loading={tried.isPending} onClick={() => tried.mutate(1)}>
            Try it out on the last requests
          </Button>
        </Group>
        <Group justify="flex-end" gap="xs">
          {props.mayChange && (
            <Button
              loading={save.isPending}
              disabled={problem !== null}
              title={problem ?? undefined}
              onClick={() =>
                void save.run({ ...toPolicy(form), policyId: policy?.id ?? null, version: policy?.version ?? 0 })
              }
            >
              Save policy
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Choice({
  name,
  label,
  values,
  form,
  set,
}: (typeof choices)[number] & {
  readonly form: PolicyForm;
  readonly set: (part: Partial<PolicyForm>) => void;
}) {
  const given: readonly string[] = form.words[name] ?? [];
  return (
    <MultiSelect
      label={label}
      placeholder={given.length === 0 ? 'Any' : ''}
      data={Object.entries(values).map(([value, words]) => ({ value, label: words }))}
      value={[...given]}
      onChange={(value) => set({ words: { ...form.words, [name]: value } })}
    />
  );
}
