/** What the connector answers when the network or the server has a bad day, and that trying again then converges. */
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorFault, type AccountDraft, type Connector, type Failure } from '#core/connectors/connector.ts';
import { scimConnector } from '#core/connectors/scim/index.ts';
import type { Fault } from '#core/testing/scripted-proxy.ts';
import { scimTestbeds, type ScimTestbed } from '#core/testing/scim-testbed.ts';

const never = new AbortController().signal;
const contents = {
  users: ['ada', 'grace', 'edsger', 'tony', 'alan'].map((userName) => ({ userName, email: `${userName}@example.com` })),
  groups: { Readers: ['ada'], Writers: [] },
};
const newcomer: AccountDraft = {
  username: 'newcomer',
  email: 'newcomer@example.com',
  displayName: 'New Comer',
  firstName: null,
  lastName: null,
  department: null,
  jobTitle: null,
  employeeId: 'e-2',
};

function open(
  bed: ScimTestbed,
  more: { readonly timeoutSeconds?: number; readonly secrets?: Readonly<Record<string, string>> } = {},
): Required<Connector> {
  const configuration = scimConnector.configuration.parse({ ...bed.configuration, pageSize: 2 });
  // The form takes whole seconds; a test need not wait that long for a timeout to be one.
  const { timeoutSeconds = configuration.timeoutSeconds, secrets = bed.secrets } = more;
  return scimConnector.open({ configuration: { ...configuration, timeoutSeconds }, secrets }) as Required<Connector>;
}

const inAnHour = (): string => new Date(Date.parse('2030-01-01T01:00:00Z')).toUTCString();

