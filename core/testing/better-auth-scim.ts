/**
 * The SCIM service of Better Auth (https://www.better-auth.com, MIT) on loopback, with its data in memory. It was
 * written by other people than the sample's, and differs from it in many ways that are within the RFCs.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { scim } from '@better-auth/scim';
import { betterAuth, type BetterAuthPlugin } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { getAuthTables } from 'better-auth/db';

export interface BetterAuthScim {
  readonly baseUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

export async function startBetterAuthScim(): Promise<BetterAuthScim> {
  const token = 'better-auth-token-of-the-tests-0123456789';
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plugin = scim({ connections: [{ id: 'gatehouse', credentials: [{ type: 'bearer', id: 'tests', token }] }] });
  const options = {
    baseURL: origin,
    secret: 'a secret for nobody, in tests alone, long enough',
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    // Its types were made without `exactOptionalPropertyTypes`.
    plugins: [plugin as unknown as BetterAuthPlugin],
  };
  const tables = Object.fromEntries(Object.keys(getAuthTables(options)).map((name) => [name, []]));
  const handle = toNodeHandler(betterAuth({ ...options, database: memoryAdapter(tables) }));
  server.on('request', (request, response) => void handle(request, response));
  return {
    baseUrl: `${origin}/api/auth/scim/v2`,
    token,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
