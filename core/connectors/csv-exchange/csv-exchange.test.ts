import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountDraft, Connector, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { contractCases } from '#core/connectors/contract-cases.ts';
import { hardCases } from '#core/connectors/contract-hard-cases.ts';
import { pagesOf, type ContractCase, type ContractHarness } from '#core/connectors/contract-harness.ts';
import { writeChange } from './changes.ts';
import { csvExchangeConfiguration } from './configuration.ts';
import { csvExchangeConnector } from './index.ts';

const never = new AbortController().signal;
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder whose owner agrees, and an application that knows nothing but its files. */
function exchange() {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
  folders.push(folder);
  writeFileSync(join(folder, 'gatehouse-exchange.txt'), '');
  const accounts = new Map<string, { email: string; name: string }>();
  const entitlements = new Set<string>();
  const grants = new Set<string>();
  // File systems tell times apart that are some milliseconds apart.
  const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12);
  const write = (name: string, rows: readonly (readonly string[])[]) => {
    writeFileSync(join(folder, name), stringify(rows as string[][], { escape_formulas: true }));
  };
  const exportNow = () => {
    pause();
    const pairs = [...grants].map((key) => JSON.parse(key) as [string, string]);
    const rows = [...accounts].flatMap(([account, { email, name }]) => {
      const held = pairs.filter(([who]) => who === account).map(([, what]) => what);
      return (held.length === 0 ? [''] : held).map((what) => [account, email, name, what]);
    });
    write('entitlements.csv', [['entitlement'], ...[...entitlements].map((name) => [name])]);
    write('export.csv', [['account', 'email', 'name', 'entitlement'], ...rows]);
    pause();
  };
  const changes = () =>
    readdirSync(join(folder, 'changes'))
      .toSorted()
      .flatMap((name) =>
        (parse(readFileSync(join(folder, 'changes', name)), { columns: true }) as Record<string, string>[]).map(
          (row) => ({ file: name, ...row }),
        ),
      );
  /** Takes every change away and does it, as the application's own import would. */
  const importNow = () => {
    for (const { file, ...row } of changes() as Record<string, string>[]) {
      const plain = (text = '') => text.replace(/^'(?=[=+\-@\t\r])/, '');
      const [account, what] = [plain(row['account']), plain(row['entitlement'])];
      if (!accounts.has(account)) accounts.set(account, { email: row['email'] ?? '', name: row['name'] ?? '' });
      const key = JSON.stringify([account, what]);
      if (row['action'] === 'grant') grants.add(key);
      else grants.delete(key);
      rmSync(join(folder, 'changes', file ?? ''));
    }
  };
  const open = (over: object = {}) =>
    csvExchangeConnector.open({
      configuration: csvExchangeConfiguration.parse({
        folder,
        entitlementsFile: 'entitlements.csv',
        quietSeconds: 0,
        ...over,
      }),
      secrets: {},
    });
  exportNow();
  return { folder, accounts, entitlements, grants, exportNow, importNow, changes, open, write };
}

const draftOf = (username: string): AccountDraft => ({
  username: `${username}@example.com`,
  email: `${username}@example.com`,
  displayName: `Person ${username}`,
  firstName: null,
  lastName: null,
  department: null,
  jobTitle: null,
  employeeId: username,
});

/**
 * Cases that are not about files: an account is asked for by its first grant, so that nothing is created by itself, and
 * a folder neither keeps anybody waiting nor is cut off.
 */
const leftOut = (entry: ContractCase) =>
  entry.needs.includes('createAccount') || /^(stops at once when|waits for an answer)/.test(entry.title);

// An application that imports what it is given and exports again at once keeps the contract that the others keep.
describe('the contract of connectors, kept by the CSV exchange', () => {
  const capabilities = csvExchangeConnector.description.capabilities;
  const cases = [...contractCases, ...hardCases].filter(
    (entry) => !leftOut(entry) && entry.needs.every((need) => need === 'findAccount' || capabilities.includes(need)),
  );

  it('is asked for most of the cases', () => {
    expect(cases.length).toBeGreaterThan(14);
  });

  it.each(cases.map((entry) => [entry.title, entry] as const))('%s', { timeout: 180_000 }, async (_title, entry) => {
    expect.hasAssertions();
    const harness = atOnceHarness();
    await entry.check(harness, harness.open() as Required<Connector>, {
      capabilities,
      names: ['=2+5', '-admin', '@all'],
      crowd: 1_500,
    });
    await harness.close();
  });
});

