/**
 * Signed calls (Standard Webhooks) to a program of the organisation, which makes the change and confirms it by its
 * answer, by a call of its own, or at a status address.
 */
import { randomUUID } from 'node:crypto';
import type { Connector, ConnectorDefinition } from '#core/connectors/connector.ts';
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import { openTicket, readTicket, send, takeReport, type WebhookContext } from './calls.ts';
import { webhookConfiguration, webhookFields, type WebhookConfiguration } from './configuration.ts';

export const webhookConnector: ConnectorDefinition<WebhookConfiguration> = {
  description: {
    name: 'webhook',
    title: 'Webhook',
    summary: 'A signed call to a program of yours, which makes the change and confirms it.',
    fields: webhookFields,
    capabilities: ['test', 'openTicket', 'readTicket', 'takeReport'],
    requiredPermissions: [],
    accountAttributes: [],
    nativeExpiry: false,
    effects: { openTicket: 'idempotent' },
    limits: { concurrency: 8, effectsPerSecond: null },
  },
  configuration: webhookConfiguration,
  open({ configuration, secrets }): Connector {
    const context: WebhookContext = { configuration, secrets };
    return {
      source: new URL(configuration.url).origin + new URL(configuration.url).pathname,
      test: (signal) => testConnection(context, signal),
      openTicket: (draft, signal) => openTicket(context, draft, signal),
      ...(configuration.confirmation === 'poll'
        ? {
            readTicketAfter: configuration.pollMinutes * 60_000,
            readTicket: (reference: string, signal: AbortSignal) => readTicket(context, reference, signal),
          }
        : {}),
      takeReport: (call, now) => takeReport(context, call, now),
      async close() {
        // Nothing is held open.
      },
    };
  },
};

/** A signed call of a type of its own, which a receiver answers without doing anything. */
async function testConnection(context: WebhookContext, signal: AbortSignal): Promise<ConnectionTest> {
  const { configuration } = context;
  const body = JSON.stringify({ type: 'gatehouse.test', note: 'A test of the connection. Nothing is to be done.' });
  const answer = await send(
    context,
    {
      id: `test-${randomUUID()}`,
      method: configuration.method,
      url: configuration.url,
      body,
      headers: { 'Content-Type': 'application/json' },
    },
    signal,
  );
  const checks: ConnectionCheck[] = [
    {
      name: 'Signed call',
      passed: answer.kind === 'said',
      message:
        answer.kind === 'said'
          ? `${new URL(configuration.url).host} took a call of the type gatehouse.test (HTTP ${answer.status}).`
          : answer.failure.message,
    },
  ];
  if (answer.kind === 'said' && configuration.confirmation === 'callback')
    checks.push({
      name: 'Calls of the receiver',
      passed: true,
      message:
        "They are taken by a console or worker that was started with --callbacks, at the path /callbacks/ followed by the application's id.",
    });
  return { passed: checks.every((check) => check.passed), checks };
}
