import { describe, expect, it } from 'vitest';
import { connectorCapabilities, type ConnectorCapability, type ConnectorField } from '#core/domain/connector.ts';
import { capabilitiesOf } from './connector.ts';
import { connectors } from './registry.ts';

/** What a person might type where the form suggests nothing. */
function typed({ kind, schemes = ['https'], placeholder }: ConnectorField): string {
  if (kind === 'url') return `${schemes[0] ?? 'https'}://application.example`;
  return kind === 'folder' ? '/srv/exchange' : (placeholder ?? 'x');
}

describe.each([...connectors.values()])('$description.title', (definition) => {
  const { description } = definition;

  it('declares the abilities that its code has, and the class of every one that changes something', async () => {
    const form = Object.fromEntries(
      description.fields.flatMap((field) => {
        const value = field.initial ?? (field.required ? typed(field) : undefined);
        return field.kind === 'secret' || field.onlyWhen !== undefined || value === undefined
          ? []
          : [[field.name, value]];
      }),
    );
    // What a connector can do may depend on what is chosen, e.g. on the kind of directory.
    const choices = description.fields.flatMap(({ name, choices: all = [] }) =>
      all.map(({ value }) => ({ [name]: value })),
    );
    const abilities = new Set<ConnectorCapability>();
    // Some choices ask for further fields.
    const further = Object.fromEntries(
      description.fields.flatMap((field) =>
        field.kind === 'secret' || field.onlyWhen === undefined ? [] : [[field.name, field.initial ?? typed(field)]],
      ),
    );
    for (const choice of [{}, ...choices, ...choices.map((one) => ({ ...further, ...one }))]) {
      const configuration = definition.configuration.safeParse({ ...form, ...choice });
      if (!configuration.success) continue;
      const connector = definition.open({ configuration: configuration.data, secrets: {} });
      for (const ability of capabilitiesOf(connector)) abilities.add(ability);
      await connector.close();
    }
    expect(description.capabilities).toEqual(connectorCapabilities.filter((name) => abilities.has(name)));
    const changing = description.capabilities.filter(
      (name) => !['test', 'discover', 'read', 'readTicket', 'takeReport'].includes(name),
    );
    expect(Object.keys(description.effects).toSorted()).toEqual([...changing].toSorted());
  });
});