function atOnceHarness(): ContractHarness {
  const application = exchange();
  // Large enough for several pages.
  for (let index = 0; index < 2_500; index += 1) application.entitlements.add(`filler ${index}`);
  application.exportNow();
  const makeAccount = (username: string): RemoteAccount => {
    const email = `${username}@example.com`;
    application.accounts.set(username, { email, name: username });
    return { externalId: username, username, email, displayName: username, active: true };
  };
  const added = <Value>(value: Value): Value => {
    application.exportNow();
    return value;
  };
  return {
    open({ credential } = {}) {
      const inner = application.open(credential === 'wrong' ? { folder: tmpdir() } : {}) as Required<Connector>;
      const atOnce =
        <Grant>(call: (grant: Grant, signal: AbortSignal) => Promise<Outcome<void>>) =>
        async (grant: Grant, signal: AbortSignal): Promise<Outcome<void>> => {
          const outcome = await call(grant, signal);
          mkdirSync(join(application.folder, 'changes'), { recursive: true });
          application.importNow();
          application.exportNow();
          return outcome;
        };
      return { ...inner, grant: atOnce(inner.grant), revoke: atOnce(inner.revoke) };
    },
    async makeEntitlement(name) {
      application.entitlements.add(name);
      return added(name);
    },
    makeAccount: async (username) => added(makeAccount(username)),
    async removeAccount({ externalId }) {
      application.accounts.delete(externalId);
      added(null);
    },
    async makeCrowd(size) {
      const entitlement = 'crowd';
      application.entitlements.add(entitlement);
      const accounts = Array.from({ length: size }, (_, index) => makeAccount(`member${index}`).externalId);
      for (const account of accounts) application.grants.add(JSON.stringify([account, entitlement]));
      return added({ entitlement, accounts });
    },
    draftOf,
    unknownAccount: 'nobody',
    unknownEntitlement: 'nothing',
    holdersOf: async (entitlement) =>
      [...application.grants].flatMap((key) => {
        const [account = '', what] = JSON.parse(key) as string[];
        return what === entitlement ? [account] : [];
      }),
    countAccounts: async (username) =>
      [...application.accounts.keys()].filter((name) => name.toLowerCase() === username.toLowerCase()).length,
    hush: async () => async () => undefined,
    close: async () => undefined,
  };
}

