/** What the connector does when GitHub, the network or the credential is in the way; and its form. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capabilitiesOf, type Connector, type DiscoveryPage } from '#core/connectors/connector.ts';
import { connectorNamed } from '#core/connectors/registry.ts';
import { startGithubServer, type GithubServer } from '#core/testing/github-server.ts';
import { startScriptedProxy, type Fault, type ScriptedProxy } from '#core/testing/scripted-proxy.ts';
import { githubConnector } from './index.ts';

const never = new AbortController().signal;
const least = {
  baseUrl: 'https://api.github.com',
  organization: 'example-inc',
  authentication: 'token',
  identities: 'listed',
};
const parse = (more: Readonly<Record<string, unknown>>) =>
  githubConnector.configuration.safeParse({ ...least, ...more });

let server: GithubServer;
let proxy: ScriptedProxy;
beforeEach(async () => {
  server = await startGithubServer();
  proxy = await startScriptedProxy(server.baseUrl);
});
afterEach(async () => {
  await proxy.close();
  await server.close();
});

function open(more: Readonly<Record<string, unknown>> = {}, token = server.token): Required<Connector> {
  const configuration = githubConnector.configuration.parse({ ...least, baseUrl: proxy.baseUrl, ...more });
  return githubConnector.open({ configuration, secrets: { token } }) as Required<Connector>;
}

function pair() {
  const ada = server.addMember('ada');
  const team = server.addTeam('Readers');
  return { wanted: { accountExternalId: String(ada.id), entitlementExternalId: String(team.id) }, team };
}

const answer = (status: number, headers: Record<string, string> = {}, message = 'No.'): Fault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest' }),
});

async function faultOf(pages: AsyncIterable<DiscoveryPage>): Promise<unknown> {
  try {
    for await (const page of pages) expect(page).toBeDefined();
    return null;
  } catch (thrown) {
    return thrown;
  }
}

describe('rate limits', () => {
  const inAnHour = String(Math.floor(Date.now() / 1000) + 3600);

  it.each([
    ['says when to come back', answer(429, { 'retry-after': '17' }), 17_000, 17_000],
    [
      'is a secondary one with a time',
      answer(403, { 'retry-after': '60' }, 'You have exceeded a secondary rate limit'),
      60_000,
      60_000,
    ],
    ['is a secondary one without a time', answer(403, {}, 'You have exceeded a secondary rate limit'), 60_000, 60_000],
    [
      'is the primary one',
      answer(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inAnHour }),
      3_300_000,
      3_700_000,
    ],
  ])('that %s is kept to', async (_what, fault, least_, most) => {
    const { wanted, team } = pair();
    proxy.addRule({ method: 'PUT', fault });
    const outcome = await open().grant(wanted, never);
    expect(outcome.kind).toBe('retryable');
    const after = (outcome as Extract<typeof outcome, { kind: 'retryable' }>).afterMilliseconds ?? 0;
    expect(after).toBeGreaterThanOrEqual(least_);
    expect(after).toBeLessThanOrEqual(most);
    expect(server.membersOf(team)).toEqual([]);
    expect(await open().grant(wanted, never)).toMatchObject({ kind: 'applied' });
  });

  it('of the graph are kept to as well', async () => {
    const body = JSON.stringify({ data: null, errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] });
    const headers = { 'content-type': 'application/json', 'x-ratelimit-reset': inAnHour };
    proxy.addRule({ method: 'POST', path: /graphql/, fault: { kind: 'answer', status: 200, headers, body } });
    const outcome = await open({ identities: 'saml' }).findAccount(
      { username: 'a@x.example', email: 'a@x.example' },
      never,
    );
    expect(outcome).toMatchObject({ kind: 'retryable', afterMilliseconds: expect.any(Number) });
  });
});

describe('a bad day', () => {
  it.each([
    ['500', answer(500)],
    ['502 with a web page', { kind: 'answer', status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['200 with a web page', { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    [
      '200 with something else',
      { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"x"}' },
    ],
    ['half an answer', { kind: 'truncated' }],
    ['a cut line', { kind: 'reset' }],
    ['an answer that is lost', { kind: 'responseLost' }],
    ['silence', { kind: 'silence' }],
  ] as const)('(%s) is tried again later, and does no harm', async (_what, fault) => {
    const { wanted, team } = pair();
    proxy.addRule({ method: 'PUT', fault });
    expect(await open({ timeoutSeconds: 1 }).grant(wanted, never)).toMatchObject({ kind: 'retryable' });
    expect(['applied', 'already']).toContain((await open().grant(wanted, never)).kind);
    expect(server.membersOf(team)).toEqual(['ada']);
  });

  it('while discovering is a fault, not the end of the list', async () => {
    for (let index = 0; index < 5; index += 1) server.addMember(`m${index}`);
    for (const fault of [answer(500), answer(404), answer(403)]) {
      proxy.addRule({ path: /page=2/, fault });
      expect(await faultOf(open({ pageSize: 2 }).discover(null, never))).toMatchObject({ name: 'ConnectorFault' });
    }
  });

  it('does not make a second invitation of one whose answer was lost', async () => {
    proxy.addRule({ method: 'POST', path: /invitations/, fault: { kind: 'responseLost' } });
    const nobody = { firstName: null, lastName: null, department: null, jobTitle: null };
    const draft = { username: 'a@x.example', email: 'a@x.example', displayName: 'A', employeeId: 'e', ...nobody };
    expect(await open().createAccount(draft, never)).toMatchObject({ kind: 'retryable' });
    expect(await open().createAccount(draft, never)).toMatchObject({ kind: 'already' });
    expect(server.state.invitations.size).toBe(1);
  });
});

describe('what a person has to mend', () => {
  it.each([
    ['a wrong credential', answer(401, {}, 'Bad credentials'), 'HTTP 401'],
    ['a missing permission', answer(403, { 'x-accepted-github-permissions': 'members=write' }), 'members=write'],
    [
      'a token without single sign-on',
      answer(403, { 'x-github-sso': 'required; url=https://github.com/orgs/x/sso?authorization_request=S3CRET' }),
      'github.com/orgs/x/sso and',
    ],
    ['a renamed organization', answer(301, { location: 'https://evil.example/' }), 'another address'],
  ])('is said: %s', async (_what, fault, expected) => {
    const { wanted } = pair();
    proxy.addRule({ times: Infinity, fault });
    const outcome = await open().read(wanted, never);
    expect(outcome).toMatchObject({ kind: 'needsPerson', message: expect.stringContaining(expected) });
    expect(JSON.stringify(outcome)).not.toContain('S3CRET');
    expect(await open().test(never)).toMatchObject({ passed: false });
  });

  it('is said by the test when the token belongs to no owner', async () => {
    for (const member of server.state.members.values()) member.owner = false;
    const { checks } = await open().test(never);
    expect(checks.at(-1)).toMatchObject({ name: 'Owner', passed: false, message: expect.stringContaining('no owner') });
  });

  it('never holds the token, even when a server repeats it', async () => {
    const { wanted } = pair();
    proxy.addRule({ times: Infinity, fault: answer(422, {}, `bad token ${server.token}`) });
    const outcome = await open().grant(wanted, never);
    expect(outcome.kind).toBe('refused');
    expect(JSON.stringify([outcome, await open().test(never)])).not.toContain(server.token);
    expect(await open({}, 'two words').grant(wanted, never)).toMatchObject({ kind: 'needsPerson' });
  });
});

describe('a stop', () => {
  it('ends a request at once', async () => {
    const { wanted, team } = pair();
    proxy.addRule({ method: 'PUT', fault: { kind: 'silence' } });
    const controller = new AbortController();
    const outcome = open({ timeoutSeconds: 60 }).grant(wanted, controller.signal);
    await expect.poll(() => proxy.requests.some(({ method }) => method === 'PUT')).toBe(true);
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'retryable', message: expect.stringContaining('stopped') });
    expect(server.membersOf(team)).toEqual([]);
  });

  it('before the beginning asks nothing', async () => {
    const { wanted } = pair();
    expect(await open().grant(wanted, AbortSignal.abort())).toMatchObject({ kind: 'retryable' });
    await wait(50);
    expect(proxy.requests).toEqual([]);
  });
});

describe('the form', () => {
  it('fills in what was left out, also as an emptied field', () => {
    for (const more of [{}, { timeoutSeconds: '', pageSize: null, logins: '' }])
      expect(parse(more).data).toEqual({ ...least, logins: new Map(), timeoutSeconds: 30, pageSize: 100 });
    expect(parse({ baseUrl: 'https://github.example.com/api/v3/' }).data?.baseUrl).toBe(
      'https://github.example.com/api/v3',
    );
  });

  it.each([
    { baseUrl: 'http://api.github.com' },
    { baseUrl: 'http://127.0.0.1.evil.example' },
    { baseUrl: 'ftp://api.github.com' },
    { baseUrl: 'https://u:p@api.github.com' },
    { baseUrl: 'https://api.github.com?x=1' },
    { baseUrl: 'api.github.com' },
    { organization: '' },
    { organization: '../x' },
    { organization: 'a/b' },
    { logins: 'ada@example.com' },
    { logins: 'ada login' },
    { logins: 'ada@example.com a b' },
    { logins: 'a@x.example one\nA@x.example two' },
    { authentication: 'app' },
    { authentication: 'app', appId: '1', installationId: 'x' },
    { pageSize: 101 },
    { identities: 'guess' },
  ])('does not take %j', (more) => {
    expect(parse(more).success).toBe(false);
  });

  it('has a field for every part of the configuration, and the connector does what it says', () => {
    const configuration = parse({}).data!;
    const connector = githubConnector.open({ configuration, secrets: {} });
    expect(connectorNamed('github')).toBe(githubConnector);
    expect(capabilitiesOf(connector)).toEqual(githubConnector.description.capabilities);
    expect(githubConnector.description.fields.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(configuration), 'token', 'privateKey', 'appId', 'installationId'].toSorted(),
    );
  });
});
