/** What becomes of an account's attributes on servers that differ, beyond what the contract of connectors asks for. */
import { afterEach, expect, it } from 'vitest';
import type { AccountDraft, Connector, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { scimConnector } from '#core/connectors/scim/index.ts';
import { startSampleTestbed, startSecondTestbed, type ScimTestbed } from '#core/testing/scim-testbed.ts';

const never = new AbortController().signal;
const contents = { users: [{ userName: 'ada', email: 'ada@example.com' }], groups: { Readers: ['ada'] } };
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const draft: AccountDraft = {
  username: 'grace@example.com',
  email: 'grace@example.com',
  displayName: 'Grace Hopper',
  firstName: 'Grace',
  lastName: 'Hopper',
  department: 'Compilers',
  jobTitle: 'Rear admiral',
  employeeId: 'e-7',
};

let bed: ScimTestbed;
afterEach(() => bed.close());

const open = () =>
  scimConnector.open({
    configuration: scimConnector.configuration.parse(bed.configuration),
    secrets: bed.secrets,
  }) as Required<Connector>;

function accountIn(outcome: Outcome<RemoteAccount>): RemoteAccount {
  if (outcome.kind !== 'applied' && outcome.kind !== 'already') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

const writes = () =>
  bed.proxy.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, body }): [string, unknown] => [method, body === '' ? null : JSON.parse(body)]);

it('writes the department where users have the enterprise extension, and changes with PATCH only what differs', async () => {
  bed = await startSampleTestbed(contents);
  const connector = open();
  const account = accountIn(await connector.createAccount(draft, never));
  expect(writes()).toEqual([
    ['POST', expect.objectContaining({ title: 'Rear admiral', [enterprise]: { department: 'Compilers' } })],
  ]);
  bed.proxy.forgetRequests();
  const moved = { ...draft, lastName: 'Murray', department: 'Navy', jobTitle: null };
  expect(await connector.updateAccount(account, moved, never)).toMatchObject({ kind: 'applied' });
  expect(writes()).toEqual([
    [
      'PATCH',
      expect.objectContaining({
        Operations: [
          { op: 'replace', path: 'name.familyName', value: 'Murray' },
          { op: 'replace', path: `${enterprise}:department`, value: 'Navy' },
        ],
      }),
    ],
  ]);
  const answer = await fetch(`${bed.proxy.baseUrl}/Users/${account.externalId}`, {
    headers: { authorization: `Bearer ${bed.secrets['token']}` },
  });
  expect(await answer.json()).toMatchObject({
    title: 'Rear admiral',
    name: { givenName: 'Grace', familyName: 'Murray' },
    [enterprise]: { department: 'Navy' },
  });
});

it('replaces the user where the server has no PATCH, keeping what it does not know, and leaves the extension out', async () => {
  bed = await startSecondTestbed(contents);
  const connector = open();
  const account = accountIn(await connector.createAccount(draft, never));
  expect(writes()).toEqual([['POST', expect.not.objectContaining({ [enterprise]: expect.anything() })]]);
  bed.proxy.forgetRequests();
  const newer = { ...draft, displayName: 'Amazing Grace', jobTitle: null };
  expect(await connector.updateAccount(account, newer, never)).toMatchObject({
    kind: 'applied',
    value: { displayName: 'Amazing Grace' },
  });
  expect(writes().at(-1)).toEqual([
    'PUT',
    expect.objectContaining({ displayName: 'Amazing Grace', title: 'Rear admiral', externalId: 'e-7' }),
  ]);
  expect(await connector.disableAccount(account, never)).toMatchObject({ kind: 'applied' });
  expect(accountIn(await connector.findAccount(draft, never))).toMatchObject({
    active: false,
    displayName: 'Amazing Grace',
  });
});

it('calls no change done that the server took and did not make', async () => {
  bed = await startSampleTestbed(contents);
  const connector = open();
  const ada = accountIn(await connector.findAccount({ username: 'ada', email: '' }, never));
  for (const method of ['PATCH', 'DELETE'])
    bed.proxy.addRule({ method, times: Infinity, fault: { kind: 'answer', status: 204 } });
  expect(await connector.disableAccount(ada, never)).toMatchObject({ kind: 'retryable' });
  expect(await connector.deleteAccount(ada, never)).toMatchObject({ kind: 'retryable' });
  bed.proxy.clearRules();
  bed.proxy.addRule({ method: 'DELETE', fault: { kind: 'answer', status: 501, body: 'we keep everybody' } });
  expect(await connector.deleteAccount(ada, never)).toMatchObject({
    kind: 'needsPerson',
    message: expect.stringContaining('we keep everybody'),
  });
  expect(await bed.userNames()).toEqual(['ada']);
});
