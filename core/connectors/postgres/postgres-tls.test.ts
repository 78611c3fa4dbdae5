/** TLS with a real server: what a verified certificate is worth, and what is never sent without one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { createCertificateAuthority } from '#core/testing/certificates.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { postgresConnector } from './index.ts';

const never = new AbortController().signal;
const authority = createCertificateAuthority();
const stranger = createCertificateAuthority('Somebody else');
const someone = { username: 'nobody', email: '' };

let bed: RoleTestbed;
beforeAll(async () => {
  bed = await startRoleTestbed();
  await bed.sql(`create role plainspoken login createrole password 'gatehouse-Pa55'`);
  await bed.useTls(authority.issue(['localhost']), 'plainspoken');
});
afterAll(() => bed.close());

function open(more: Readonly<Record<string, unknown>>, host = 'localhost'): Required<Connector> {
  const { port } = new URL(String(bed.configuration['address']));
  const configuration = postgresConnector.configuration.parse({
    ...bed.configuration,
    address: `postgres://${host}:${port}/postgres`,
    ...more,
  });
  return postgresConnector.open({ configuration, secrets: bed.secrets }) as Required<Connector>;
}

const verified = { tls: 'verify-full', certificateAuthority: authority.certificate };

describe('TLS', () => {
  it('is used with a certificate of the named authority, for the named host', async () => {
    // The server takes a moment to read its settings again.
    await expect
      .poll(() => open(verified).findAccount(someone, never), { timeout: 10_000 })
      .toMatchObject({ kind: 'notFound' });
    const { checks } = await open(verified).test(never);
    expect(checks[0]?.message).toMatch(/TLSv1\.[23]/);
  });

  it.each([
    ['an unknown authority', 'localhost', { tls: 'verify-full' }],
    ['another authority', 'localhost', { tls: 'verify-full', certificateAuthority: stranger.certificate }],
    ['another host', '127.0.0.1', verified],
  ] as const)('goes no further with a certificate of %s', async (_what, host, more) => {
    expect(await open(more, host).findAccount(someone, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('cannot be trusted'),
    });
  });

  it('without verification still proves the password instead of sending it', async () => {
    expect(await open({ tls: 'require' }, '127.0.0.1').findAccount(someone, never)).toMatchObject({ kind: 'notFound' });
    expect(await open({ tls: 'require', username: 'plainspoken' }).findAccount(someone, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('scram-sha-256'),
    });
    expect(await open({ ...verified, username: 'plainspoken' }).findAccount(someone, never)).toMatchObject({
      kind: 'notFound',
    });
  });
});
