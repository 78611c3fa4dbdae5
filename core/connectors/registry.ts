/**
 * Every connector Gatehouse knows, listed by hand so that a package can be read for what it can reach.
 */
import type { ConnectorDefinition } from '#core/connectors/connector.ts';
import { csvExchangeConnector } from '#core/connectors/csv-exchange/index.ts';
import { githubConnector } from '#core/connectors/github/index.ts';
import { ldapConnector } from '#core/connectors/ldap/index.ts';
import { postgresConnector } from '#core/connectors/postgres/index.ts';
import { scimConnector } from '#core/connectors/scim/index.ts';
import { ticketConnector } from '#core/connectors/ticket/index.ts';
import { webhookConnector } from '#core/connectors/webhook/index.ts';

const definitions: readonly ConnectorDefinition[] = [
  scimConnector,
  postgresConnector,
  githubConnector,
  ldapConnector,
  csvExchangeConnector,
  ticketConnector,
  webhookConnector,
];

export const connectors: ReadonlyMap<string, ConnectorDefinition> = new Map(
  definitions.map((definition) => [definition.description.name, definition]),
);

/** The connector of this name, or null when this version of Gatehouse has none. */
export function connectorNamed(name: string): ConnectorDefinition | null {
  return connectors.get(name) ?? null;
}
