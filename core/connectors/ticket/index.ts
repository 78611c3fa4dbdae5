/**
 * Tickets in a system of the organisation (Jira, ServiceNow, or another with a REST interface): people there make the
 * change, and Gatehouse follows what they say of it.
 */
import type { Connector, ConnectorDefinition } from '#core/connectors/connector.ts';
import { authorizationOf } from '../credentials.ts';
import { createTicketClient } from './client.ts';
import { ticketConfiguration, ticketFields, type TicketConfiguration } from './configuration.ts';
import { testConnection } from './connection-test.ts';
import { indexDelay } from './presets.ts';
import { openTicket, readTicket, type TicketContext } from './tickets.ts';

export const ticketConnector: ConnectorDefinition<TicketConfiguration> = {
  description: {
    name: 'ticket',
    title: 'Ticket',
    summary: 'A ticket in Jira, ServiceNow or another system: people there make the change, and Gatehouse follows it.',
    fields: ticketFields,
    capabilities: ['test', 'openTicket', 'readTicket'],
    requiredPermissions: [
      'Create tickets in the project or table, with labels (Jira) or correlation_id (ServiceNow)',
      'Search and read these tickets',
    ],
    accountAttributes: [],
    nativeExpiry: false,
    effects: { openTicket: 'checkThenAct' },
    limits: { concurrency: 4, effectsPerSecond: 5 },
  },
  configuration: ticketConfiguration,
  open({ configuration, secrets }): Connector {
    const context: TicketContext = {
      client: createTicketClient({
        baseUrl: configuration.baseUrl,
        timeoutMilliseconds: configuration.timeoutSeconds * 1000,
        authorization: authorizationOf(configuration, secrets),
        secrets: Object.values(secrets).map((secret) => secret.trim()),
      }),
      configuration,
      indexDelay: indexDelay[configuration.system],
    };
    return {
      source: configuration.baseUrl,
      readTicketAfter: configuration.pollMinutes * 60_000,
      test: (signal) => testConnection(context, signal),
      openTicket: (draft, signal) => openTicket(context, draft, signal),
      readTicket: (reference, signal) => readTicket(context, reference, signal),
      async close() {
        // Nothing is held open.
      },
    };
  },
};
