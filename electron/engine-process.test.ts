/** The real engine process, run by Node in place of Electron's utility process: killed, started again, closed in peace. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandId, Contract } from '#core/contract/index.ts';
import type { EngineChild } from './electron-module.ts';
import type { Attention } from './engine-messages.ts';
import { createEngine, type Engine } from './engine.ts';
import { forkEngine } from './testing/forked-engine.ts';
import { keptLog } from './testing/kept-log.ts';

type Client = ContractRouterClient<Contract>;

// Each test starts real processes.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const sleepingMachine = new URL('./testing/sleeping-machine.ts', import.meta.url).href;
const modulePath = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
let directory: string;
let children: EngineChild[];
let attentions: Attention[];
let stopped: string[];
let hosts: (readonly string[])[];
let engine: Engine;
let log: ReturnType<typeof keptLog>;
let ports: MessagePort[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-shell-'));
  children = [];
  attentions = [];
  stopped = [];
  hosts = [];
  ports = [];
  log = keptLog();
  engine = startEngine(directory);
});

afterEach(async () => {
  await engine.close();
  for (const port of ports) port.close();
  rmSync(directory, { recursive: true, force: true });
});

function startEngine(workspace: string, execArgv: readonly string[] = []): Engine {
  const created = createEngine(
    {
      utilityProcess: {
        fork(path, args, options) {
          // No session bus: whoever runs these tests keeps their own keychain out of them.
          const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };
          const child = forkEngine(path, args, { ...options, env, execArgv: [...execArgv] });
          children.push(child);
          return child;
        },
      },
    },
    {
      modulePath,
      args: ['--workspace', workspace],
      log,
      attention: (attention) => void attentions.push(attention),
      hosts: (connected) => void hosts.push(connected),
      slow: () => undefined,
      stopped: (why) => void stopped.push(why),
    },
  );
  created.start();
  return created;
}

async function openWindow(
  key: string,
): Promise<{ readonly client: Client; readonly port: MessagePort; readonly closed: Promise<unknown> }> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const closed = once(port1, 'close');
  await engine.connect(key, port2 as unknown as MessagePortMain);
  const client: Client = createORPCClient(new RPCLink({ port: port1 }));
  port1.start();
  return { client, port: port1, closed };
}

const commandId = (): CommandId => randomUUID() as CommandId;

async function setUp(client: Client): Promise<void> {
  const created = await client.workspace.createOwn({
    commandId: commandId(),
    organisation: 'Harbour Works',
    fullName: 'Ada Lund',
    workEmail: 'ada@harbour.example',
  });
  if (created.outcome !== 'done') throw new Error(created.refusal.message);
  const signedIn = await client.session.signIn({ employeeId: created.value.employeeId });
  expect(signedIn.outcome).toBe('done');
}

function newApplication(name: string): Parameters<Client['applications']['create']>[0] {
  return {
    commandId: commandId(),
    name,
    fulfillment: 'manual',
    reviewSettings: { approval: 'review', reviewers: ['manager'] },
  };
}

describe('a window that reaches the engine', () => {
  it('works with the workspace, over a port of its own', async () => {
    const { client } = await openWindow('first');
    expect(await client.workspace.status()).toMatchObject({ state: 'new' });
  });

  it('stays signed in when it connects again, and another window is nobody', async () => {
    const first = await openWindow('first');
    await setUp(first.client);
    first.port.close();
    const again = await openWindow('first');
    const other = await openWindow('other');
    expect(await again.client.session.current()).toMatchObject({ person: { fullName: 'Ada Lund' } });
    expect(await other.client.session.current()).toBeNull();
    expect(await again.client.session.windowLink()).toEqual({ url: null });
  });

  it('has the shell know which systems are connected, at first and when that changes', async () => {
    const { client } = await openWindow('first');
    expect(hosts).toEqual([[]]);
    await setUp(client);
    const created = await client.applications.create(newApplication('Payroll'));
    if (created.outcome !== 'done') throw new Error(created.refusal.message);
    const connection = { ...created.value, connector: 'csvExchange', configuration: { folder: directory } };
    const before = hosts.length;
    const set = await client.applications.setConnection({ ...connection, commandId: commandId() });
    expect(set).toMatchObject({ outcome: 'done' });
    await vi.waitFor(() => expect(hosts.length).toBeGreaterThan(before));
  });

  it('is forgotten with its session once it has closed for good', async () => {
    const first = await openWindow('first');
    await setUp(first.client);
    engine.forget('first');
    const later = await openWindow('first');
    expect(await later.client.session.current()).toBeNull();
  });

  it('has its tasks counted for the tray', async () => {
    const { client } = await openWindow('first');
    await setUp(client);
    await vi.waitFor(() => expect(attentions.some((attention) => attention.operatorId !== null)).toBe(true), 5_000);
    expect(attentions.at(-1)).toMatchObject({ window: 'first', openTasks: 0, arrived: [] });
  });
});

describe('an engine that is killed in the middle of its work', () => {
  it('starts again, loses nothing that was confirmed, and knows who was signed in', async () => {
    const first = await openWindow('first');
    await setUp(first.client);
    const confirmed: string[] = [];
    let asked = 0;
    const names = Array.from({ length: 400 }, (_, index) => `Application ${index}`);
    const working = Promise.allSettled(
      names.map(async (name) => {
        asked += 1;
        const answer = await first.client.applications.create(newApplication(name));
        if (answer.outcome === 'done') confirmed.push(name);
      }),
    );
    await vi.waitFor(() => expect(confirmed.length).toBeGreaterThan(5), { timeout: 10_000, interval: 2 });
    process.kill(children[0]!.pid!, 'SIGKILL');
    await first.closed;
    expect(confirmed.length).toBeLessThan(asked);

    const again = await openWindow('first');
    expect(children).toHaveLength(2);
    expect(await again.client.session.current()).toMatchObject({ person: { fullName: 'Ada Lund' } });
    const found = await namesOf(again.client);
    expect(confirmed.filter((name) => !found.has(name))).toEqual([]);
    expect(stopped).toEqual([]);
    void working;
  });
});

describe('the end', () => {
  it('lets the commands that are under way finish first', async () => {
    const { client } = await openWindow('first');
    await setUp(client);
    const names = Array.from({ length: 30 }, (_, index) => `Application ${index}`);
    const confirmed: string[] = [];
    for (const name of names) {
      client.applications.create(newApplication(name)).then(
        (answer) => answer.outcome === 'done' && confirmed.push(name),
        () => undefined, // The answer did not get out any more.
      );
    }
    await vi.waitFor(() => expect(confirmed.length).toBeGreaterThan(0), { timeout: 10_000, interval: 1 });
    await engine.close();
    expect(log.lines.filter(({ text }) => text === 'The engine has closed')).toMatchObject([{ data: { code: 0 } }]);

    engine = startEngine(directory);
    const again = await openWindow('again');
    const choices = await again.client.session.choices({ search: 'Ada' });
    await again.client.session.signIn({ employeeId: choices.rows[0]!.person.id });
    // All had reached the engine before it was asked to close, so all are there, answered or not.
    expect(await namesOf(again.client)).toEqual(new Set(names));
  });
});

describe('a workspace that cannot be opened', () => {
  it('is told in words, and not tried over and over', async () => {
    await engine.close();
    const file = join(directory, 'occupied');
    writeFileSync(file, 'This is no folder.');
    engine = startEngine(file);
    await vi.waitFor(() => expect(stopped).toHaveLength(1), 10_000);
    expect(stopped[0]).toContain('occupied');
    await expect(engine.connect('first', new MessageChannel().port2 as unknown as MessagePortMain)).rejects.toThrow(
      'not running',
    );
  });
});

describe('a machine that slept', () => {
  it('has what fell due meanwhile done when it wakes, with no timer’s help', async () => {
    await engine.close();
    children = [];
    engine = startEngine(directory, ['--import', sleepingMachine]);
    const { client } = await openWindow('first');
    await client.workspace.createSample({ commandId: commandId() });
    const signIn = async (name: string) => {
      const [choice] = (await client.session.choices({ search: name })).rows;
      await client.session.signIn({ employeeId: choice!.person.id });
      return choice!.person.id;
    };
    const beneficiaryId = await signIn('Bjørn Zhang');
    const [entitlement] = (await client.applications.entitlements({ search: 'Code readers' })).rows;
    const submitted = await client.requests.submit({
      commandId: commandId(),
      justification: 'For an hour.',
      items: [
        { action: 'GRANT', beneficiaryId, entitlementId: entitlement!.id, term: { kind: 'duration', minutes: 60 } },
      ],
    });
    if (submitted.outcome !== 'done') throw new Error(submitted.refusal.message);
    const { requestId } = submitted.value;
    await signIn('Yara Schneider');
    const task = (await client.tasks.list({ status: 'open' })).rows.find((row) => row.requestId === requestId)!;
    const { id: taskId, requestVersion: basedOn } = task;
    await client.tasks.decide({ commandId: commandId(), taskId, basedOn, verdict: 'approve' });
    const item = async () => (await client.requests.get({ requestId })).items[0]!;
    const soon = { timeout: 30_000, interval: 100 };
    await vi.waitFor(async () => expect((await item()).fulfilledAt).not.toBeNull(), soon);
    process.kill(children[0]!.pid!, 'SIGUSR2');
    await wait(1_500);
    expect((await item()).expiredAt).toBeNull();
    engine.tell({ type: 'power', event: 'resume' });
    await vi.waitFor(async () => expect((await item()).expiredAt).not.toBeNull(), soon);
  }, 90_000);
});

describe('power and network', () => {
  it('reach the engine', async () => {
    await openWindow('first');
    engine.tell({ type: 'power', event: 'resume' });
    engine.tell({ type: 'network', online: true });
    await vi.waitFor(() => {
      const text = readFileSync(join(directory, 'logs', 'engine.log'), 'utf8');
      expect(text).toContain('"event":"resume"');
      expect(text).toContain('"online":true');
    }, 5_000);
  });
});

describe('the log of the engine', () => {
  it('is moved aside when it has grown, while the engine runs', async () => {
    await engine.close();
    const file = join(directory, 'logs', 'engine.log');
    mkdirSync(dirname(file), { recursive: true });
    // A little under the size at which it is moved: what is written at the start is still added to it.
    writeFileSync(file, `${'x'.repeat(999_900)}\n`);
    engine = startEngine(directory);
    await openWindow('first');
    for (const event of ['resume', 'unlock-screen', 'suspend'] as const) engine.tell({ type: 'power', event });
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('"event":"suspend"'), 5_000);
    expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/^x+\n\{.*"process":"engine"/);
    expect(statSync(file).size).toBeLessThan(10_000);
    expect(statSync(file).mode & 0o077).toBe(0);
  });
});

describe.skipIf(process.platform !== 'linux')('a keychain that is not there', () => {
  it('is told by the engine in its own words, and nothing else suffers', async () => {
    const { client } = await openWindow('first');
    const { keychain } = await client.workspace.status();
    expect(keychain.available).toBe(false);
    expect(keychain.message).not.toBe('');
    await setUp(client);
  });
});

async function namesOf(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.applications.list({ search: '' });
  return new Set(rows.map((row) => row.name));
}
