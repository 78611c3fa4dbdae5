import { afterEach, describe, expect, it } from 'vitest';
import type { Connector, TicketDraft } from '#core/connectors/connector.ts';
import { jiraAccount } from '#core/testing/jira-server.ts';
import { playServer } from '#core/testing/http-server.ts';
import { serviceNowAccount, startServiceNowServer } from '#core/testing/service-now-server.ts';
import { filledFor, startJiraTestbed } from '#core/testing/ticket-testbed.ts';
import { sampleDraft } from '../ticket-values.ts';
import { ticketConnector } from './index.ts';

const never = new AbortController().signal;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open(configuration: Readonly<Record<string, unknown>>, secrets: Readonly<Record<string, string>>) {
  const connector = ticketConnector.open({
    configuration: ticketConnector.configuration.parse(configuration),
    secrets,
  });
  closers.push(() => connector.close());
  return connector as Connector & Required<Pick<Connector, 'openTicket' | 'readTicket'>>;
}

async function jira(kind: 'cloud' | 'dataCenter' = 'cloud') {
  const bed = await startJiraTestbed(kind);
  closers.push(() => bed.close());
  return { ...bed, form: bed.configuration, connector: open(bed.configuration, bed.secrets) };
}

const hostile: TicketDraft = {
  ...sampleDraft,
  justification: 'The "books"\n\tof {{key}} \\ end\u2028 and \u{1f512}',
  person: { ...sampleDraft.person, displayName: `Ada "the first" O'Byron {{{key}}}` },
};

describe('tickets in Jira', () => {
  it.each(['cloud', 'dataCenter'] as const)('are tested, opened, followed and found again (%s)', async (kind) => {
    const { server, proxy, connector } = await jira(kind);
    expect(await connector.test(never)).toMatchObject({ passed: true });
    expect(server.issues).toEqual([]);
    const opened = await connector.openTicket(hostile, never);
    expect(opened).toMatchObject({
      kind: 'applied',
      value: { reference: 'ACCESS-1', url: `${proxy.baseUrl}/browse/ACCESS-1`, state: 'open' },
    });
    expect(server.issues[0]?.fields).toMatchObject({
      summary: `Give Approvers in Ledger: Ada "the first" O'Byron {{{key}}}`,
      labels: ['gatehouse', `gatehouse-${hostile.key}`],
      description: expect.stringContaining('The "books"\n\tof {{key}} \\ end\u2028 and \u{1f512}') as string,
    });
    expect(server.calls.find(({ method }) => method === 'POST')?.headers['idempotency-key']).toBe(hostile.key);
    // Asked once more with the same key, it opens no other; with another key it does.
    expect(await connector.openTicket({ ...hostile, mayBeOpen: true }, never)).toMatchObject({
      kind: 'already',
      value: { reference: 'ACCESS-1', state: 'open' },
    });
    expect(await connector.openTicket({ ...hostile, key: `${hostile.key}-2` }, never)).toMatchObject({
      kind: 'applied',
    });
    expect(server.issues).toHaveLength(2);
    const read = () => connector.readTicket('ACCESS-1', never);
    server.move('ACCESS-1', { name: 'In Progress', category: 'indeterminate' });
    expect(await read()).toMatchObject({ value: { state: 'open', note: 'In Progress' } });
    server.move('ACCESS-1', { name: 'Done', category: 'done' }, 'Done');
    expect(await read()).toMatchObject({ value: { state: 'done', note: 'Done, Done' } });
    server.move('ACCESS-1', { name: 'Closed', category: 'done' }, "Won't Do");
    expect(await read()).toMatchObject({ value: { state: 'rejected', note: "Closed, Won't Do" } });
    server.remove('ACCESS-1');
    expect(await read()).toMatchObject({ kind: 'notFound' });
  });

  it('are not opened twice when the answer is lost, cut off, late or a fault, also while the search lags behind', async () => {
    const { server, proxy, connector } = await jira();
    const faults = [
      { kind: 'responseLost' },
      { kind: 'truncated' },
      { kind: 'beforeAnswer', action: () => new Promise((resolve) => setTimeout(resolve, 2_500)) },
    ] as const;
    for (const [index, fault] of faults.entries()) {
      const draft = { ...sampleDraft, key: sampleDraft.key.replace(/0$/, String(index + 1)) };
      proxy.addRule({ method: 'POST', fault });
      if (index === 0) server.holdIndex();
      const lost = await connector.openTicket(draft, never);
      // Long enough for the search to know it.
      expect(lost).toMatchObject({ kind: 'retryable', afterMilliseconds: 60_000 });
      if (index === 0) setTimeout(() => server.index(), 500);
      expect(await connector.openTicket({ ...draft, mayBeOpen: true }, never)).toMatchObject({
        kind: 'already',
        value: { reference: `ACCESS-${index + 1}` },
      });
    }
    expect(server.issues).toHaveLength(3);
    // A search that cannot be had opens nothing.
    proxy.addRule({ method: 'GET', fault: { kind: 'answer', status: 503, headers: { 'retry-after': '7' } } });
    expect(await connector.openTicket({ ...sampleDraft, key: `${sampleDraft.key}-9` }, never)).toMatchObject({
      kind: 'retryable',
      afterMilliseconds: 7_000,
    });
    expect(server.issues).toHaveLength(3);
  }, 30_000);

  it('fail by kind: refused, for a person, or for later', async () => {
    const { server, proxy, form, secrets, connector } = await jira();
    const wrong = open(form, { password: 'another' });
    expect(await wrong.test(never)).toMatchObject({ passed: false, checks: [{ name: 'Sign-in', passed: false }] });
    for (const outcome of [await wrong.openTicket(sampleDraft, never), await wrong.readTicket('ACCESS-1', never)])
      expect(outcome).toMatchObject({ kind: 'needsPerson', message: expect.stringContaining('401') as string });
    const bad = open({ ...form, project: 'OTHER' }, secrets);
    expect(await bad.openTicket(sampleDraft, never)).toEqual({
      kind: 'refused',
      message: expect.stringContaining('project: valid project is required') as string,
    });
    const answers = [
      [
        { status: 429, headers: { 'retry-after': '3' } },
        { kind: 'retryable', afterMilliseconds: 3_000 },
      ],
      [{ status: 302, headers: { location: 'https://elsewhere.example' } }, { kind: 'needsPerson' }],
      [{ status: 200, body: '<html>Sign in</html>' }, { kind: 'retryable' }],
      [{ status: 403, body: jiraAccount.password }, { kind: 'needsPerson' }],
    ] as const;
    for (const [answer, expected] of answers) {
      proxy.addRule({ fault: { kind: 'answer', ...answer } });
      const outcome = await connector.readTicket('ACCESS-1', never);
      expect(outcome).toMatchObject(expected);
      expect(JSON.stringify(outcome)).not.toContain(jiraAccount.password);
    }
    expect(await connector.openTicket(sampleDraft, AbortSignal.abort())).toMatchObject({ kind: 'retryable' });
    await proxy.goDown();
    expect(await connector.readTicket('ACCESS-1', never)).toMatchObject({ kind: 'retryable' });
    expect(server.issues).toEqual([]);
  });
});

