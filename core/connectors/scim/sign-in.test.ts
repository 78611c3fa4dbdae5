/** OAuth 2.0 client credentials, against a real token service and the sample service behind its tokens. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { startSampleTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';
import { startTokenService, type TokenService } from '#core/testing/token-service.ts';
import { scimConnector } from './index.ts';

const never = new AbortController().signal;
const contents = { users: [{ userName: 'ada', email: 'ada@example.com' }], groups: { Readers: ['ada'] } };
let bed: ScimTestbed;
let tokens: TokenService;

beforeEach(async () => {
  bed = await startSampleTestbed(contents);
  tokens = await startTokenService({
    upstream: bed.proxy.baseUrl,
    upstreamToken: bed.secrets['token'] ?? '',
  });
});
afterEach(async () => {
  await tokens.close();
  await bed.close();
});

function open(more: Readonly<Record<string, unknown>> = {}, clientSecret = tokens.clientSecret): Required<Connector> {
  const configuration = scimConnector.configuration.parse({
    baseUrl: tokens.baseUrl,
    authentication: 'oauth',
    tokenUrl: tokens.tokenUrl,
    clientId: tokens.clientId,
    ...more,
  });
  return scimConnector.open({ configuration, secrets: { clientSecret } }) as Required<Connector>;
}

const ada = () => ({ accountExternalId: bed.userId('ada'), entitlementExternalId: bed.groupId('Readers') });

it('exchanges its credentials for one token, however many requests need it at once', async () => {
  const connector = open({ scope: 'scim.read scim.write' });
  expect(await connector.test(never)).toMatchObject({ passed: true });
  const readings = await Promise.all([1, 2, 3, 4].map(() => connector.read(ada(), never)));
  for (const reading of readings) expect(reading).toMatchObject({ value: { held: true } });
  expect(tokens.asked).toEqual([{ scope: 'scim.read scim.write', by: 'header' }]);
});

it('sends the credentials in the body where the service wants them there', async () => {
  expect(await open({ clientAuthentication: 'body' }).read(ada(), never)).toMatchObject({ value: { held: true } });
  expect(tokens.asked).toEqual([{ scope: null, by: 'body' }]);
});

it('asks for another token when one is not taken any more, once, and does nothing twice', async () => {
  const connector = open();
  expect(await connector.read(ada(), never)).toMatchObject({ value: { held: true } });
  tokens.revokeAll();
  expect(await connector.revoke(ada(), never)).toMatchObject({ kind: 'applied' });
  expect(bed.proxy.reached('PATCH')).toBe(1);
  expect(tokens.asked).toHaveLength(2);
  // A server that takes none of the tokens is not asked without end.
  bed.proxy.addRule({ times: Infinity, fault: { kind: 'answer', status: 401, body: 'no' } });
  expect(await connector.read(ada(), never)).toMatchObject({ kind: 'needsPerson' });
  expect(tokens.asked).toHaveLength(3);
});

it('asks for the next token before one expires on the way', async () => {
  await tokens.close();
  const upstream = bed.proxy.baseUrl;
  tokens = await startTokenService({ upstream, upstreamToken: bed.secrets['token'] ?? '', lastsSeconds: 0 });
  const connector = open();
  for (const _ of [1, 2]) expect(await connector.read(ada(), never)).toMatchObject({ value: { held: true } });
  expect(tokens.asked).toHaveLength(2);
});

it('leaves wrong credentials to a person, with a sentence and without the secret', async () => {
  const wrong = open({}, 'a wrong s3cret');
  const test = await wrong.test(never);
  expect(test.checks.at(-1)).toMatchObject({
    name: 'Credential',
    passed: false,
    message: expect.stringContaining('client id'),
  });
  const outcome = await wrong.read(ada(), never);
  expect(outcome).toMatchObject({ kind: 'needsPerson', message: expect.stringContaining('client secret') });
  expect(JSON.stringify([test, outcome])).not.toContain('a wrong s3cret');
  expect(await open({}, '').read(ada(), never)).toMatchObject({
    kind: 'needsPerson',
    message: expect.stringContaining('is stored'),
  });
});

it.each([
  [503, 'busy', { 'retry-after': '7' }, { kind: 'retryable', afterMilliseconds: 7000 }],
  [200, '{"hello":"world"}', {}, { kind: 'retryable' }],
  [200, '<html>', {}, { kind: 'retryable' }],
  [200, '{"access_token":"a b","token_type":"bearer"}', {}, { kind: 'needsPerson' }],
  [400, '{"error":"invalid_scope"}', {}, { kind: 'needsPerson', message: expect.stringContaining('invalid_scope') }],
  [302, '', { location: 'http://127.0.0.1:1/' }, { kind: 'needsPerson' }],
  [404, 'nothing', {}, { kind: 'needsPerson', message: expect.stringContaining('token URL') }],
])('types the answer %i %s of the token service', async (status, body, headers, expected) => {
  tokens.answerNext(status, body, headers);
  expect(await open().read(ada(), never)).toMatchObject(expected);
});

it('takes a token service over plain http on this machine alone', () => {
  const parse = (tokenUrl: string) =>
    scimConnector.configuration.safeParse({
      baseUrl: 'https://a.example',
      authentication: 'oauth',
      tokenUrl,
      clientId: 'x',
    });
  expect(parse('http://login.example.com/token').error?.issues[0]?.message).toMatch(/^Use https/);
  expect(parse('https://login.example.com/token').data).toMatchObject({ scope: '', clientAuthentication: 'header' });
});
