/**
 * The CSV exchange, for applications that no network reaches: changes are left as files in a folder, and the next
 * export of the application says what became of them.
 */
import {
  ConnectorFault,
  type AccountDraft,
  type AddressedGrant,
  type Connector,
  type ConnectorDefinition,
  type DiscoveryPage,
  type GrantReading,
  type Outcome,
  type RemoteAccount,
  type WantedGrant,
} from '#core/connectors/connector.ts';
import type { ConnectionTest } from '#core/domain/connector.ts';
import { lastChange, sweep, writeChange } from './changes.ts';
import { csvExchangeConfiguration, csvExchangeFields, type CsvExchangeConfiguration } from './configuration.ts';
import { readExport, type Export } from './export.ts';
import { codeOf, passing, usableFolder } from './folder.ts';

const rowsPerPage = 1_000;

export const csvExchangeConnector: ConnectorDefinition<CsvExchangeConfiguration> = {
  description: {
    name: 'csvExchange',
    title: 'CSV exchange',
    summary:
      'For disconnected applications: each change is left as a file in a folder, and the next export of the application confirms it.',
    fields: csvExchangeFields,
    capabilities: ['test', 'discover', 'createAccount', 'grant', 'revoke', 'read'],
    requiredPermissions: ['Read the export in the folder', 'Create files and folders in it, and rename them'],
    accountAttributes: [
      { name: 'email', becomes: 'the account, or a column beside it', required: true },
      { name: 'displayName', becomes: 'the column “name” of the change', required: true },
      { name: 'firstName', becomes: 'the column “first name”', required: false },
      { name: 'lastName', becomes: 'the column “last name”', required: false },
      { name: 'department', becomes: 'the column “department”', required: false },
      { name: 'jobTitle', becomes: 'the column “job title”', required: false },
      { name: 'employeeId', becomes: 'the column “employee id”', required: true },
    ],
    nativeExpiry: false,
    effects: { createAccount: 'idempotent', grant: 'idempotent', revoke: 'idempotent' },
    limits: { concurrency: 4, effectsPerSecond: null },
  },
  configuration: csvExchangeConfiguration,
  open: ({ configuration }) => openExchange(configuration),
};

function openExchange(configuration: CsvExchangeConfiguration): Connector {
  return {
    source: `the folder ${configuration.folder}`,
    test: (signal) => test(configuration, signal),
    discover: (checkpoint, signal) => discover(configuration, checkpoint, signal),
    findAccount: (draft, signal) =>
      outcomeOf(signal, async () => {
        const { accounts } = await readExport(configuration);
        const found = accountIn(accounts, draft);
        return found === null
          ? { kind: 'notFound', what: 'account', message: `The last export has no account of ${draft.email}.` }
          : { kind: 'already', value: found, facts: {} };
      }),
    createAccount: (draft, signal) =>
      outcomeOf(signal, async () => {
        const { accounts } = await readExport(configuration);
        // There is nothing to be made by itself: the first change for the person names them, and asks for the account.
        return { kind: 'already', value: accountIn(accounts, draft) ?? comingAccount(configuration, draft), facts: {} };
      }),
    grant: (grant, signal) => outcomeOf(signal, () => change(configuration, 'grant', grant)),
    revoke: (grant, signal) => outcomeOf(signal, () => change(configuration, 'revoke', grant)),
    read: (grant, signal) => outcomeOf(signal, () => read(configuration, grant)),
    async close() {
      // Nothing is held open between two calls.
    },
  };
}

async function change(
  configuration: CsvExchangeConfiguration,
  effect: 'grant' | 'revoke',
  grant: WantedGrant,
): Promise<Outcome<void>> {
  const exported = await readExport(configuration);
  const folder = await usableFolder(configuration.folder);
  const { key, person } = grant;
  const last = await lastChange(folder, grant);
  const isOutstanding = last !== null && last.writtenAt >= exported.writtenAt;
  const isSo = exported.holds(grant) === (effect === 'grant');
  if (key === undefined || last?.key !== key) {
    // Shown by an export that knows of every change before this one, or asked for without saying which write it is.
    if (isSo && !isOutstanding) return already();
    if (key === undefined && isOutstanding && last.effect === effect) return already();
    const unknown = missing(exported, grant, person !== undefined || last !== null);
    if (unknown !== null) return effect === 'revoke' && unknown.what === 'account' ? already() : unknown;
  }
  const name = key ?? `${effect} ${grant.accountExternalId} ${grant.entitlementExternalId} after ${exported.version}`;
  const { written, file } = await writeChange(folder, configuration, { key: name, effect, grant });
  return { kind: written ? 'applied' : 'already', value: undefined, facts: { changeFile: file } };
}

async function read(configuration: CsvExchangeConfiguration, grant: AddressedGrant): Promise<Outcome<GrantReading>> {
  const exported = await readExport(configuration);
  const folder = await usableFolder(configuration.folder);
  const last = await lastChange(folder, grant);
  const held = exported.holds(grant);
  const facts = { exportOf: new Date(exported.writtenAt).toISOString() };
  if (last === null) {
    const unknown = missing(exported, grant, false);
    return unknown ?? { kind: 'already', value: { held }, facts };
  }
  const isNewer = exported.writtenAt > last.writtenAt;
  // Whoever asks about a write waits until an export shows it; anybody else is told what the last export says.
  const isAwaited = !isNewer || (last.key === grant.key && held !== (last.effect === 'grant'));
  if (!isAwaited) return { kind: 'already', value: { held }, facts };
  const waitsFor = isNewer
    ? `an export that shows it: that of ${facts.exportOf} does not (${last.file})`
    : `the next export, newer than the change (${last.file})`;
  return { kind: 'already', value: { held: false, pending: true, waitsFor }, facts };
}