describe('the CSV exchange with an application that takes its time', () => {
  let application: ReturnType<typeof exchange>;
  let connector: Required<Connector>;
  beforeEach(() => {
    application = exchange();
    application.entitlements.add('payroll');
    application.exportNow();
    connector = application.open() as Required<Connector>;
  });
  afterEach(() => connector.close());

  const grant = (key: string) => ({
    accountExternalId: 'ada@example.com',
    entitlementExternalId: 'payroll',
    key,
    person: draftOf('ada'),
  });
  const reading = async (key: string) => {
    const seen = await connector.read(grant(key), never);
    return seen.kind === 'already' ? seen.value : seen;
  };

  it('leaves a change once, names the person in it, and waits until an export shows it', async () => {
    expect(await connector.createAccount(draftOf('ada'), never)).toMatchObject({
      kind: 'already',
      value: { externalId: 'ada@example.com' },
    });
    expect((await connector.grant(grant('task 1'), never)).kind).toBe('applied');
    expect((await connector.grant(grant('task 1'), never)).kind).toBe('already');
    expect(application.changes()).toMatchObject([
      { key: 'task 1', action: 'grant', account: 'ada@example.com', entitlement: 'payroll', name: 'Person ada' },
    ]);
    expect(await reading('task 1')).toMatchObject({
      held: false,
      pending: true,
      waitsFor: expect.stringMatching(/newer than the change/),
    });
    // Taken away by the application, it is not left again.
    const taken = join(application.folder, 'taken.csv');
    renameSync(join(application.folder, 'changes', readdirSync(join(application.folder, 'changes'))[0] ?? ''), taken);
    expect((await connector.grant(grant('task 1'), never)).kind).toBe('already');
    expect(application.changes()).toEqual([]);
    application.exportNow();
    expect(await reading('task 1')).toMatchObject({
      pending: true,
      waitsFor: expect.stringMatching(/that shows it: that of/),
    });
    application.accounts.set('ada@example.com', { email: 'ada@example.com', name: 'Ada' });
    application.grants.add(JSON.stringify(['ada@example.com', 'payroll']));
    application.exportNow();
    expect(await reading('task 1')).toEqual({ held: true });
    // On purpose once more, under another key, while the export shows it: nothing is to be done.
    expect((await connector.grant(grant('task 2'), never)).kind).toBe('already');
    expect((await connector.revoke(grant('task 3'), never)).kind).toBe('applied');
    // The export is older than the removal: what it shows is no reason not to give it again.
    expect((await connector.grant(grant('task 4'), never)).kind).toBe('applied');
    expect(application.changes().map(({ action }: Record<string, string>) => action)).toEqual(['revoke', 'grant']);
  });

  it('writes one change when several consoles write the same at once, and each carries on where another died', async () => {
    const others = Array.from({ length: 8 }, () => application.open() as Required<Connector>);
    const outcomes = await Promise.all(others.map((other) => other.grant(grant('task 1'), never)));
    expect(outcomes.filter(({ kind }) => kind === 'applied')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'already')).toHaveLength(7);
    expect(application.changes()).toHaveLength(1);
    // Killed between any two steps, and done again: one change in the end, never two.
    const script = (step: number) => `
      import fs from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      let left = ${step};
      for (const name of ['mkdir', 'rename', 'open', 'stat', 'readFile']) {
        const original = fs[name];
        fs[name] = (...args) => { if (left-- === 0) process.kill(process.pid, 'SIGKILL'); return original(...args); };
      }
      syncBuiltinESMExports();
      const { writeChange } = await import(${JSON.stringify(join(import.meta.dirname, 'changes.ts'))});
      await writeChange(${JSON.stringify(application.folder)}, { delimiter: 'comma' }, { key: 'killed ' + ${step}, effect: 'grant', grant: ${JSON.stringify(grant('x'))} });
    `;
    let killed = 0;
    for (let step = 0; step < 16; step += 1) {
      const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script(step)], {
        cwd: process.cwd(),
      });
      if (signal !== 'SIGKILL') break;
      killed += 1;
      const configuration = csvExchangeConfiguration.parse({ folder: application.folder });
      const change = { key: `killed ${step}`, effect: 'grant', grant: grant('x') } as const;
      await writeChange(application.folder, configuration, change);
      await writeChange(application.folder, configuration, change);
      expect(application.changes().filter(({ key }: Record<string, string>) => key === change.key)).toHaveLength(1);
    }
    expect(killed).toBeGreaterThan(6);
  });

  it('says what is wrong with a folder or an export, by line and column', async () => {
    const { folder } = application;
    const failure = async (over: object = {}) => {
      const outcome = await (application.open(over) as Required<Connector>).findAccount(draftOf('ada'), never);
      return outcome as { readonly kind: string; readonly message: string };
    };
    const holds = (text: string | Uint8Array) => writeFileSync(join(folder, 'export.csv'), text);
    holds('login;entitlement\r\nada;payroll\r\n');
    expect(await failure()).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringMatching(/^export\.csv, line 1: there is no column “account”/),
    });
    holds('account,entitlement\r\nada,payroll\r\n,payroll\r\n');
    expect((await failure()).message).toBe('export.csv, line 3: the column “account” is empty.');
    holds('account,entitlement\r\nada,payroll,more\r\n');
    expect((await failure()).message).toMatch(/^export\.csv, line 2, column 4 cannot be read: /);
    holds('account,entitlement\r\nada,"pay');
    expect((await failure()).message).toMatch(/^export\.csv, line 2.* cannot be read: Quote Not Closed/);
    holds(Buffer.from('account,entitlement\r\nMüller,payroll\r\n', 'latin1'));
    expect((await failure()).message).toMatch(/not in utf-8: line 2 /);
    expect((await failure({ encoding: 'windows-1252' })).kind).toBe('notFound');
    holds('account,entitlement\r\nada@example.com,payroll\r\n');
    expect(await failure({ quietSeconds: 600 })).toMatchObject({
      kind: 'retryable',
      message: expect.stringMatching(/still be written/),
    });
    expect(await failure({ readyFile: 'export.ready' })).toMatchObject({
      kind: 'retryable',
      message: expect.stringMatching(/not complete/),
    });
    writeFileSync(join(folder, 'export.ready'), '');
    expect((await failure({ readyFile: 'export.ready' })).kind).toBe('already');
    expect(csvExchangeConfiguration.safeParse({ folder, exportFile: '../secrets.csv' }).success).toBe(false);
    expect(csvExchangeConfiguration.safeParse({ folder: `${folder}/../x` }).success).toBe(false);
    rmSync(join(folder, 'export.csv'));
    symlinkSync('/etc/passwd', join(folder, 'export.csv'));
    expect((await failure()).message).toMatch(/is a link/);
    rmSync(join(folder, 'gatehouse-exchange.txt'));
    expect((await failure()).message).toMatch(/holds no file called gatehouse-exchange\.txt/);
    await expect(pagesOf(connector)).rejects.toMatchObject({ failure: { kind: 'needsPerson' } });
  });
});
