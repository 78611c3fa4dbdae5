/**
 * A SCIM service of many people and groups that computes its pages instead of storing them, so that it costs a
 * reader next to nothing. It answers what RFC 7644 sections 3.4.2 and 4 ask of a service that is only read.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [, , people = 0, groups = 0, membersEach = 0] = process.argv.map(Number);

function user(index: number): unknown {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: `u${index}`,
    userName: `person-${index}@bench.example`,
    displayName: `Person ${index}`,
    active: true,
    emails: [{ value: `person-${index}@bench.example`, primary: true }],
  };
}

function group(index: number): unknown {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id: `g${index}`,
    displayName: `Group ${index}`,
    members: Array.from({ length: membersEach }, (_, member) => ({ value: `u${(index * 97 + member * 7) % people}` })),
  };
}

const documents: Readonly<Record<string, unknown>> = {
  '/ServiceProviderConfig': {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: false },
    authenticationSchemes: [{ type: 'oauthbearertoken', name: 'Bearer', description: 'Bearer token' }],
  },
};

const server = createServer(({ url = '/' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const first = Math.max(1, Number(searchParams.get('startIndex') ?? 1));
  const count = Math.min(1000, Number(searchParams.get('count') ?? 100));
  const list = (total: number, make: (index: number) => unknown) => {
    const length = Math.max(0, Math.min(count, total - first + 1));
    return send(response, 200, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: total,
      startIndex: first,
      itemsPerPage: length,
      Resources: Array.from({ length }, (_, index) => make(first - 1 + index)),
    });
  };
  if (pathname === '/Users') return list(people, user);
  if (pathname === '/Groups') return list(groups, group);
  const document = documents[pathname];
  if (document !== undefined) return send(response, 200, document);
  return send(response, 404, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '404',
    detail: `There is no ${pathname}.`,
  });
});

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/scim+json' }).end(JSON.stringify(body));
}

// A reader that writes for a while before it asks again finds its connection open still.
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ baseUrl: `http://127.0.0.1:${port}` })}\n`);
});
process.stdin.resume().on('end', () => {
  server.close();
  server.closeAllConnections();
});
