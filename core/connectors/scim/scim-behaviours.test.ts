/** Ways in which real servers differ from the RFCs and from each other, one at a time. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { scimConnector } from '#core/connectors/scim/index.ts';
import { startSampleTestbed, startSecondTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';
import type { SecondScimServerOptions } from '#core/testing/second-scim-server.ts';

const never = new AbortController().signal;
const names = ['ada', 'grace', 'edsger', 'tony', 'alan', 'radia'];
const contents = {
  users: names.map((userName) => ({ userName, email: `${userName}@example.com` })),
  groups: { Readers: ['ada', 'grace', 'tony'], Writers: [] },
};
const ada = { accountExternalId: 'ada', entitlementExternalId: 'Readers' };

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

const operations = () =>
  bed.proxy.requests
    .filter(({ method }) => method === 'PATCH' || method === 'PUT')
    .map(({ method, body }) => `${method} ${body.includes('members[') ? 'by filter' : 'by value'}`);

describe('revoking', () => {
  it('uses the path filter alone where it works', async () => {
    const connector = await second({ removalByFilter: 'works', removalByValue: 'empties' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied' });
    expect(operations()).toEqual(['PATCH by filter']);
    expect(await bed.membersOf('Readers')).toEqual(['grace', 'tony']);
  });

  it('escapes an id within the path filter', async () => {
    const awkward = 'quo"ted \\ "name"] or members[value pr';
    bed = await startSecondTestbed(
      {
        users: [{ userName: awkward, email: 'q@example.com' }, ...contents.users],
        groups: { Readers: ['ada', awkward] },
      },
      { removalByFilter: 'works', removalByValue: 'refused' },
    );
    expect(await open().revoke({ accountExternalId: awkward, entitlementExternalId: 'Readers' }, never)).toMatchObject({
      kind: 'applied',
    });
    expect(await bed.membersOf('Readers')).toEqual(['ada']);
  });

  it('names the member by value where the path filter is refused', async () => {
    const connector = await second({ removalByFilter: 'refused', removalByValue: 'works' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied', facts: { httpStatus: '204' } });
    expect(operations()).toEqual(['PATCH by filter', 'PATCH by value']);
  });

  it('never sends a bare remove to a server that only ignored the path filter, and calls nothing done', async () => {
    const connector = await second({ removalByFilter: 'ignored', removalByValue: 'empties' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'retryable' });
    expect(operations()).toEqual(['PATCH by filter']);
    expect(await bed.membersOf('Readers')).toEqual(['ada', 'grace', 'tony']);
  });

  it('replaces the group, held to its version, where neither removes', async () => {
    for (const removalByFilter of ['ignored', 'refused'] as const) {
      const connector = await second({ removalByFilter, removalByValue: 'refused', versions: true });
      expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied', facts: { httpStatus: '200' } });
      expect(operations().at(-1)).toBe('PUT by value');
      expect(await bed.membersOf('Readers')).toEqual(['grace', 'tony']);
      if (removalByFilter === 'ignored') await bed.close();
    }
  });

  it('does not overwrite what somebody else changed in between', async () => {
    const connector = await second({ removalByFilter: 'refused', removalByValue: 'refused', versions: true });
    const other = { accountExternalId: 'grace', entitlementExternalId: 'Readers' };
    bed.proxy.addRule({ method: 'PUT', fault: { kind: 'afterAction', action: () => connector.revoke(other, never) } });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'retryable' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf('Readers')).toEqual(['tony']);
  });

  it('asks for a person where no way removes a single member safely', async () => {
    const connector = await second({ removalByFilter: 'refused', removalByValue: 'refused' });
    expect(await connector.revoke(ada, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('path filters are not supported'),
    });
    expect(await bed.membersOf('Readers')).toEqual(['ada', 'grace', 'tony']);
  });

  it('says who else is gone when a server empties the group, and gives nothing back by itself', async () => {
    const connector = await second({ removalByFilter: 'refused', removalByValue: 'empties' });
    expect(await connector.revoke(ada, never)).toMatchObject({
      kind: 'applied',
      facts: { otherMembersGone: '2: grace, tony' },
    });
    expect(operations()).toEqual(['PATCH by filter', 'PATCH by value']);
  });

  it('never gives back access that is being removed at the same time', async () => {
    const connector = await second({ removalByFilter: 'refused', removalByValue: 'works', versions: true });
    const all = ['ada', 'grace', 'tony'].map((accountExternalId) =>
      connector.revoke({ accountExternalId, entitlementExternalId: 'Readers' }, never),
    );
    expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual(['applied', 'applied', 'applied']);
    expect(await bed.membersOf('Readers')).toEqual([]);
  });
});

describe('granting', () => {
  it.each([400, 404, 500] as const)('knows an unknown account behind status %i', async (unknownMemberStatus) => {
    const connector = await second({ unknownMemberStatus });
    expect(
      await connector.grant({ accountExternalId: 'nobody', entitlementExternalId: 'Readers' }, never),
    ).toMatchObject({ kind: 'notFound', what: 'account' });
  });

  it('replaces the group where the server has no PATCH', async () => {
    const connector = await second({ patches: false, versions: true });
    expect(await connector.grant({ accountExternalId: 'alan', entitlementExternalId: 'Readers' }, never)).toMatchObject(
      { kind: 'applied' },
    );
    expect(await bed.membersOf('Readers')).toEqual(['ada', 'grace', 'tony', 'alan']);
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf('Readers')).toEqual(['grace', 'tony', 'alan']);
  });

  it('passes on the reason of a refusal, on one line and not without end', async () => {
    const connector = await second({});
    bed.proxy.addRule({
      method: 'PATCH',
      fault: { kind: 'answer', status: 400, body: `group is\n\tlocked ${'x'.repeat(5000)}` },
    });
    const answer = await connector.grant({ accountExternalId: 'alan', entitlementExternalId: 'Readers' }, never);
    expect(answer).toMatchObject({ kind: 'refused', message: expect.stringContaining('group is locked xxx') });
    expect(JSON.stringify(answer).length).toBeLessThan(400);
  });
});

describe('a server that never shows members', () => {
  const nobody = { accountExternalId: 'radia', entitlementExternalId: 'Readers' };

  it('is asked by filter, and believed since it tells two members apart', async () => {
    const connector = await second({ hidesMembers: true, removalByFilter: 'works' });
    expect(await connector.read(ada, never)).toMatchObject({ value: { held: true } });
    expect(await connector.grant(ada, never)).toMatchObject({ kind: 'already' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.read(ada, never)).toMatchObject({ value: { held: false } });
    expect(await bed.membersOf('Readers')).toEqual(['grace', 'tony']);
  });

  it('is believed that it finds nobody once its filter found somebody else', async () => {
    const connector = await second({ hidesMembers: true, removalByFilter: 'works' });
    expect(await connector.read(nobody, never)).toMatchObject({ value: { held: false } });
    expect(await connector.revoke(nobody, never)).toMatchObject({ kind: 'already' });
    expect(await connector.grant(nobody, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.revoke(nobody, never)).toMatchObject({ kind: 'applied' });
  });

  it('is believed where users show their own groups', async () => {
    const options = {
      hidesMembers: true,
      filtersMembers: false,
      showsOwnGroups: true,
      removalByFilter: 'works',
    } as const;
    const connector = await second(options);
    expect(await connector.read(ada, never)).toMatchObject({ value: { held: true } });
    const elsewhere = { accountExternalId: 'ada', entitlementExternalId: 'Writers' };
    expect(await connector.read(elsewhere, never)).toMatchObject({ value: { held: false } });
    expect(await connector.grant(elsewhere, never)).toMatchObject({ kind: 'applied' });
    expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'applied' });
    expect(await bed.membersOf('Readers')).toEqual(['grace', 'tony']);
  });

  // 200 with an empty list is how some servers answer a filter they do not know.
  describe.each([
    ['finds nobody, whatever is asked', { totalResults: 0, Resources: [] }],
    ['finds the group for every member', { totalResults: 1, Resources: [{ id: 'Readers' }] }],
  ])('and whose filter %s', (_what, found) => {
    const begin = async (options: Partial<SecondScimServerOptions>) => {
      const connector = await second({ hidesMembers: true, ...options });
      const body = JSON.stringify(found);
      bed.proxy.addRule({ path: /filter=/, times: Infinity, fault: { kind: 'answer', status: 200, body } });
      return connector;
    };

    it('proves nothing: nothing is called held, absent, or done', async () => {
      const connector = await begin({ removalByFilter: 'works' });
      for (const answer of [
        await connector.read(ada, never),
        await connector.grant(nobody, never),
        await connector.revoke(ada, never),
        await connector.revoke(ada, never),
      ])
        expect(answer).toMatchObject({
          kind: 'needsPerson',
          message: expect.stringContaining('Look in the application'),
        });
      // What was sent was sent all the same: it can only be what was asked for.
      expect(await bed.membersOf('Readers')).toEqual(['grace', 'tony', 'radia']);
    });

    it('keeps access that it would not remove from being called removed', async () => {
      const connector = await begin({ removalByFilter: 'ignored' });
      expect(await connector.revoke(ada, never)).toMatchObject({ kind: 'needsPerson' });
      expect(await connector.read(ada, never)).toMatchObject({ kind: 'needsPerson' });
      expect(await bed.membersOf('Readers')).toContain('ada');
    });

    it('is discovered without a word on who holds what', async () => {
      const connector = await begin({});
      const pages = [];
      for await (const page of connector.discover(null, never)) pages.push(page);
      expect(pages.flatMap(({ grants }) => grants)).toEqual([]);
      expect(pages.flatMap(({ holdersUnknown = [] }) => holdersUnknown).toSorted()).toEqual(['Readers', 'Writers']);
    });
  });

  it('is told from one whose group is empty by another group that shows its members', async () => {
    const connector = await second({});
    const empty = { accountExternalId: 'ada', entitlementExternalId: 'Writers' };
    expect(await connector.read(empty, never)).toMatchObject({ value: { held: false } });
    const pages = [];
    for await (const page of connector.discover(null, never)) pages.push(page);
    expect(pages.every(({ holdersUnknown }) => holdersUnknown === undefined)).toBe(true);
  });

  it('passes on a fault met while it looks for proof', async () => {
    const connector = await second({ hidesMembers: true });
    bed.proxy.addRule({ path: /filter=/, fault: { kind: 'answer', status: 503 } });
    expect(await connector.read(ada, never)).toMatchObject({ kind: 'retryable' });
  });
});

describe('finding', () => {
  it('looks through everybody where a filter finds everybody', async () => {
    bed = await startSampleTestbed(contents);
    const connector = open();
    const everybody = await fetchBody('/Users?startIndex=1&count=3');
    bed.proxy.addRule({ path: /filter=/, times: Infinity, fault: { kind: 'answer', status: 200, body: everybody } });
    expect(await connector.findAccount({ username: 'RADIA', email: '' }, never)).toMatchObject({
      value: { username: 'radia' },
    });
    expect(await connector.findAccount({ username: 'nobody', email: 'nobody@example.com' }, never)).toMatchObject({
      kind: 'notFound',
    });
  });

  it.each([
    [400, 'invalid filter'],
    [501, 'no filters'],
    [404, 'nobody'],
  ])('looks through everybody where a filter answers %i', async (status, body) => {
    bed = await startSampleTestbed(contents);
    bed.proxy.addRule({ path: /filter=/, times: Infinity, fault: { kind: 'answer', status, body } });
    expect(await open().findAccount({ username: 'Radia', email: '' }, never)).toMatchObject({
      value: { username: 'radia' },
    });
  });

  it('is not misled where a filter finds everybody, one on each page', async () => {
    await second({ largestPage: 1 });
    const first = {
      totalResults: 6,
      Resources: [{ id: 'ada', userName: 'ada', emails: [{ value: 'ada@example.com' }] }],
    };
    const everybody = { kind: 'answer', status: 200, body: JSON.stringify(first) } as const;
    bed.proxy.addRule({ path: /filter=/, times: Infinity, fault: everybody });
    expect(await open(1).findAccount({ username: 'RADIA', email: '' }, never)).toMatchObject({
      value: { username: 'radia' },
    });
  });

  it('believes a refused creation more than a filter that finds nobody', async () => {
    bed = await startSampleTestbed(contents);
    const nobody = { kind: 'answer', status: 200, body: '{"totalResults":0,"Resources":[]}' } as const;
    bed.proxy.addRule({ path: /filter=userName%20eq%20%22radia/, times: Infinity, fault: nobody });
    const draft = { username: 'radia', email: 'new@example.com', displayName: 'Radia', employeeId: 'e-3' };
    const unknown = { firstName: null, lastName: null, department: null, jobTitle: null };
    expect(await open().createAccount({ ...draft, ...unknown }, never)).toMatchObject({
      kind: 'already',
      value: { username: 'radia' },
    });
    expect(bed.proxy.reached('POST')).toBe(1);
    expect(await bed.userNames()).toHaveLength(names.length);
  });

  it('asks a server with trustworthy filters no more than a few questions', async () => {
    bed = await startSampleTestbed(contents);
    expect(await open().findAccount({ username: 'nobody', email: 'nobody@example.com' }, never)).toMatchObject({
      kind: 'notFound',
    });
    expect(bed.proxy.requests.length).toBeLessThanOrEqual(7);
    expect(bed.proxy.requests.some(({ path }) => path.includes('startIndex=4'))).toBe(false);
  });

  async function fetchBody(path: string): Promise<string> {
    const response = await fetch(`${bed.proxy.baseUrl}${path}`, {
      headers: { authorization: `Bearer ${bed.secrets['token']}` },
    });
    return response.text();
  }
});
