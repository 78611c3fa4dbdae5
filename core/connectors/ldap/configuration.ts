/**
 * What a directory connection needs to know: the schema that parses the form. The form itself is in `fields`.
 */
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { isLoopback } from '../form-values.ts';
import { isWithin, parseDn, parseFilter } from './names.ts';

export const defaultTimeoutSeconds = 30;
export const defaultPageSize = 500;

export const schemaNames = ['groupOfNames', 'groupOfUniqueNames', 'posixGroup', 'activeDirectory'] as const;
export type SchemaName = (typeof schemaNames)[number];

const address = z
  .string()
  .trim()
  .transform((text, context) => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const example = 'such as ldaps://ldap.example.com';
    if (!URL.canParse(text)) return problem(`Enter a full address, ${example}.`);
    const url = new URL(text);
    if (url.protocol !== 'ldaps:' && url.protocol !== 'ldap:') return problem(`Use an LDAP address, ${example}.`);
    if (url.hostname === '') return problem(`The address lacks the name of the server, ${example}.`);
    if (url.username !== '' || url.password !== '')
      return problem('Leave bind name and password out of the address; they have fields of their own.');
    if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '')
      return problem('Leave out everything after the port; base DNs and filters have fields of their own.');
    const port = url.port === '' ? (url.protocol === 'ldaps:' ? '636' : '389') : url.port;
    return `${url.protocol}//${url.hostname.toLowerCase()}:${port}`;
  });

/** An optional field of a form: one that was emptied arrives as an empty string. */
function optional<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => (value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value),
    schema.optional(),
  );
}

function optionalNumber(minimum: number, maximum: number, initial: number) {
  return optional(z.coerce.number().int().min(minimum).max(maximum)).transform((value) => value ?? initial);
}

const distinguishedName = z
  .string()
  .trim()
  .min(1, 'Enter a distinguished name, such as dc=example,dc=com.')
  .refine(
    (text) => (parseDn(text)?.length ?? 0) > 0,
    'This is no distinguished name. One looks like dc=example,dc=com.',
  );

/** A DN, or for Active Directory also a user principal name or DOMAIN\name. */
const bindName = z.string().trim().min(1, 'Enter the name Gatehouse signs in with.');

const filter = z
  .string()
  .trim()
  .refine((text) => {
    try {
      parseFilter(text);
      return true;
    } catch {
      // The parser's own text names its internals; what is wrong is said below.
      return false;
    }
  }, 'This is no LDAP filter. One looks like (objectClass=person).');

/** RFC 4512 section 2.5 without options. */
const attribute = z
  .string()
  .trim()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'An attribute name has letters, digits and hyphens.');

/** Attributes that change when a person is renamed or moves: as an id they would lose the account. */
const changeable = ['cn', 'dn', 'entrydn', 'distinguishedname', 'mail', 'samaccountname', 'uid', 'userprincipalname'];

const certificates = z.string().transform((text, context) => {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const pem of found) new X509Certificate(pem);
  } catch {
    // Said below with those that hold none at all.
    found.length = 0;
  }
  if (found.length > 0) return found as readonly string[];
  context.addIssue({
    code: 'custom',
    message: 'Paste PEM certificates, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
  });
  return z.NEVER;
});

/** A form leaves out fields that are not shown, and may still send what was in them before. */
export const ldapConfiguration = z
  .object({
    address,
    encryption: z.enum(['tls', 'startTls', 'plain']),
    certificateAuthority: optional(certificates),
    bindDn: bindName,
    schema: z.enum(schemaNames),
    accountsBase: distinguishedName,
    groupsBase: distinguishedName,
    newAccountsBase: optional(distinguishedName),
    accountNames: optional(z.enum(['localPart', 'asGiven'])).transform((value) => value ?? 'localPart'),
    accountFilter: optional(filter),
    groupFilter: optional(filter),
    idAttribute: optional(
      attribute.refine(
        (name) => !changeable.includes(name.toLowerCase()),
        'This attribute changes when a person is renamed. Use one the directory never changes.',
      ),
    ),
    usernameAttribute: optional(attribute),
    emailAttribute: optional(attribute),
    displayNameAttribute: optional(attribute),
    groupNameAttribute: optional(attribute),
    memberAttribute: optional(attribute),
    placeholderMember: optional(distinguishedName),
    accountKind: optional(z.enum(['inetOrgPerson', 'posixAccount'])).transform((value) => value ?? 'inetOrgPerson'),
    firstUidNumber: optionalNumber(1, 2_000_000_000, 10_000),
    gidNumber: optionalNumber(1, 2_000_000_000, 10_000),
    homeDirectories: optional(z.string().trim().startsWith('/', 'A home directory starts with a slash.')).transform(
      (value) => value ?? '/home/{username}',
    ),
    loginShell: optional(z.string().trim().startsWith('/', 'A login shell starts with a slash.')).transform(
      (value) => value ?? '/bin/bash',
    ),
    disabling: optional(z.enum(['none', 'ppolicy', 'attribute'])).transform((value) => value ?? 'none'),
    disabledAttribute: optional(attribute),
    disabledValue: optional(z.string().trim()),
    enabledValue: optional(z.string().trim()),
    principalSuffix: optional(
      z
        .string()
        .trim()
        .regex(/^[^@\s]+$/, 'Enter the part after the @ alone.'),
    ),
    nestedGroups: optional(z.enum(['direct', 'effective'])).transform((value) => value ?? 'direct'),
    timeoutSeconds: optionalNumber(1, 600, defaultTimeoutSeconds),
    pageSize: optionalNumber(1, 1000, defaultPageSize),
  })
  .superRefine((form, context) => {
    const problem = (path: keyof typeof form, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const url = new URL(form.address);
    if ((form.encryption === 'tls') !== (url.protocol === 'ldaps:')) {
      problem(
        'encryption',
        form.encryption === 'tls'
          ? 'LDAPS needs an address that starts with ldaps://. For ldap:// choose StartTLS.'
          : 'An address that starts with ldaps:// is LDAPS. Choose LDAPS, or an address with ldap://.',
      );
    }
    if (form.encryption === 'plain' && !isLoopback(url.hostname))
      problem(
        'encryption',
        'Without encryption the password could be read on the way. This is for this machine alone.',
      );
    if (form.newAccountsBase !== undefined && !isWithin(form.newAccountsBase, form.accountsBase))
      problem(
        'newAccountsBase',
        'New accounts must be made below the base DN of accounts, or they are not found again.',
      );
    if (form.schema !== 'activeDirectory' && form.disabling === 'attribute') {
      if (form.disabledAttribute === undefined) problem('disabledAttribute', 'Enter the attribute that disables.');
      if (form.disabledValue === undefined) problem('disabledValue', 'Enter the value of a disabled account.');
    }
  });

export type LdapConfiguration = Readonly<z.output<typeof ldapConfiguration>>;