function missing(
  exported: Export,
  { accountExternalId, entitlementExternalId }: AddressedGrant,
  accountMayCome: boolean,
): Extract<Outcome<never>, { readonly kind: 'notFound' }> | null {
  if (exported.entitlementsAreComplete && !exported.entitlements.has(entitlementExternalId))
    return {
      kind: 'notFound',
      what: 'entitlement',
      message: `The list of entitlements has no ${entitlementExternalId}.`,
    };
  if (!accountMayCome && !exported.accounts.has(accountExternalId))
    return { kind: 'notFound', what: 'account', message: `The last export has no account ${accountExternalId}.` };
  return null;
}

function accountIn(
  accounts: ReadonlyMap<string, RemoteAccount>,
  { username, email }: Pick<AccountDraft, 'username' | 'email'>,
): RemoteAccount | null {
  const all = [...accounts.values()];
  const same = (text: string | null, other: string) => text !== null && text.toLowerCase() === other.toLowerCase();
  return (
    all.find((account) => same(account.username, username)) ?? all.find((account) => same(account.email, email)) ?? null
  );
}

function comingAccount({ newAccount }: CsvExchangeConfiguration, draft: AccountDraft): RemoteAccount {
  const isService = draft.username.toLowerCase() !== draft.email.toLowerCase();
  const names = {
    email: draft.email,
    localPart: draft.email.slice(0, draft.email.lastIndexOf('@')),
    employeeId: draft.employeeId,
  };
  const externalId = isService ? draft.username : names[newAccount];
  return { externalId, username: externalId, email: draft.email, displayName: draft.displayName, active: true };
}

async function* discover(
  configuration: CsvExchangeConfiguration,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncIterable<DiscoveryPage> {
  stopIfAborted(signal);
  const exported = await readExport(configuration);
  await sweep(await usableFolder(configuration.folder));
  const accounts = [...exported.accounts.values()];
  const entitlements = [...exported.entitlements.values()];
  const { grants } = exported;
  // Everything before grants: they are of accounts and entitlements that were told already.
  const total = accounts.length + entitlements.length + grants.length;
  let from = placeIn(checkpoint, exported.version);
  do {
    stopIfAborted(signal);
    const to = Math.min(total, from + rowsPerPage);
    const part = <Row>(rows: readonly Row[], before: number) =>
      rows.slice(Math.max(0, from - before), Math.max(0, to - before));
    yield {
      accounts: part(accounts, 0),
      entitlements: part(entitlements, accounts.length),
      grants: part(grants, accounts.length + entitlements.length),
      checkpoint: to < total ? JSON.stringify({ version: exported.version, from: to }) : null,
    };
    from = to;
  } while (from < total);
}

/** A place in an export that was replaced since is of no use: it is read from its beginning. */
function placeIn(checkpoint: string | null, version: string): number {
  if (checkpoint === null) return 0;
  const place = JSON.parse(checkpoint) as { readonly version: string; readonly from: number };
  return place.version === version ? place.from : 0;
}

async function test(configuration: CsvExchangeConfiguration, signal: AbortSignal): Promise<ConnectionTest> {
  const checks: ConnectionTest['checks'][number][] = [];
  const check = async (name: string, work: () => Promise<string>): Promise<boolean> => {
    const seen = await outcomeOf(signal, async () => ({ kind: 'already', value: await work(), facts: {} }));
    const passed = seen.kind === 'already' || seen.kind === 'applied';
    checks.push({ name, passed, message: passed ? seen.value : seen.message });
    return passed;
  };
  const passed =
    (await check('Use the folder', async () => {
      await sweep(await usableFolder(configuration.folder));
      return `${configuration.folder} is there, and its owner agrees.`;
    })) &&
    (await check('Read the export', async () => {
      const { accounts, entitlements, grants } = await readExport(configuration);
      return `It has ${accounts.size} accounts, ${entitlements.size} entitlements and ${grants.length} grants.`;
    }));
  return { passed, checks };
}

/** Faults of the folder become outcomes; what the operating system refuses is tried again. */
async function outcomeOf<Value>(signal: AbortSignal, work: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
  try {
    stopIfAborted(signal);
    return await work();
  } catch (error) {
    if (error instanceof ConnectorFault) return error.failure;
    if (error instanceof Error && 'code' in error) {
      const message = `The folder could not be used just now (${codeOf(error)}).`;
      return codeOf(error) === 'EACCES'
        ? { kind: 'needsPerson', message: 'Gatehouse may not write into the folder. Its owner has to allow that.' }
        : { kind: 'retryable', message, afterMilliseconds: null };
    }
    throw error;
  }
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw passing('It was stopped.', null);
}

function already(): Outcome<void> {
  return { kind: 'already', value: undefined, facts: {} };
}
