/** The parts that need no server: the form, the headers of waiting, and the bounds of the client. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { capabilitiesOf } from '#core/connectors/connector.ts';
import { connectorNamed, connectors } from '#core/connectors/registry.ts';
import { createScimClient, resourcePath } from './client.ts';
import { retryAfter, saidBy } from './faults.ts';
import { scimConnector } from './index.ts';
import { fixedSignIn } from './sign-in.ts';

const never = new AbortController().signal;

describe('the form', () => {
  const parse = (more: Readonly<Record<string, unknown>>) =>
    scimConnector.configuration.safeParse({ baseUrl: 'https://a.example/scim/v2', authentication: 'bearer', ...more });

  it('fills in what was left out, also as an emptied field', () => {
    for (const more of [{}, { timeoutSeconds: '', pageSize: '' }, { timeoutSeconds: undefined, pageSize: null }]) {
      expect(parse(more).data).toEqual({
        baseUrl: 'https://a.example/scim/v2',
        authentication: 'bearer',
        timeoutSeconds: 30,
        pageSize: 100,
      });
    }
    expect(parse({ timeoutSeconds: '5', pageSize: '20' }).data).toMatchObject({ timeoutSeconds: 5, pageSize: 20 });
  });

  it.each(['https://a.example/', 'https://a.example//', ' https://a.example '])(
    'takes %j without its slashes',
    (baseUrl) => {
      expect(parse({ baseUrl }).data?.baseUrl).toBe('https://a.example');
    },
  );

  it.each(['http://127.0.0.1:8080/scim', 'http://localhost:3000', 'http://[::1]:3000/x'])(
    'takes plain http for this machine: %s',
    (baseUrl) => {
      expect(parse({ baseUrl }).data?.baseUrl).toBe(baseUrl);
    },
  );

  it.each([
    '',
    'example.com',
    'http://a.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'ftp://a.example',
    'javascript:alert(1)',
    'https://u:p@a.example',
    'https://u@a.example',
    'https://:p@a.example',
    'https://a.example?x=1',
    'https://a.example/#x',
  ])('does not take %j, with a sentence', (baseUrl) => {
    expect(parse({ baseUrl }).error?.issues[0]?.message).toMatch(/\.$/);
  });

  it('asks for a user name without a colon where there is one', () => {
    expect(parse({ authentication: 'basic' }).success).toBe(false);
    expect(parse({ authentication: 'basic', username: 'a:b' }).success).toBe(false);
    expect(parse({ authentication: 'basic', username: 'robot' }).data).toMatchObject({ username: 'robot' });
    expect(parse({ authentication: 'magic' }).success).toBe(false);
    expect(parse({ timeoutSeconds: 0 }).success).toBe(false);
  });

  it('has a field for every part of the configuration and says what the code can do', () => {
    const names = scimConnector.description.fields.map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      'authentication',
      'baseUrl',
      'clientAuthentication',
      'clientId',
      'clientSecret',
      'pageSize',
      'password',
      'scope',
      'timeoutSeconds',
      'token',
      'tokenUrl',
      'username',
    ]);
    const configuration = scimConnector.configuration.parse({ baseUrl: 'https://a.example', authentication: 'bearer' });
    expect(scimConnector.description.capabilities).toEqual(
      capabilitiesOf(scimConnector.open({ configuration, secrets: {} })),
    );
    expect(connectorNamed('scim')).toBe(connectors.get('scim'));
    expect(connectorNamed('toString')).toBeNull();
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  it.each([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Tue, 01 Jan 2030 00:01:00 GMT', date: 'Tue, 01 Jan 2030 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 31 Dec 2029 00:00:00 GMT' }, 0],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('%j is %s ms', (headers, expected) => {
    expect(retryAfter(new Headers(headers as Record<string, string>), now)).toBe(expected);
  });
});

it('reads what a server says of a fault from SCIM errors, other JSON and plain text, and not from web pages', () => {
  expect(saidBy('{"detail":"no\\n  way","scimType":"invalidValue"}')).toEqual({
    detail: 'no way',
    scimType: 'invalidValue',
  });
  expect(saidBy('{"message":"nope"}').detail).toBe('nope');
  expect(saidBy('plain\r\ntext').detail).toBe('plain text');
  expect(saidBy('<!doctype html><p>no').detail).toBeNull();
});

it('makes paths of ids that stay within their endpoint', () => {
  expect(resourcePath('/Users', 'a/b?c#d')).toBe('/Users/a%2Fb%3Fc%23d');
  for (const id of ['', '.', '..', '\ud800']) expect(resourcePath('/Users', id)).toBeNull();
});

describe('the client', () => {
  let server: Server;
  const serve = async (listener: RequestListener) => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return createScimClient({ baseUrl, timeoutMilliseconds: 30_000, signIn: fixedSignIn('Bearer x', []) });
  };
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it('gives up on an answer without end instead of filling the memory', async () => {
    const client = await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(await client.send({ method: 'GET', path: '/Users' }, never)).toMatchObject({
      ok: false,
      failure: { kind: 'needsPerson', message: expect.stringContaining('32 MB') },
    });
  });

  it('does not follow a redirect with its credential', async () => {
    const seen: string[] = [];
    const client = await serve((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await client.send({ method: 'POST', path: '/Users', body: {} }, never)).toMatchObject({
      ok: false,
      status: 307,
      failure: { kind: 'needsPerson' },
    });
    expect(seen).toEqual(['/Users']);
  });

  it('sends the SCIM media type, spaces as %20, and what must still be current', async () => {
    const seen: unknown[] = [];
    const client = await serve((request, response) => {
      seen.push([request.url, request.headers['content-type'], request.headers['if-match'], request.headers.accept]);
      response.writeHead(204).end();
    });
    await client.send(
      { method: 'PUT', path: '/Groups/1', query: { filter: 'a eq "b+c"' }, body: {}, ifMatch: 'W/"3"' },
      never,
    );
    expect(seen).toEqual([
      [
        '/Groups/1?filter=a%20eq%20%22b%2Bc%22',
        'application/scim+json',
        'W/"3"',
        'application/scim+json, application/json;q=0.9',
      ],
    ]);
  });
});
