/** The policies in their order. */
import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PolicyView } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { EmptyState } from '#renderer/ui/empty-state.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { moved } from '#renderer/ui/moved.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { conditionWords, effectWords, newPolicy, toPolicyForm } from './policy-form.ts';
import { PolicyVersions } from './policy-versions.tsx';
import { RuleCard, RuleList } from './rule-card.tsx';
import { policiesQuery } from './rules.queries.ts';

export function Policies() {
  const policies = useQuery(policiesQuery());
  const [edited, setEdited] = useState<PolicyView | 'new' | null>(null);
  const [versions, setVersions] = useState<PolicyView | null>(null);
  const reorder = useCommand(client.rules.reorderPolicies);
  const setState = useCommand(client.rules.setPolicyState);
  if (policies.isError)
    return <ErrorState message={messageOfError(policies.error)} onRetry={() => void policies.refetch()} />;
  if (policies.data === undefined) return null;
  const { rows, names, mayChange } = policies.data;
  const move = (index: number, by: -1 | 1) =>
    void reorder.run({ policyIds: moved(rows, index, by).map((policy) => policy.id) });
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={640}>
          The first active policy that matches decides. Where none does, the application’s own settings hold.
        </Text>
        {mayChange && <Button onClick={() => setEdited('new')}>Add a policy</Button>}
      </Group>
      {rows.length === 0 && (
        <EmptyState title="No policies yet">Every request is reviewed as its application says.</EmptyState>
      )}
      <RuleList label="Policies in order">
        {rows.map((policy, index) => (
          <RuleCard
            key={policy.id}
            place={policy.place}
            name={policy.name}
            isActive={policy.state === 'active'}
            actions={
              <>
                {mayChange && (
                  <ActionIcon.Group>
                    <ActionIcon
                      variant="default"
                      aria-label={`Move ${policy.name} up`}
                      disabled={index === 0 || reorder.isPending}
                      onClick={() => move(index, -1)}
                    >
                      <IconArrowUp size={14} aria-hidden />
                    </ActionIcon>
                    <ActionIcon
                      variant="default"
                      aria-label={`Move ${policy.name} down`}
                      disabled={index === rows.length - 1 || reorder.isPending}
                      onClick={() => move(index, 1)}
                    >
                      <IconArrowDown size={14} aria-hidden />
                    </ActionIcon>
                  </ActionIcon.Group>
                )}
                <Button size="compact-sm" variant="default" onClick={() => setVersions(policy)}>
                  Version {policy.version}
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => setEdited(policy)}>
                  {mayChange ? 'Change' : 'Try out'}
                </Button>
                {mayChange && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() =>
                      void setState.run({
                        policyId: policy.id,
                        version: policy.version,
                        state: policy.state === 'active' ? 'inactive' : 'active',
                      })
                    }
                  >
                    {policy.state === 'active' ? 'Deactivate' : 'Activate'}
                  </Button>
                )}
              </>
            }
          >
            {conditionWords(policy.conditions, names)}
            <br />
            {effectWords(policy.effect)}
          </RuleCard>
        ))}
      </RuleList>
      {edited !== null && (
        <PolicyEditor
          policy={edited === 'new' ? null : edited}
          initial={edited === 'new' ? newPolicy : toPolicyForm(edited, names)}
          mayChange={mayChange}
          onClose={() => setEdited(null)}
        />
      )}
      {versions !== null && <PolicyVersions policy={versions} onClose={() => setVersions(null)} />}
    </Stack>
  );
}
