/** Which duties are to be kept apart. */
import { Alert, Button, Group, Modal, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reviewerKinds, type ConflictRuleView, type EntitlementId } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { reviewerKindWords } from '#renderer/ui/reviewer-kinds.ts';
import { NamedList, type Named } from './named-list.tsx';
import { RuleCard, RuleList } from './rule-card.tsx';
import { entitlementsQuery } from './rules.queries.ts';

const effectWords: Readonly<Record<ConflictRuleView['effect'], string>> = {
  warn: 'Shown as a warning',
  requireLevel: 'Needs a further review',
  forbid: 'Forbidden',
};

export function ConflictRules() {
  const rules = useQuery(orpc.rules.conflictRules.queryOptions());
  const [edited, setEdited] = useState<ConflictRuleView | 'new' | null>(null);
  const setState = useCommand(client.rules.setConflictRuleState);
  if (rules.isError) return <ErrorState message={messageOfError(rules.error)} onRetry={() => void rules.refetch()} />;
  if (rules.data === undefined) return null;
  const { rows, mayChange } = rules.data;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={640}>
          Nobody should hold one of each side. It counts what is held and what is asked for.
        </Text>
        {mayChange && <Button onClick={() => setEdited('new')}>Add a rule</Button>}
      </Group>
      {rows.length === 0 && <EmptyState title="No rules yet">Any entitlements may be held together.</EmptyState>}
      <RuleList label="Conflicts of duty">
        {rows.map((rule) => (
          <RuleCard
            key={rule.id}
            name={rule.name}
            isActive={rule.state === 'active'}
            actions={
              mayChange && (
                <>
                  <Button size="compact-sm" variant="default" onClick={() => setEdited(rule)}>
                    Change
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() =>
                      void setState.run({
                        conflictRuleId: rule.id,
                        version: rule.version,
                        state: rule.state === 'active' ? 'inactive' : 'active',
                      })
                    }
                  >
                    {rule.state === 'active' ? 'Deactivate' : 'Activate'}
                  </Button>
                </>
              )
            }
          >
            {names(rule.left)} against {names(rule.right)}
            <br />
            {effectWords[rule.effect]}
            {rule.effect === 'requireLevel' && ` by: ${reviewerKindWords[rule.reviewerKind].label.toLowerCase()}`}
          </RuleCard>
        ))}
      </RuleList>
      {edited !== null && <Editor rule={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </Stack>
  );
}

/** A rule may name hundreds; the editor shows them all. */
function names(list: ConflictRuleView['left']): string {
  const shown = list.slice(0, 5).map((one) => `${one.name} (${one.application})`);
  return [...shown, ...(list.length > 5 ? [`${list.length - 5} more`] : [])].join(', ');
}

function Editor({ rule, onClose }: { readonly rule: ConflictRuleView | null; readonly onClose: () => void }) {
  const [name, setName] = useState(rule?.name ?? '');
  const [description, setDescription] = useState(rule?.description ?? '');
  const [left, setLeft] = useState<readonly Named<EntitlementId>[]>(rule?.left ?? []);
  const [right, setRight] = useState<readonly Named<EntitlementId>[]>(rule?.right ?? []);
  const [effect, setEffect] = useState<ConflictRuleView['effect']>(rule?.effect ?? 'requireLevel');
  const [reviewerKind, setReviewerKind] = useState(rule?.reviewerKind ?? 'riskManager');
  const [search, setSearch] = useState('');
  const found = useQuery(entitlementsQuery(search));
  const save = useCommand(client.rules.saveConflictRule, {
    report: 'inline',
    success: 'The rule is saved.',
    onDone: onClose,
  });
  const entitlements = (found.data?.rows ?? []).map((row) => ({
    id: row.id,
    name: row.name,
    detail: row.application.name,
  }));
  const problem = save.refusal?.message ?? save.problem;
  return (
    <Modal opened onClose={onClose} size="lg" title={rule === null ? 'Add a rule about duties' : rule.name}>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <NamedList label="One of these" value={left} onChange={setLeft} found={entitlements} onSearch={setSearch} />
        <NamedList
          label="Together with one of these"
          value={right}
          onChange={setRight}
          found={entitlements}
          onSearch={setSearch}
        />
        <Radio.Group
          label="What happens"
          value={effect}
          onChange={(value) => setEffect(value as ConflictRuleView['effect'])}
        >
          <Stack gap="xs" mt={6}>
            <Radio
              value="warn"
              label="A warning"
              description="Requester and reviewers see it, and the trail keeps it."
            />
            <Radio value="requireLevel" label="A further level of review" description="After the others." />
            <Radio value="forbid" label="Forbidden" description="It cannot be asked for." />
          </Stack>
        </Radio.Group>
        {effect === 'requireLevel' && (
          <Select
            label="Reviewed by"
            allowDeselect={false}
            data={reviewerKinds.map((kind) => ({ value: kind, label: reviewerKindWords[kind].label }))}
            value={reviewerKind}
            onChange={(kind) => setReviewerKind(kind ?? 'riskManager')}
          />
        )}
        {problem !== null && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button
            loading={save.isPending}
            disabled={name.trim() === '' || left.length === 0 || right.length === 0}
            onClick={() =>
              void save.run({
                conflictRuleId: rule?.id ?? null,
                version: rule?.version ?? 0,
                name,
                description: description.trim() === '' ? null : description,
                left: left.map((one) => one.id),
                right: right.map((one) => one.id),
                effect,
                reviewerKind,
              })
            }
          >
            Save rule
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
