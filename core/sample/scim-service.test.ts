/** The sample SCIM service as its clients see it, over HTTP and across restarts. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSampleScimService, type SampleScimService } from './scim-service.ts';

interface Resource {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly active?: boolean;
  readonly password?: string;
  readonly members?: readonly { readonly value: string }[];
  readonly groups?: readonly { readonly value: string }[];
}
interface Answer extends Partial<Resource> {
  readonly totalResults?: number;
  readonly Resources?: readonly Resource[];
  readonly scimType?: string;
  readonly detail?: string;
  readonly schemas?: readonly string[];
}

const users = ['Ada', 'grace', 'edsger', 'tony', 'alan'].map((userName) => ({
  userName,
  displayName: `${userName} X`,
  email: `${userName}@example.com`,
}));
const groups = [{ displayName: 'Readers', members: ['ada'] }, { displayName: 'Writers' }];

let directory: string;
let service: SampleScimService;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-sample-'));
  service = await startSampleScimService({ directory });
});
afterEach(async () => {
  await service.close();
  await rm(directory, { recursive: true });
});

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${service.token}` },
) {
  const response = await fetch(`${service.baseUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/scim+json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? {} : JSON.parse(text)) as Answer,
    type: response.headers.get('content-type'),
  };
}

const patch = (...operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});
const filtered = (filter: string) => ask('GET', `/Users?filter=${encodeURIComponent(filter)}`);

describe('the door', () => {
  it.each([{}, { authorization: 'Bearer' }, { authorization: 'Bearer wrong' }, { authorization: 'Basic eDp5' }])(
    'stays shut to %j',
    async (headers) => {
      for (const path of ['/Users', '/Groups', '/ServiceProviderConfig', '/Schemas', '/Bulk']) {
        expect((await ask('GET', path, undefined, headers as Record<string, string>)).status).toBe(401);
      }
      expect((await ask('POST', '/Users', { userName: 'intruder' }, headers as Record<string, string>)).status).toBe(
        401,
      );
      expect((await ask('GET', '/Users')).body.totalResults).toBe(0);
    },
  );

  it('takes the token it was given, under any spelling of the scheme, and makes one up otherwise', async () => {
    expect((await ask('GET', '/Users', undefined, { authorization: `bearer ${service.token}` })).status).toBe(200);
    const other = await startSampleScimService({ directory: join(directory, 'other'), token: 'a chosen one' });
    expect(other.token).toBe('a chosen one');
    expect(service.token.length).toBeGreaterThan(40);
    await other.close();
  });
});

it('says what it can do', async () => {
  const { body, type } = await ask('GET', '/ServiceProviderConfig');
  expect(body).toMatchObject({
    patch: { supported: true },
    filter: { supported: true },
    bulk: { supported: false },
    etag: { supported: false },
  });
  expect(type).toContain('application/scim+json');
  expect((await ask('GET', '/Schemas')).body.totalResults).toBe(3);
  expect((await ask('GET', '/ResourceTypes')).body.Resources).toMatchObject([{ id: 'User' }, { id: 'Group' }]);
});

it('seeds the same ids everywhere, and a second time changes nothing', async () => {
  const ids = await service.seed(groups, users);
  const [readers = '', ada = ''] = [ids.groups['Readers'], ids.users['Ada']];
  await ask('PATCH', `/Groups/${readers}`, patch({ op: 'remove', path: `members[value eq "${ada}"]` }));
  expect(await service.seed(groups, users)).toEqual(ids);
  expect((await ask('GET', `/Groups/${readers}`)).body.members).toBeUndefined();
  expect((await ask('GET', '/Groups')).body.totalResults).toBe(2);
  expect((await ask('GET', '/Users')).body.totalResults).toBe(5);
  const other = await startSampleScimService({ directory: join(directory, 'other') });
  expect(await other.seed(groups, users)).toEqual(ids);
  await other.close();
  expect(ada).toMatch(/^[0-9a-f-]{36}$/);
});

it('keeps users and memberships across restarts, and leaves no half-written file', async () => {
  const ids = await service.seed(groups, users);
  const created = await ask('POST', '/Users', {
    userName: 'New',
    emails: [{ value: 'n@example.com', primary: true }],
    password: 'hunter2',
  });
  expect(created.status).toBe(201);
  expect(created.body.password).toBeUndefined();
  await ask(
    'PATCH',
    `/Groups/${ids.groups['Writers']}`,
    patch({ op: 'add', path: 'members', value: [{ value: created.body.id }] }),
  );
  const { port, token } = service;
  await service.close();
  service = await startSampleScimService({ directory, port, token });
  expect((await ask('GET', `/Groups/${ids.groups['Writers']}`)).body.members).toMatchObject([
    { value: created.body.id, type: 'User', display: 'New' },
  ]);
  expect((await ask('GET', `/Users/${created.body.id}`)).body).toMatchObject({
    userName: 'New',
    groups: [{ value: ids.groups['Writers'] }],
  });
  expect(await readdir(directory)).toEqual(['scim.json']);
});

it('does not start on data it cannot read', async () => {
  await writeFile(join(directory, 'scim.json'), '{"users": [');
  await expect(startSampleScimService({ directory })).rejects.toMatchObject({ code: 'sample.unreadable' });
});

describe('users', () => {
  beforeEach(() => service.seed(groups, users));

  it('are unique by user name, whatever its case', async () => {
    expect(await ask('POST', '/Users', { userName: 'ADA' })).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    });
    const [grace] = (await filtered('userName eq "grace"')).body.Resources ?? [];
    expect(
      (await ask('PATCH', `/Users/${grace?.id}`, patch({ op: 'replace', path: 'userName', value: 'aDa' }))).status,
    ).toBe(409);
    expect(
      (await ask('PATCH', `/Users/${grace?.id}`, patch({ op: 'replace', path: 'userName', value: 'GRACE' }))).body
        .userName,
    ).toBe('GRACE');
  });

  it('are filtered without case, with quotes, backslashes and every letter', async () => {
    for (const userName of ['say "hi"', 'back\\slash', '名前 ü', '50%']) {
      expect((await ask('POST', '/Users', { userName })).status).toBe(201);
      expect((await filtered(`userName eq ${JSON.stringify(userName.toUpperCase())}`)).body.Resources).toMatchObject([
        { userName },
      ]);
    }
    expect((await filtered('userName eq "aDA"')).body.Resources).toMatchObject([{ userName: 'Ada' }]);
    expect((await filtered('emails.value eq "GRACE@example.com"')).body.totalResults).toBe(1);
    expect((await filtered('userName sw "A" and active eq true')).body.totalResults).toBe(2);
    expect((await filtered('not (userName eq "ada")')).status).toBeLessThan(500);
    expect((await filtered('userName eq "nobody"')).body).toMatchObject({ totalResults: 0 });
    expect((await filtered('userName eq "unclosed')).status).toBe(400);
  });

  it('are paged, with an empty page past the end', async () => {
    const page = async (startIndex: number, count: number) =>
      (await ask('GET', `/Users?startIndex=${startIndex}&count=${count}`)).body;
    expect((await page(1, 2)).Resources?.map(({ userName }) => userName)).toEqual(['Ada', 'grace']);
    expect((await page(5, 2)).Resources?.map(({ userName }) => userName)).toEqual(['alan']);
    expect(await page(6, 2)).toMatchObject({ totalResults: 5, Resources: [] });
    expect(await page(1, 0)).toMatchObject({ totalResults: 5, Resources: [] });
  });

  it('can be disabled and deleted, and leave their groups', async () => {
    const [ada] = (await filtered('userName eq "ada"')).body.Resources ?? [];
    expect(
      (await ask('PATCH', `/Users/${ada?.id}`, patch({ op: 'replace', value: { active: false } }))).body.active,
    ).toBe(false);
    expect((await ask('DELETE', `/Users/${ada?.id}`)).status).toBe(204);
    expect((await ask('DELETE', `/Users/${ada?.id}`)).status).toBe(404);
    const [readers] = (await ask('GET', '/Groups')).body.Resources ?? [];
    expect(readers).toMatchObject({ displayName: 'Readers' });
    expect(readers?.members).toBeUndefined();
  });

  it('are refused without a user name or as broken JSON', async () => {
    expect((await ask('POST', '/Users', {})).status).toBe(400);
    expect((await ask('POST', '/Users', '{"userName":')).status).toBe(400);
    const broken = await ask('PATCH', '/Users/unknown', '{"Operations":');
    expect([broken.status, broken.type]).toEqual([400, expect.stringContaining('application/scim+json')]);
    expect(broken.body).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
    expect((await ask('PUT', '/Users/unknown', { userName: 'x' })).status).toBe(404);
  });
});

describe('groups', () => {
  it('hold each member once, and only who is there', async () => {
    const ids = await service.seed(groups, users);
    const path = `/Groups/${ids.groups['Writers']}`;
    const add = patch({ op: 'add', path: 'members', value: [{ value: ids.users['grace'] }] });
    expect((await ask('PATCH', path, add)).status).toBe(200);
    await ask('PATCH', path, add);
    expect((await ask('GET', path)).body.members).toHaveLength(1);
    expect(await ask('PATCH', path, patch({ op: 'add', path: 'members', value: [{ value: 'nobody' }] }))).toMatchObject(
      { status: 400, body: { scimType: 'invalidValue' } },
    );
    expect((await ask('GET', path)).body.members).toHaveLength(1);
  });

  it('lose no member when many are added and removed at once', async () => {
    const ids = await service.seed(groups, users);
    const path = `/Groups/${ids.groups['Readers']}`;
    await Promise.all([
      ...['grace', 'edsger', 'tony', 'alan'].map((name) =>
        ask('PATCH', path, patch({ op: 'add', path: 'members', value: [{ value: ids.users[name] }] })),
      ),
      ask('PATCH', path, patch({ op: 'remove', path: `members[value eq "${ids.users['Ada']}"]` })),
    ]);
    const members = (await ask('GET', path)).body.members?.map(({ value }) => value) ?? [];
    expect(members.toSorted()).toEqual(
      ['grace', 'edsger', 'tony', 'alan'].map((name) => ids.users[name] ?? '').toSorted(),
    );
  });

  it('are apart from those of another service in the same process', async () => {
    await service.seed(groups, users);
    const other = await startSampleScimService({ directory: join(directory, 'other'), token: service.token });
    const response = await fetch(`${other.baseUrl}/Groups`, { headers: { authorization: `Bearer ${other.token}` } });
    expect(await response.json()).toMatchObject({ totalResults: 0 });
    await other.close();
  });
});
