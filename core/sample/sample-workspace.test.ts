/** The sample organisation when its process dies at an awkward moment, or left its claim behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Topic } from '#core/domain/topics.ts';
import { ownMark } from '#core/fulfillment/process-life.ts';
import { openWorkspace, type OpenWorkspace } from '#core/host.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import { rowsOf } from '#core/testing/builders.ts';
import { startConsole } from '#core/testing/console-process.ts';
import { readSampleOrganisation } from './organisation.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-sample-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function opened<Value>(work: (workspace: OpenWorkspace) => Promise<Value>): Promise<Value> {
  const workspace = await openWorkspace({ directory, secrets: createMemorySecretStore() });
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

const connected = readSampleOrganisation().applications.find(({ fulfillment }) => fulfillment === 'connector')!;

/** What is known of the connected application, and how much has been recorded so far. */
async function stateOf(workspace: OpenWorkspace) {
  const application = (await rowsOf(workspace, 'application')).find(({ name }) => name === connected.name);
  const entitlements = (await rowsOf(workspace, 'entitlement')).filter(
    ({ applicationId }) => applicationId === application?.id,
  );
  return {
    described: Object.fromEntries(entitlements.map(({ name, description }) => [name, description])),
    requests: (await rowsOf(workspace, 'access_request')).length,
    changes: (await rowsOf(workspace, 'audit_event')).filter(({ type }) => type === 'application.changed').length,
  };
}

describe('a sample organisation that is being made when its process is killed', () => {
  it.each<readonly [string, Topic, number]>([
    ['once its connection is set', 'applications', 2],
    ['in the middle of its discovery', 'delivery', 1],
  ])(
    '%s is whole at the next start, and made no second time',
    async (_when, topic, commits) => {
      const location = { kind: 'sqlite', file: join(directory, 'workspace.db') } as const;
      const console = await startConsole({ directory, location, ahead: 0, runtime: true, secrets: {} });
      await console.tell({ kind: 'dieAfterCommits', topic, commits });
      await expect(console.tell({ kind: 'createSample' })).rejects.toThrow('dead');
      const whole = await opened(stateOf);
      expect(whole.described).toEqual(
        Object.fromEntries(connected.entitlements.map(({ name, description }) => [name, description])),
      );
      expect(whole.requests).toBeGreaterThan(5);
      expect(await opened(stateOf)).toEqual(whole);
    },
    120_000,
  );
});

describe('the claim on its service', () => {
  const claim = () => join(directory, 'sample-service', 'process.json');
  const holder = () => (JSON.parse(readFileSync(claim(), 'utf8')) as { owner: { pid: number } }).owner.pid;
  const isServed = () =>
    opened(async (workspace) => {
      if ((await rowsOf(workspace, 'setting')).length === 0) await workspace.createSample(crypto.randomUUID());
      return holder() === process.pid;
    });

  it('of a process of another boot, of one that died, and of nobody who can be made out, holds nobody up', async () => {
    mkdirSync(join(directory, 'sample-service'));
    // The number belongs to somebody else by now: process 1 is always there.
    for (const owner of [
      { ...ownMark(), pid: 1, space: 'the boot before' },
      { ...ownMark(), pid: 1, began: '0' },
      { pid: 1 },
    ]) {
      writeFileSync(claim(), JSON.stringify({ owner, port: null }));
      expect(await isServed()).toBe(true);
    }
  }, 120_000);

  it.skipIf(process.platform !== 'linux')(
    'of a living process is taken over when that ends, even before anybody has asked how it ended',
    async () => {
      mkdirSync(join(directory, 'sample-service'));
      // The one that holds the claim is a child of one that never asks what became of it.
      const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const pid = Number(String(await once(parent.stdout, 'data')));
      writeFileSync(claim(), JSON.stringify({ owner: { ...ownMark(), pid, began: beganOf(pid) }, port: null }));
      await opened(async (workspace) => {
        await workspace.createSample(crypto.randomUUID());
        expect(holder()).toBe(pid);
        process.kill(pid, 'SIGKILL');
        await expect.poll(holder, { timeout: 30_000 }).toBe(process.pid);
        await expect
          .poll(async () => (await rowsOf(workspace, 'connector_instance')).length, { timeout: 30_000 })
          .toBeGreaterThan(0);
      }).finally(() => parent.kill('SIGKILL'));
    },
    120_000,
  );
});

function beganOf(pid: number): string | null {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? null
    );
  } catch {
    return null;
  }
}
