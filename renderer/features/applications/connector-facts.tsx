/** What a connector declares of itself besides its abilities: what accounts are made from, what a second attempt does, its pace. */
import { Text } from '@mantine/core';
import type { ConnectorView } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';

type EffectClass = NonNullable<ConnectorView['effects'][keyof ConnectorView['effects']]>;

const attributeWords: Readonly<Record<string, string>> = {
  username: 'User name',
  email: 'E-mail',
  displayName: 'Name',
  firstName: 'First name',
  lastName: 'Last name',
  department: 'Department',
  jobTitle: 'Job title',
  employeeId: 'Employee’s number',
};

const effectWords: Readonly<Record<string, string>> = {
  createAccount: 'creating accounts',
  updateAccount: 'updating them',
  disableAccount: 'disabling them',
  enableAccount: 'enabling them',
  deleteAccount: 'deleting them',
  grant: 'granting',
  revoke: 'removing',
  openTicket: 'asking others',
};

const classWords: Readonly<Record<EffectClass, string>> = {
  idempotent: 'Done twice, it is done once:',
  checkThenAct: 'Looked at first, then done:',
  irreversible: 'Cannot be taken back:',
};

export function ConnectorFacts({ connector }: { readonly connector: ConnectorView }) {
  const { accountAttributes, limits, nativeExpiry } = connector;
  const byClass = Map.groupBy(Object.entries(connector.effects), ([, effect]) => effect);
  return (
    <>
      {accountAttributes.length > 0 && (
        <Part title="Accounts are made from">
          {accountAttributes.map(({ name, becomes, required }) => (
            <li key={`${name} ${becomes}`}>
              {attributeWords[name] ?? name}: {becomes}
              {required ? '' : ', if it is known'}
            </li>
          ))}
        </Part>
      )}
      {byClass.size > 0 && (
        <Part title="When something is done again">
          {[...byClass].map(([effect, abilities]) => (
            <li key={effect}>
              {classWords[effect]} {abilities.map(([name]) => effectWords[name] ?? name).join(', ')}
            </li>
          ))}
        </Part>
      )}
      <Part title="Its pace">
        <li>
          At most {counted(limits.concurrency, 'change')} at once
          {limits.effectsPerSecond === null ? '' : ` and ${limits.effectsPerSecond} a second`}
        </li>
        <li>
          {nativeExpiry
            ? 'The application ends temporary access by itself, and Gatehouse removes it in any case.'
            : 'Gatehouse removes temporary access at its end.'}
        </li>
      </Part>
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text component="ul" size="sm" c="dimmed" my={4} pl="md">
        {children}
      </Text>
    </div>
  );
}