describe('tickets in ServiceNow', () => {
  it('are tested, opened once, followed, closed and cancelled', async () => {
    const server = await startServiceNowServer();
    closers.push(() => server.close());
    const form = {
      ...filledFor('serviceNow'),
      baseUrl: server.baseUrl,
      project: 'incident',
      username: serviceNowAccount.username,
    };
    const connector = open(form, { password: serviceNowAccount.password });
    expect(await connector.test(never)).toMatchObject({ passed: true });
    expect(await connector.openTicket(hostile, never)).toMatchObject({
      kind: 'applied',
      value: {
        reference: 'INC0000001',
        url: `${server.baseUrl}/incident.do?sysparm_query=number=INC0000001`,
        state: 'open',
      },
    });
    expect(await connector.openTicket(hostile, never)).toMatchObject({
      kind: 'already',
      value: { reference: 'INC0000001' },
    });
    expect(server.records).toMatchObject([{ correlation_id: hostile.key, correlation_display: 'Gatehouse' }]);
    const [record] = server.records;
    Object.assign(record ?? {}, { state: '6', close_notes: 'added' });
    expect(await connector.readTicket('INC0000001', never)).toMatchObject({ value: { state: 'done', note: 'added' } });
    Object.assign(record ?? {}, { state: '8', close_notes: '' });
    expect(await connector.readTicket('INC0000001', never)).toMatchObject({ value: { state: 'rejected', note: '8' } });
    expect(await connector.readTicket('INC0000009', never)).toMatchObject({ kind: 'notFound' });
  });
});

describe('a connection to tickets', () => {
  const form = { ...filledFor('other'), baseUrl: 'https://tickets.example.com', project: 'x' };
  const problem = (changes: Readonly<Record<string, string>>) =>
    ticketConnector.configuration.safeParse({ ...form, ...changes }).error?.issues[0]?.message ?? null;

  it('says which placeholder is unknown and where, and takes nothing that could not be sent', () => {
    expect(problem({})).toBeNull();
    expect(problem({ body: '{\n  "a": "{{persn}}" }' })).toMatch(
      /^Line 2: there is no placeholder \{\{persn\}\}\. There are \{\{key\}\}/,
    );
    expect(problem({ body: '{ "a": {{personName}} }' })).toMatch(/within quotation marks/);
    expect(problem({ body: '{ "a": "{{{personName}}}" }' })).toMatch(/Line 1: .*as it is/);
    expect(problem({ body: '{ "a": "{{#endsAt}}x" }' })).toMatch(/Line 1: Unclosed section/);
    expect(problem({ createPath: 'https://elsewhere.example/' })).toMatch(/starts with one \//);
    expect(problem({ createPath: '//elsewhere.example/' })).toMatch(/starts with one \//);
    expect(problem({ headers: 'X-Team: access\nAuthorization: mine' })).toBe(
      'Line 2: Authorization is written by Gatehouse itself.',
    );
    expect(problem({ baseUrl: 'http://tickets.example.com' })).toMatch(/Use https/);
  });

  it('sends nothing to a path that leads away from its address', async () => {
    const server = await playServer(() => ({ status: 200, body: [] }));
    closers.push(() => server.close());
    const connector = open(
      { ...form, baseUrl: `${server.baseUrl}/api`, searchPath: '/{{accountUsername}}/x' },
      { token: 'secret' },
    );
    const draft = { ...sampleDraft, account: { username: '..', externalId: null } };
    expect(await connector.openTicket(draft, never)).toMatchObject({ kind: 'needsPerson' });
    expect(server.calls).toEqual([]);
  });
});
