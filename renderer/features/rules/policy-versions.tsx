/** Every version of a policy, the newest first. */
import { Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { PolicyView } from '#core/contract/index.ts';
import { orpc } from '#renderer/data/client.ts';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { conditionWords, effectWords } from './policy-form.ts';
import { RuleCard, RuleList } from './rule-card.tsx';

export function PolicyVersions({ policy, onClose }: { readonly policy: PolicyView; readonly onClose: () => void }) {
  const versions = useQuery(orpc.rules.policyVersions.queryOptions({ input: { policyId: policy.id } }));
  return (
    <Modal opened onClose={onClose} size="lg" title={`Versions of ${policy.name}`}>
      <Stack>
        <RuleList label="Versions">
          {(versions.data?.rows ?? []).map((version) => (
            <RuleCard
              key={version.version}
              name={`Version ${version.version}: ${version.name}`}
              isActive={version.state === 'active'}
            >
              {conditionWords(version.conditions, versions.data?.names ?? {})}
              <br />
              {effectWords(version.effect)}
              <Text size="xs" c="dimmed" component="div">
                {version.changedBy.fullName}, <TimeText at={version.changedAt} />
              </Text>
            </RuleCard>
          ))}
        </RuleList>
      </Stack>
    </Modal>
  );
}
