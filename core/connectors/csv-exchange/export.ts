/** What the application's last export says: accounts, entitlements, and who has what. */
import { CsvError, parse } from 'csv-parse/sync';
import type { RemoteAccount, RemoteEntitlement, RemoteGrant } from '#core/connectors/connector.ts';
import { delimiters, type CsvExchangeConfiguration } from './configuration.ts';
import { fault, readWhole, usableFolder } from './folder.ts';

export interface Export {
  /** By the clock of the file system. */
  readonly writtenAt: number;
  readonly version: string;
  /** By the account's own id. */
  readonly accounts: ReadonlyMap<string, RemoteAccount>;
  readonly entitlements: ReadonlyMap<string, RemoteEntitlement>;
  /** Whether what is not among the entitlements does not exist. */
  readonly entitlementsAreComplete: boolean;
  readonly grants: readonly RemoteGrant[];
  holds(grant: RemoteGrant): boolean;
}

/** @throws ConnectorFault */
export async function readExport(configuration: CsvExchangeConfiguration): Promise<Export> {
  const { exportFile, entitlementsFile } = configuration;
  const folder = await usableFolder(configuration.folder);
  const file = await readWhole(folder, exportFile, configuration);
  const table = tableOf(file.text, exportFile, configuration);
  const account = table.needed(configuration.accountColumn);
  const entitlement = table.needed(configuration.entitlementColumn);
  const email = table.optional(configuration.emailColumn);
  const name = table.optional(configuration.nameColumn);
  const active = table.optional(configuration.activeColumn);
  const kind = table.optional(configuration.kindColumn);
  const accounts = new Map<string, RemoteAccount>();
  const entitlements = new Map<string, RemoteEntitlement>();
  const grants = new Map<string, RemoteGrant>();
  for (const [index, row] of table.rows.entries()) {
    const externalId = account(row);
    if (externalId === '')
      throw fault(`${exportFile}, line ${table.lineOf(index)}: the column “${configuration.accountColumn}” is empty.`);
    if (!accounts.has(externalId))
      accounts.set(externalId, {
        externalId,
        username: externalId,
        email: emptyAsNull(email(row)) ?? (externalId.includes('@') ? externalId : null),
        displayName: emptyAsNull(name(row)),
        active: !inactiveWords.has(active(row).toLowerCase()),
        ...kindOf(kind(row)),
      });
    const held = entitlement(row);
    if (held === '') continue;
    if (!entitlements.has(held)) entitlements.set(held, entitlementOf(held, null));
    grants.set(pairKey(externalId, held), { accountExternalId: externalId, entitlementExternalId: held });
  }
  if (entitlementsFile !== '') {
    const list = await readWhole(folder, entitlementsFile, { ...configuration, readyFile: '' });
    const listed = tableOf(list.text, entitlementsFile, configuration);
    const listedName = listed.needed(configuration.entitlementColumn);
    const description = listed.optional(configuration.descriptionColumn);
    for (const row of listed.rows) {
      const id = listedName(row);
      if (id !== '') entitlements.set(id, entitlementOf(id, emptyAsNull(description(row))));
    }
  }
  return {
    writtenAt: file.writtenAt,
    version: file.version,
    accounts,
    entitlements,
    entitlementsAreComplete: entitlementsFile !== '',
    grants: [...grants.values()],
    holds: ({ accountExternalId, entitlementExternalId }) =>
      grants.has(pairKey(accountExternalId, entitlementExternalId)),
  };
}

const inactiveWords: ReadonlySet<string> = new Set(['no', 'n', 'false', '0', 'inactive', 'disabled']);

const serviceWords: ReadonlySet<string> = new Set(['service', 'service account', 'serviceaccount', 'technical']);

/** Empty: the export does not tell. */
function kindOf(text: string): Pick<RemoteAccount, 'kind'> {
  if (text === '') return {};
  return { kind: serviceWords.has(text.toLowerCase()) ? 'service' : 'employee' };
}

function pairKey(account: string, entitlement: string): string {
  return JSON.stringify([account, entitlement]);
}

function entitlementOf(externalId: string, description: string | null): RemoteEntitlement {
  return { externalId, name: externalId, kind: 'entitlement', description };
}

function emptyAsNull(text: string): string | null {
  return text === '' ? null : text;
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function tableOf(text: string, file: string, { delimiter }: CsvExchangeConfiguration) {
  const parsed = parsedRows(text, file, delimiters[delimiter]);
  const [header, ...rest] = parsed;
  if (header === undefined) throw fault(`${file} is empty: not even its header is there.`);
  const names = header.record.map((name) => name.trim().toLowerCase());
  const find = (name: string) => names.indexOf(name.toLowerCase());
  const reading = (index: number) => (row: readonly string[]) => plain(row[index]?.trim() ?? '');
  return {
    rows: rest.map(({ record }) => record),
    lineOf: (index: number) => rest[index]?.info.lines ?? 0,
    needed(name: string) {
      const index = find(name);
      if (index < 0)
        throw fault(
          `${file}, line 1: there is no column “${name}”. It has ${header.record.map((each) => `“${each.trim()}”`).join(', ')}. Is the delimiter right?`,
        );
      return reading(index);
    },
    optional(name: string) {
      const index = find(name);
      return index < 0 ? () => '' : reading(index);
    },
  };
}

function parsedRows(text: string, file: string, delimiter: string): readonly Parsed[] {
  try {
    return parse(text, { delimiter, info: true, bom: true, skip_empty_lines: true }) as unknown as readonly Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const where = typeof error['lines'] === 'number' ? `, line ${error['lines']}` : '';
    const column = typeof error['column'] === 'number' ? `, column ${error['column'] + 1}` : '';
    throw fault(`${file}${where}${column} cannot be read: ${error.message}.`);
  }
}

/** Spreadsheets' formulas are written with an apostrophe in front, by Gatehouse and by careful exports; it is not meant. */
function plain(text: string): string {
  return /^'[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? text.slice(1) : text;
}
