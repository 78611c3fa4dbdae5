/** The sample organisation's SCIM service, asked by its own API: what is really there, past Gatehouse. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sampleToken } from './process.ts';

export interface ScimAnswer {
  readonly totalResults?: number;
  readonly Resources?: readonly Record<string, unknown>[];
  readonly [name: string]: unknown;
}

/** Asks once the service is up: the desktop program opens its window while the engine is still starting it. */
export async function askSampleService(workspace: string, path: string): Promise<ScimAnswer> {
  const response = await untilReached(() => {
    const { port } = JSON.parse(readFileSync(join(workspace, 'sample-service', 'process.json'), 'utf8')) as {
      readonly port: number;
    };
    return fetch(`http://127.0.0.1:${port}/scim/v2${path}`, { headers: { authorization: `Bearer ${sampleToken}` } });
  });
  if (!response.ok) throw new Error(`The SCIM service answered ${response.status} to ${path}`);
  return (await response.json()) as ScimAnswer;
}

/** Tries again while nobody listens; after a hundred tries nobody will. */
async function untilReached(ask: () => Promise<Response>): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 100) throw error;
      await wait(100);
    }
  }
}

/** User names of the members of a group. */
export async function membersOf(workspace: string, group: string): Promise<readonly string[]> {
  const found = await askSampleService(workspace, `/Groups?filter=${encodeURIComponent(`displayName eq "${group}"`)}`);
  const members = (found.Resources?.[0]?.['members'] ?? []) as readonly { readonly value: string }[];
  const users = await askSampleService(workspace, '/Users?count=500');
  const names = new Map((users.Resources ?? []).map((user) => [user['id'], String(user['userName'])]));
  return members.map(({ value }) => names.get(value) ?? value);
}
