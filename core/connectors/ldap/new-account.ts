/**
 * What a new account is made of. Everything goes in one request, so that no account is left half made; a first
 * password is among it and appears nowhere else.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { AccountDraft } from '#core/connectors/connector.ts';
import type { LdapConfiguration } from './configuration.ts';
import type { LdapContext } from './lookups.ts';
import { parseDn } from './names.ts';
import { accountDisabled, personAttributes } from './schema.ts';

type Values = readonly string[] | readonly Buffer[];

/** NORMAL_ACCOUNT (MS-ADTS section 2.2.16). */
const normalAccount = 0x200;

/** Why an account cannot have this name; null when it can. */
export function problemWithName(name: string, configuration: LdapConfiguration): string | null {
  if (name.trim() === '' || /\p{Cc}/u.test(name))
    return 'The user name is empty or has characters that cannot be seen.';
  if (configuration.schema === 'activeDirectory') {
    // MS-ADA3 sAMAccountName; MS-SAMR section 3.1.1.8.4.
    if (name.length > 20) return `The user name ${name} is longer than the 20 characters Active Directory takes.`;
    if (/["/\\[\]:;|=,+*?<>@]/.test(name) || name.endsWith('.'))
      return `The user name ${name} has a character that Active Directory does not take.`;
    return null;
  }
  // It becomes a line of passwd and a part of a path.
  if (
    (configuration.accountKind === 'posixAccount' || configuration.schema === 'posixGroup') &&
    !/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(name)
  )
    return `The user name ${name} cannot be a Unix login: letters, digits, ., _, @ and - are.`;
  return null;
}

/** Attribute -> values of the new entry. */
export function newAccount(
  draft: AccountDraft,
  name: string,
  uidNumber: number | null,
  context: LdapContext,
): Readonly<Record<string, Values>> {
  const { schema, configuration } = context;
  const person = personAttributes(schema);
  const words = draft.displayName.trim().split(/\s+/);
  const values: Record<string, string | null | undefined> = {
    [schema.username]: name,
    [schema.email]: draft.email,
    [schema.displayName]: draft.displayName,
    [person['firstName'] ?? 'givenName']: draft.firstName,
    [person['lastName'] ?? 'sn']: draft.lastName ?? (schema.activeDirectory ? null : (words.at(-1) ?? name)),
    [person['jobTitle'] ?? 'title']: draft.jobTitle,
    [person['department'] ?? 'department']: draft.department,
    [person['employeeId'] ?? 'employeeNumber']: draft.employeeId,
    // In Active Directory the RDN: a display name need not be unique, and the user name is.
    cn: schema.activeDirectory ? name : draft.displayName || name,
  };
  const plain = Object.fromEntries(
    // An empty text is no value (RFC 4517 section 3.3.6).
    Object.entries(values).flatMap(([type, value]) =>
      value === null || value === undefined || value.trim() === '' ? [] : [[type, [value]]],
    ),
  );
  return schema.activeDirectory
    ? { ...plain, ...activeDirectoryUser(draft, name, configuration) }
    : { sn: [name], ...plain, ...unixUser(draft, name, uidNumber, configuration) };
}

function activeDirectoryUser(
  { initialPassword }: AccountDraft,
  name: string,
  configuration: LdapConfiguration,
): Readonly<Record<string, Values>> {
  const suffix = configuration.principalSuffix ?? domainOf(configuration.accountsBase);
  const common = { objectClass: ['user'], ...(suffix === '' ? {} : { userPrincipalName: [`${name}@${suffix}`] }) };
  if (initialPassword === undefined)
    // Without a password it must not be usable: whoever sets one enables it.
    return { ...common, userAccountControl: [String(normalAccount | accountDisabled)] };
  return {
    ...common,
    userAccountControl: [String(normalAccount)],
    // MS-ADTS section 3.1.1.3.1.5.1: in quotation marks, as UTF-16.
    unicodePwd: [secret(Buffer.from(`"${initialPassword}"`, 'utf16le'))],
    // It must be changed at the next sign-in (MS-ADA3 section 2.175).
    pwdLastSet: ['0'],
  };
}

/** `DC=corp,DC=example` -> `corp.example`. */
function domainOf(base: string): string {
  return (parseDn(base) ?? [])
    .flatMap((pairs) => pairs.filter(({ type }) => type === 'dc').map(({ value }) => value))
    .join('.');
}

function unixUser(
  { initialPassword }: AccountDraft,
  name: string,
  uidNumber: number | null,
  configuration: LdapConfiguration,
): Readonly<Record<string, Values>> {
  const posix =
    uidNumber === null
      ? {}
      : {
          uidNumber: [String(uidNumber)],
          gidNumber: [String(configuration.gidNumber)],
          homeDirectory: [configuration.homeDirectories.replaceAll('{username}', name)],
          loginShell: [configuration.loginShell],
        };
  const password =
    initialPassword === undefined
      ? {}
      : {
          userPassword: [secret(Buffer.from(hashed(initialPassword), 'utf8'))],
          ...(configuration.disabling === 'ppolicy' ? { pwdReset: ['TRUE'] } : {}),
          // 0: it must be changed at the next sign-in (shadow(5)).
          ...(uidNumber === null ? {} : { shadowLastChange: ['0'] }),
        };
  return {
    objectClass: ['inetOrgPerson', ...(uidNumber === null ? [] : ['posixAccount', 'shadowAccount'])],
    ...posix,
    ...password,
  };
}

/**
 * Salted SHA-1, the one scheme that every OpenLDAP has built in. A password in the clear would be kept in the clear
 * wherever no policy hashes it; this one is random, and is to be changed at its first use.
 */
function hashed(password: string): string {
  const salt = randomBytes(16);
  const digest = createHash('sha1').update(password, 'utf8').update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

/** Bytes that no log shows: the client library writes its requests out as JSON when it is asked to debug. */
function secret(bytes: Buffer): Buffer {
  return Object.defineProperty(bytes, 'toJSON', { value: () => '[secret]' });
}
