/** Which systems a person may be led to from here: those that applications are connected to. */
import type { ConnectorDescription } from '#core/domain/connector.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';

interface Connection {
  readonly connector: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

export async function connectedHosts(
  reader: Reader,
  connectors: readonly ConnectorDescription[],
): Promise<readonly string[]> {
  const rows = await reader.selectFrom('connector_instance').selectAll().execute();
  return hostsIn(
    rows.map((row) => fromRow('connector_instance', row)),
    connectors,
  );
}

/** Hosts, with their port where it is not the usual one, of the https addresses in the connections; each once, in order. */
export function hostsIn(
  connections: readonly Connection[],
  connectors: readonly Pick<ConnectorDescription, 'name' | 'fields'>[],
): readonly string[] {
  const hosts = connections.flatMap(({ connector, configuration }) => {
    const fields = connectors.find(({ name }) => name === connector)?.fields ?? [];
    return fields.flatMap(({ kind, name }) => (kind === 'url' ? hostOf(configuration[name]) : []));
  });
  return [...new Set(hosts)].toSorted();
}

function hostOf(address: unknown): readonly string[] {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  return url?.protocol === 'https:' ? [url.host] : [];
}
