/** What every connector that asks others must do, proved by tickets in Jira and ServiceNow and by a webhook. */
import { describeConnectorContract } from '#core/connectors/contract-suite.ts';
import type { OpenSettings, TicketHarness } from '#core/connectors/contract-harness.ts';
import { playServer } from '#core/testing/http-server.ts';
import { startScriptedProxy, type ScriptedProxy } from '#core/testing/scripted-proxy.ts';
import { serviceNowAccount, startServiceNowServer } from '#core/testing/service-now-server.ts';
import { filledFor, startJiraTestbed } from '#core/testing/ticket-testbed.ts';
import { webhookConnector } from '../webhook/index.ts';
import { ticketConnector } from './index.ts';

function hushOf(proxy: ScriptedProxy): TicketHarness['hush'] {
  return async () => {
    proxy.addRule({ times: Infinity, fault: { kind: 'silence' } });
    return async () => proxy.clearRules();
  };
}

function openTickets(form: object, secrets: Readonly<Record<string, string>>): TicketHarness['open'] {
  return ({ timeoutSeconds }: OpenSettings = {}) =>
    ticketConnector.open({
      configuration: ticketConnector.configuration.parse({
        ...form,
        ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      }),
      secrets,
    });
}

const textsOf = (fields: object): string => Object.values(fields).map(String).join('\n');

async function jiraHarness(): Promise<TicketHarness> {
  const { server, proxy, configuration, secrets, close } = await startJiraTestbed();
  return {
    open: openTickets(configuration, secrets),
    tickets: {
      opened: async (key) =>
        server.issues
          .filter(({ fields }) => fields.labels.includes(`gatehouse-${key}`))
          .map((one) => textsOf(one.fields)),
      async move(reference, to) {
        if (to === 'gone') server.remove(reference);
        else if (to === 'done') server.move(reference, { name: 'Done', category: 'done' }, 'Done');
        else server.move(reference, { name: 'Somewhere', category: 'indeterminate' });
      },
    },
    hush: hushOf(proxy),
    close,
  };
}

async function serviceNowHarness(): Promise<TicketHarness> {
  const server = await startServiceNowServer();
  const proxy = await startScriptedProxy(server.baseUrl);
  const { username, password } = serviceNowAccount;
  const form = { ...filledFor('serviceNow'), baseUrl: proxy.baseUrl, project: 'incident', username };
  return {
    open: openTickets(form, { password }),
    tickets: {
      opened: async (key) => server.records.filter((record) => textsOf(record).includes(key)).map(textsOf),
      async move(reference, to) {
        const index = server.records.findIndex(({ number }) => number === reference);
        const record = server.records[index];
        if (to === 'gone') server.records.splice(index, 1);
        else if (record !== undefined) record['state'] = to === 'done' ? '6' : '99';
      },
    },
    hush: hushOf(proxy),
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}

async function webhookHarness(): Promise<TicketHarness> {
  const opened = new Map<string, { readonly text: string; state: string }>();
  const server = await playServer(({ method, url, headers, body }) => {
    if (method === 'GET') {
      const state = opened.get(decodeURIComponent(url.pathname.split('/').at(-1) ?? ''))?.state;
      return state === undefined ? { status: 404 } : { status: 200, body: { state } };
    }
    // As Standard Webhooks asks of receivers: a call of the same id is the same call.
    const id = String(headers['webhook-id']);
    const texts: string[] = [];
    JSON.stringify(JSON.parse(body), (_name, value: unknown) => {
      if (typeof value === 'string') texts.push(value);
      return value;
    });
    if (!opened.has(id)) opened.set(id, { text: texts.join('\n'), state: 'open' });
    return { status: 202, body: { reference: id } };
  });
  const proxy = await startScriptedProxy(server.baseUrl);
  return {
    open: ({ timeoutSeconds }: OpenSettings = {}) =>
      webhookConnector.open({
        configuration: webhookConnector.configuration.parse({
          ...Object.fromEntries(
            webhookConnector.description.fields.flatMap(({ name, initial }) =>
              initial === undefined ? [] : [[name, initial] as const],
            ),
          ),
          url: `${proxy.baseUrl}/hooks`,
          confirmation: 'poll',
          statusUrl: `${proxy.baseUrl}/jobs/{{reference}}`,
          pollMinutes: 1,
          ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
        }),
        secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
      }),
    tickets: {
      opened: async (key) => [...opened].filter(([id]) => id.includes(key)).map(([, { text }]) => text),
      async move(reference, to) {
        const job = opened.get(reference);
        if (to === 'gone') opened.delete(reference);
        else if (job !== undefined) job.state = to === 'done' ? 'done' : 'somewhere';
      },
    },
    hush: hushOf(proxy),
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}

describeConnectorContract('Jira', { capabilities: ticketConnector.description.capabilities }, jiraHarness);
describeConnectorContract('ServiceNow', { capabilities: ticketConnector.description.capabilities }, serviceNowHarness);
describeConnectorContract('a webhook', { capabilities: webhookConnector.description.capabilities }, webhookHarness);