const faults: readonly (readonly [name: string, fault: Fault, expected: Partial<Failure>])[] = [
  ['a reset connection', { kind: 'reset' }, { kind: 'retryable', afterMilliseconds: null }],
  ['status 401', { kind: 'answer', status: 401, body: 'no' }, { kind: 'needsPerson' }],
  [
    'status 403',
    { kind: 'answer', status: 403, body: '{"detail":"scope is missing"}' },
    { kind: 'needsPerson', message: expect.stringContaining('scope is missing') },
  ],
  [
    'status 429 with seconds',
    { kind: 'answer', status: 429, headers: { 'retry-after': '7' } },
    { kind: 'retryable', afterMilliseconds: 7000 },
  ],
  [
    'status 503 with a date',
    { kind: 'answer', status: 503, headers: { 'retry-after': inAnHour(), date: 'Tue, 01 Jan 2030 00:00:00 GMT' } },
    { kind: 'retryable', afterMilliseconds: 3_600_000 },
  ],
  ['status 500', { kind: 'answer', status: 500, body: 'oops' }, { kind: 'retryable', afterMilliseconds: null }],
  [
    'a redirect',
    { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:1/login' } },
    { kind: 'needsPerson' },
  ],
];
/** Faults of answers that claim success. */
const brokenSuccesses: typeof faults = [
  [
    'a web page',
    { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
    { kind: 'retryable' },
  ],
  ['an empty answer', { kind: 'answer', status: 200 }, { kind: 'retryable' }],
  ['JSON that is something else', { kind: 'answer', status: 200, body: '{"hello":"world"}' }, { kind: 'retryable' }],
  ['JSON that is no object', { kind: 'answer', status: 200, body: '[]' }, { kind: 'retryable' }],
  ['a truncated body', { kind: 'truncated' }, { kind: 'retryable' }],
];

describe.each(scimTestbeds)('against %s', (_name, start) => {
  let bed: ScimTestbed;
  let connector: Required<Connector>;
  const begin = async (): Promise<void> => {
    bed = await start(contents);
    connector = open(bed);
  };
  afterEach(() => bed.close());
  const membership = (user: string, group = 'Readers') => ({
    accountExternalId: bed.userId(user),
    entitlementExternalId: bed.groupId(group),
  });

  const methods: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['findAccount', () => connector.findAccount(newcomer, never)],
    ['createAccount', () => connector.createAccount(newcomer, never)],
    ['grant', () => connector.grant(membership('grace'), never)],
    ['revoke', () => connector.revoke(membership('ada'), never)],
    ['read', () => connector.read(membership('ada'), never)],
  ];

  describe.each([...faults, ...brokenSuccesses.filter(([name]) => name !== 'JSON that is something else')])(
    '%s in answer to everything',
    (_fault, fault, expected) => {
      it.each(methods)('is typed by %s', async (_method, call) => {
        await begin();
        bed.proxy.addRule({ times: Infinity, fault });
        expect(await call()).toMatchObject(expected);
      });

      it('fails the connection test with a sentence', async () => {
        await begin();
        bed.proxy.addRule({ times: Infinity, fault });
        const test = await connector.test(never);
        expect(test.passed).toBe(false);
        expect(test.checks.at(-1)).toMatchObject({
          passed: false,
          message: expect.stringMatching(/^\S.*\.( It said: .+)?$/),
        });
      });
    },
  );

  it.each([...faults, ...brokenSuccesses])(
    '%s in the middle of a discovery ends it with the typed failure',
    async (_fault, fault, expected) => {
      for (const path of [/\/Users\?startIndex=[^1]/, /\/Groups\?startIndex=[^1]/]) {
        await begin();
        bed.proxy.addRule({ path, fault });
        const whole = (async () => {
          for await (const page of connector.discover(null, never)) void page;
        })();
        const thrown = await whole.then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(thrown).toBeInstanceOf(ConnectorFault);
        expect((thrown as ConnectorFault).failure).toMatchObject(expected);
        expect(bed.proxy.requests.filter((seen) => seen.fault !== null)).toHaveLength(1);
        if (path.source.includes('Users')) await bed.close();
      }
    },
  );

  it.each([...faults, ...brokenSuccesses])(
    '%s in answer to a write leaves the truth to be read',
    async (name, fault, expected) => {
      await begin();
      bed.proxy.addRule({ method: 'PATCH', fault });
      const first = await connector.grant(membership('grace'), never);
      // An answer without a body cannot be cut in half: there, the write is seen to be done.
      expect([expected.kind, ...(name === 'a truncated body' ? ['applied'] : [])]).toContain(first.kind);
      expect(['applied', 'already']).toContain((await connector.grant(membership('grace'), never)).kind);
      expect((await bed.membersOf('Readers')).toSorted()).toEqual(['ada', 'grace']);
      expect(bed.proxy.reached('PATCH')).toBe(1);
    },
  );

  it('a server that is down is retryable, and works when it is back', async () => {
    await begin();
    await bed.proxy.goDown();
    for (const [, call] of methods)
      expect(await call()).toMatchObject({ kind: 'retryable', message: expect.stringContaining('ECONNREFUSED') });
    expect(await connector.test(never)).toMatchObject({ passed: false });
    await bed.proxy.comeUp();
    expect(await connector.grant(membership('grace'), never)).toMatchObject({ kind: 'applied' });
  });

  it('a server that never answers is retryable after the timeout', async () => {
    await begin();
    connector = open(bed, { timeoutSeconds: 0.05 });
    bed.proxy.addRule({ times: Infinity, fault: { kind: 'silence' } });
    for (const [, call] of methods)
      expect(await call()).toMatchObject({ kind: 'retryable', message: expect.stringContaining('0.05 s') });
  });

  it('stops when told to, before a request and during one', async () => {
    await begin();
    const stop = new AbortController();
    bed.proxy.addRule({ fault: { kind: 'afterAction', action: async () => stop.abort() } });
    expect(await connector.read(membership('ada'), stop.signal)).toMatchObject({
      kind: 'retryable',
      message: expect.stringContaining('stopped'),
    });
    bed.proxy.forgetRequests();
    expect(await connector.revoke(membership('ada'), stop.signal)).toMatchObject({ kind: 'retryable' });
    expect(bed.proxy.requests).toEqual([]);
  });

  it('a creation whose answer was lost makes one account, found by the next attempt', async () => {
    await begin();
    bed.proxy.addRule({ method: 'POST', fault: { kind: 'responseLost' } });
    expect(await connector.createAccount(newcomer, never)).toMatchObject({ kind: 'retryable' });
    expect(await connector.createAccount(newcomer, never)).toMatchObject({
      kind: 'already',
      value: { username: 'newcomer' },
    });
    expect((await bed.userNames()).filter((name) => name === 'newcomer')).toHaveLength(1);
    expect(bed.proxy.reached('POST')).toBe(1);
  });

  it('a grant whose answer was lost is seen by the next attempt and not written again', async () => {
    await begin();
    bed.proxy.addRule({ method: 'PATCH', fault: { kind: 'responseLost' } });
    expect(await connector.grant(membership('grace'), never)).toMatchObject({ kind: 'retryable' });
    expect(await connector.grant(membership('grace'), never)).toMatchObject({ kind: 'already' });
    expect(bed.proxy.reached('PATCH')).toBe(1);
  });

  it('a revocation whose answer was lost converges, and takes nobody else away', async () => {
    await begin();
    await connector.grant(membership('grace'), never);
    bed.proxy.addRule({ method: 'PATCH', fault: { kind: 'responseLost' } });
    expect(await connector.revoke(membership('ada'), never)).toMatchObject({ kind: 'retryable' });
    expect(['applied', 'already']).toContain((await connector.revoke(membership('ada'), never)).kind);
    expect(await bed.membersOf('Readers')).toEqual(['grace']);
  });

  it.each(['grant', 'revoke'] as const)('a %s that cannot be read back is not called done', async (effect) => {
    await begin();
    const target = membership(effect === 'grant' ? 'grace' : 'ada');
    const reads = { method: 'GET', path: /\/Groups\// } as const;
    bed.proxy.addRule({
      method: 'PATCH',
      fault: {
        kind: 'afterAction',
        action: async () => bed.proxy.addRule({ ...reads, fault: { kind: 'answer', status: 502 } }),
      },
    });
    expect(await connector[effect](target, never)).toMatchObject({ kind: 'retryable' });
    expect(['applied', 'already']).toContain((await connector[effect](target, never)).kind);
    expect(await connector.read(target, never)).toMatchObject({ value: { held: effect === 'grant' } });
  });

  it('a write that the server accepts and does not do is not called done', async () => {
    await begin();
    bed.proxy.addRule({ method: 'PATCH', times: Infinity, fault: { kind: 'answer', status: 204 } });
    expect(await connector.grant(membership('grace'), never)).toMatchObject({ kind: 'retryable' });
    expect(await connector.revoke(membership('ada'), never)).toMatchObject({ kind: 'retryable' });
  });

  it('a wrong credential fails the test at the credential and every effect with what to do', async () => {
    await begin();
    connector = open(bed, { secrets: { token: 'wrong', password: 'wrong' } });
    const test = await connector.test(never);
    expect(test.checks.at(-1)).toMatchObject({ name: 'Credential', passed: false });
    for (const [, call] of methods)
      expect(await call()).toMatchObject({
        kind: 'needsPerson',
        message: expect.stringContaining('Enter a valid one'),
      });
  });

  it('a credential that is missing or cannot be sent never reaches the server', async () => {
    await begin();
    connector = open(bed, { secrets: {} });
    for (const [, call] of methods)
      expect(await call()).toMatchObject({ kind: 'needsPerson', message: expect.stringContaining('is stored') });
    expect(bed.proxy.requests).toEqual([]);
  });

  it('never repeats a secret that the server echoes', async () => {
    await begin();
    const secret = Object.values(bed.secrets)[0] ?? '';
    bed.proxy.addRule({
      times: Infinity,
      fault: { kind: 'answer', status: 400, body: JSON.stringify({ detail: `bad request with ${secret} in it` }) },
    });
    const answers = JSON.stringify([await connector.read(membership('ada'), never), await connector.test(never)]);
    expect(answers).toContain('[secret]');
    expect(answers).not.toContain(secret);
  });
});
