/** Lists and pages as servers really give them: a discovery is whole, or it is a fault. */
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorFault, type Connector, type DiscoveryPage } from '#core/connectors/connector.ts';
import { scimConnector } from '#core/connectors/scim/index.ts';
import { startSampleTestbed, startSecondTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';
import type { SecondScimServerOptions } from '#core/testing/second-scim-server.ts';

const never = new AbortController().signal;
const names = ['ada', 'grace', 'edsger', 'tony', 'alan', 'radia'];
const contents = {
  users: names.map((userName) => ({ userName, email: `${userName}@example.com` })),
  groups: { Readers: ['ada', 'grace', 'tony'], Writers: [] },
};

let bed: ScimTestbed;
afterEach(() => bed.close());

function open(pageSize = 3): Required<Connector> {
  const configuration = scimConnector.configuration.parse({ ...bed.configuration, pageSize });
  return scimConnector.open({ configuration, secrets: bed.secrets }) as Required<Connector>;
}

async function second(options: Partial<SecondScimServerOptions>): Promise<Required<Connector>> {
  bed = await startSecondTestbed(contents, options);
  return open();
}

async function collect(pages: AsyncIterable<DiscoveryPage>): Promise<readonly DiscoveryPage[]> {
  const all: DiscoveryPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe('listing', () => {
  const ids = (pages: readonly DiscoveryPage[]) =>
    pages.flatMap(({ accounts }) => accounts.map(({ externalId }) => externalId));

  it.each([
    ['gives fewer than asked', { largestPage: 2 }, 100],
    ['gives one at a time and no total', { largestPage: 1, announcesTotal: false }, 5],
    ['gives no total and starts again past the end', { largestPage: 3, announcesTotal: false }, 3],
    ['ends on a full page', { largestPage: 6 }, 6],
  ] as const)('is whole from a server that %s', async (_what, options, pageSize) => {
    await second(options);
    expect(ids(await collect(open(pageSize).discover(null, never)))).toEqual(names);
  });

  it('does not take the size of a page for the total', async () => {
    bed = await startSampleTestbed(contents);
    const connector = open(3);
    const page = { totalResults: 3, Resources: names.slice(0, 3).map((id) => ({ id, userName: id })) };
    bed.proxy.addRule({
      path: /Users\?startIndex=1&/,
      fault: { kind: 'answer', status: 200, body: JSON.stringify(page) },
    });
    await collect(connector.discover(null, never));
    expect(bed.proxy.requests.some(({ path }) => path.includes('/Users?startIndex=3'))).toBe(true);
  });

  it('reads from further back when somebody is deleted meanwhile, and misses nobody', async () => {
    const contentsLeft = names.filter((name) => name !== 'ada');
    bed = await startSampleTestbed(contents);
    const url = `${bed.proxy.baseUrl}/Users/${bed.userId('ada')}`;
    const remove = () => fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${bed.secrets['token']}` } });
    bed.proxy.addRule({ path: /Users\?startIndex=4/, fault: { kind: 'afterAction', action: remove } });
    const found = ids(await collect(open(2).discover(null, never)));
    expect(found.toSorted()).toEqual(expect.arrayContaining(contentsLeft.map((name) => bed.userId(name)).toSorted()));
    expect(new Set(found).size).toBe(found.length);
  });

  it('goes by cursor where the server has them, from any checkpoint, and begins anew when one expired', async () => {
    const served = await startSecondTestbed(contents, { cursors: true, largestPage: 2 });
    bed = served;
    const pages = await collect(open(2).discover(null, never));
    expect(ids(pages)).toEqual(names);
    expect(bed.proxy.requests.some(({ path }) => path.includes('startIndex'))).toBe(false);
    for (const [index, { checkpoint }] of pages.slice(0, -1).entries())
      expect(ids(await collect(open(2).discover(checkpoint, never)))).toEqual(ids(pages.slice(index + 1)));

    // Somebody who is gone moves nobody, and a cursor that is not known any more loses nobody.
    const found: string[] = [];
    for await (const page of open(2).discover(null, never)) {
      found.push(...ids([page]));
      if (found.length === 2) served.server.removeUser('ada');
      if (found.length === 4) served.server.expireCursors();
    }
    expect(found).toEqual(names);
    const old = pages[0]?.checkpoint ?? '';
    served.server.expireCursors();
    expect(ids(await collect(open(2).discover(old, never)))).toEqual(names.filter((name) => name !== 'ada'));
  });

  it('is a fault when the server keeps announcing more than it lists', async () => {
    await second({});
    const short = { totalResults: 9, Resources: [{ id: 'ada' }] };
    bed.proxy.addRule({
      path: /\/Users/,
      times: Infinity,
      fault: { kind: 'answer', status: 200, body: JSON.stringify(short) },
    });
    const thrown = await collect(open().discover(null, never)).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(thrown).toBeInstanceOf(ConnectorFault);
    expect(thrown).toMatchObject({
      failure: { kind: 'retryable', message: expect.stringContaining('announced 9 and listed 1') },
    });
  });

  it('reads memberships however they are written, and leaves out groups within groups', async () => {
    await second({});
    const group = {
      ID: 'g',
      DisplayName: 'Mixed',
      Members: [
        'plain',
        { value: 'by value' },
        { $ref: 'https://x.example/v2/Users/by%20ref' },
        { value: { $ref: '../Users/nested' } },
        { value: 7 },
        { value: 'sub', type: 'Group' },
        { value: 'sub2', $ref: '../Groups/sub2' },
      ],
    };
    bed.proxy.addRule({
      path: /\/Groups/,
      times: Infinity,
      fault: { kind: 'answer', status: 200, body: JSON.stringify({ TotalResults: '1', RESOURCES: [group] }) },
    });
    const pages = await collect(open().discover(null, never));
    expect(pages.flatMap(({ grants }) => grants.map((grant) => grant.accountExternalId))).toEqual([
      'plain',
      'by value',
      'by ref',
      'nested',
      '7',
    ]);
  });

  it('starts from the beginning at a checkpoint it cannot read', async () => {
    await second({});
    for (const checkpoint of ['', 'nonsense', '{"phase":"users"}', '{"phase":"x","startIndex":1}', '[]']) {
      expect(ids(await collect(open().discover(checkpoint, never)))).toEqual(names);
    }
  });
});
