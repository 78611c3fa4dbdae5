/**
 * What LDAP tests do to a directory by another way than the connector: a client of its own with all rights, which
 * makes accounts and groups and looks what became of them.
 */
import {
  Attribute,
  Change,
  Client,
  EqualityFilter,
  InvalidCredentialsError,
  ResultCodeError,
  type Filter,
} from 'ldapts';
import type { AccountDraft } from '#core/connectors/connector.ts';
import type { Login } from './slapd-server.ts';

export interface DirectoryAddress {
  readonly url: string;
  /** PEM; null without TLS. */
  readonly certificateAuthority: string | null;
  readonly login: Login;
}

type Values = Readonly<Record<string, string | readonly string[] | Buffer>>;

export interface DirectoryAdmin {
  readonly client: Client;
  add(dn: string, values: Values): Promise<string>;
  remove(dn: string): Promise<void>;
  rename(dn: string, newDn: string): Promise<void>;
  change(
    dn: string,
    operation: 'add' | 'delete' | 'replace',
    attribute: string,
    values: readonly string[],
  ): Promise<void>;
  /** Texts of an attribute of one entry; empty when it has none. */
  texts(dn: string, attribute: string): Promise<readonly string[]>;
  bytes(dn: string, attribute: string): Promise<Buffer | null>;
  /** DNs of the entries that fit. */
  find(base: string, filter: Filter): Promise<readonly string[]>;
  /** What a binary or text attribute holds for everything right below an entry, by DN. */
  valuesBelow(base: string, attribute: string): Promise<ReadonlyMap<string, Buffer>>;
  close(): Promise<void>;
}

/** Whether the directory takes this login; any fault but its refusal is thrown. */
export async function acceptsLogin({ url, certificateAuthority, login }: DirectoryAddress): Promise<boolean> {
  const client = clientOf(url, certificateAuthority);
  try {
    await client.bind(login.dn, login.password);
    return true;
  } catch (error) {
    if (error instanceof ResultCodeError && error.code === new InvalidCredentialsError().code) return false;
    throw error;
  } finally {
    await client.unbind();
  }
}

function clientOf(url: string, certificateAuthority: string | null): Client {
  const tls = certificateAuthority === null ? {} : { tlsOptions: { ca: [certificateAuthority] } };
  return new Client({ url, strictDN: false, timeout: 30_000, ...tls });
}

export async function openDirectory({ url, certificateAuthority, login }: DirectoryAddress): Promise<DirectoryAdmin> {
  const client = clientOf(url, certificateAuthority);
  await client.bind(login.dn, login.password);
  const read = async (dn: string, attribute: string) => {
    const { searchEntries } = await client.search(dn, {
      scope: 'base',
      attributes: [attribute],
      explicitBufferAttributes: [attribute],
    });
    const value = searchEntries[0]?.[attribute] ?? [];
    return (Array.isArray(value) ? value : [value]).map((one) => Buffer.from(one as Buffer));
  };
  return {
    client,
    async add(dn, values) {
      const attributes = Object.entries(values).map(
        ([type, value]) => new Attribute({ type, values: (Array.isArray(value) ? value : [value]) as string[] }),
      );
      await client.add(dn, attributes);
      return dn;
    },
    remove: (dn) => client.del(dn),
    rename: (dn, newDn) => client.modifyDN(dn, newDn),
    async change(dn, operation, type, values) {
      const modification = new Attribute({ type, values: [...values] });
      await client.modify(dn, new Change({ operation, modification }));
    },
    texts: async (dn, attribute) => (await read(dn, attribute)).map((value) => value.toString('utf8')),
    bytes: async (dn, attribute) => (await read(dn, attribute))[0] ?? null,
    async find(base, filter) {
      const found = await client.search(base, { filter, attributes: ['1.1'], paged: { pageSize: 500 } });
      return found.searchEntries.map(({ dn }) => dn);
    },
    async valuesBelow(base, attribute) {
      const found = await client.search(base, {
        scope: 'one',
        attributes: [attribute],
        explicitBufferAttributes: [attribute],
        paged: { pageSize: 500 },
      });
      return new Map(
        found.searchEntries.flatMap((entry) => {
          const value = entry[attribute];
          return Buffer.isBuffer(value) ? [[entry.dn, value] as const] : [];
        }),
      );
    },
    close: () => client.unbind(),
  };
}

export function equals(attribute: string, value: string): Filter {
  return new EqualityFilter({ attribute, value });
}

/** A person to make an account from. */
export function personDraft(username: string, more: Partial<AccountDraft> = {}): AccountDraft {
  return {
    username,
    email: `${username}@example.com`,
    displayName: `Person ${username}`,
    firstName: 'Person',
    lastName: 'Testing',
    department: 'Engineering',
    jobTitle: 'Engineer',
    employeeId: 'e-1',
    ...more,
  };
}

/** Names that are hard on whoever puts them into a DN or a filter without escaping. */
export const awkwardNames: readonly string[] = [
  'quo"ted "name"',
  'comma, plus + and = sign',
  String.raw`back\slash\ `.trim(),
  '(paren*thesis) *',
  '#hash <angle> ; semi',
  'späce and ünïcode 名前 🦉',
  "o'neil",
  String.raw`\2a\28 literally`,
  '*)(objectClass=*',
];
