/**
 * What a PostgreSQL connection needs to know: the form the console draws, and the schema that parses it.
 */
import { z } from 'zod';
import type { ConnectorField } from '#core/domain/connector.ts';
import { optionalNumber } from '../form-values.ts';

const defaultTimeoutSeconds = 30;
const defaultPageSize = 500;

/** The fields of a PostgreSQL connection, in the order of the form. */
export const postgresFields: readonly ConnectorField[] = [
  {
    name: 'address',
    label: 'Address',
    // Kept in one field of this kind because a stored credential is only ever sent to the address it was entered for.
    help: 'The server, its port and a database to sign in to. Roles belong to the whole server, so any database will do.',
    kind: 'url',
    required: true,
    schemes: ['postgres', 'postgresql'],
    placeholder: 'postgres://db.example.com:5432/postgres',
  },
  {
    name: 'username',
    label: 'Role',
    help: 'The role Gatehouse signs in as. It is never granted, changed or deleted by Gatehouse.',
    kind: 'text',
    required: true,
    placeholder: 'gatehouse',
  },
  {
    name: 'password',
    label: 'Password',
    help: 'The password of that role. Kept in the keychain.',
    kind: 'secret',
    required: true,
  },
  {
    name: 'tls',
    label: 'Encryption',
    help: 'How the connection is protected. Only a verified certificate proves that it is your server.',
    kind: 'choice',
    required: true,
    guardsSecrets: true,
    choices: [
      { value: 'verify-full', label: 'TLS, certificate and host name verified' },
      { value: 'require', label: 'TLS, certificate not verified' },
      { value: 'plain', label: 'None (this machine alone)' },
    ],
    initial: 'verify-full',
  },
  {
    name: 'certificateAuthority',
    label: 'Certificate authority',
    help: 'The PEM certificates that may have signed the certificate of the server. Empty: the well-known public ones.',
    kind: 'lines',
    required: false,
    guardsSecrets: true,
    placeholder: '-----BEGIN CERTIFICATE-----',
  },
  {
    name: 'roleNames',
    label: 'Names of login roles',
    help: 'How the login role of a person is called.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'username', label: 'The user name, which is the work e-mail' },
      { value: 'localPart', label: 'The work e-mail up to the @' },
    ],
    initial: 'username',
  },
  {
    name: 'emailDomain',
    label: 'E-mail domain',
    help: 'What follows the @ in every work e-mail. People of another domain get no account by this rule, since two of them could share a name.',
    kind: 'text',
    required: true,
    placeholder: 'example.com',
    onlyWhen: { field: 'roleNames', is: 'localPart' },
  },
  {
    name: 'offered',
    label: 'Roles that can be requested',
    help: 'One name or pattern a line; * stands for any text. Empty: every group role, except predefined ones and superusers.',
    kind: 'lines',
    required: false,
    placeholder: 'app_*',
  },
  {
    name: 'alsoOffered',
    label: 'Predefined or superuser roles that can be requested',
    help: 'The exact name of each, one a line, such as pg_read_all_data. They are powerful: none is offered unless it is named here.',
    kind: 'lines',
    required: false,
  },
  {
    name: 'passwordEnds',
    label: 'End of passwords',
    help: 'PostgreSQL cannot end a membership by itself, but it can end a password. This concerns accounts that Gatehouse created, and nothing else.',
    kind: 'choice',
    required: false,
    choices: [
      { value: 'never', label: 'Never' },
      { value: 'withOnlyGrant', label: 'With the only grant of the account, while that is a temporary one' },
    ],
    initial: 'never',
  },
  {
    name: 'systemIdentifier',
    label: 'System identifier',
    help: 'The number of the cluster, which the connection test shows. With it Gatehouse notices when another cluster answers, where the same ids mean other roles.',
    kind: 'text',
    required: false,
  },
  {
    name: 'timeoutSeconds',
    label: 'Timeout in seconds',
    help: 'How long one statement may take.',
    kind: 'number',
    required: false,
    initial: defaultTimeoutSeconds,
  },
  {
    name: 'pageSize',
    label: 'Page size',
    help: 'How many roles or memberships to read at a time.',
    kind: 'number',
    required: false,
    initial: defaultPageSize,
  },
];

/** Whether a host is this machine, which no other name can stand for. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

interface Address {
  /** Written the same way however it was typed, so that two can be compared. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

const address = z
  .string()
  .trim()
  .transform((text, context): Address => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!/^postgres(?:ql)?:\/\//i.test(text) || !URL.canParse(text))
      return problem('Enter a full address, such as postgres://db.example.com:5432/postgres.');
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
      return problem('Leave role and password out of the address; they have fields of their own.');
    if (url.search !== '' || url.hash !== '') return problem('Leave out everything from the ? or # on.');
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (!/^(?:[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*)$/.test(host))
      return problem('Enter the host as a name or an IP address.');
    const database = decoded(url.pathname.slice(1));
    if (database === null || database.includes('\0')) return problem('The name of the database is not readable.');
    const port = url.port === '' ? 5432 : Number(url.port);
    const name = database === '' ? 'postgres' : database;
    const shown = host.includes(':') ? `[${host}]` : host;
    return { address: `postgres://${shown}:${port}/${encodeURIComponent(name)}`, host, port, database: name };
  });

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the caller says so to whoever typed it.
    return null;
  }
}

const lines = z
  .string()
  .nullish()
  .transform((text) =>
    (text ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );

const optionalText = z
  .string()
  .trim()
  .nullish()
  .transform((text) => text ?? '');

export const postgresConfiguration = z
  .object({
    address,
    username: z.string().trim().min(1, 'Enter the role to sign in as.'),
    tls: z.enum(['verify-full', 'require', 'plain']),
    certificateAuthority: optionalText.refine((text) => text === '' || text.includes('-----BEGIN CERTIFICATE-----'), {
      message: 'Enter certificates in PEM form, which begin with -----BEGIN CERTIFICATE-----.',
    }),
    roleNames: z.enum(['username', 'localPart']).default('username'),
    emailDomain: optionalText.transform((text) => text.replace(/^@/, '').toLowerCase()),
    offered: lines,
    alsoOffered: lines,
    passwordEnds: z.preprocess(
      (value) => (value === '' || value === null ? undefined : value),
      z.enum(['never', 'withOnlyGrant']).default('never'),
    ),
    systemIdentifier: optionalText.refine((text) => /^\d*$/.test(text), {
      message: 'Enter the system identifier as the connection test shows it: digits alone.',
    }),
    timeoutSeconds: optionalNumber(1, 600, defaultTimeoutSeconds),
    pageSize: optionalNumber(1, 10_000, defaultPageSize),
  })
  .superRefine((configuration, context) => {
    if (configuration.tls === 'plain' && !isLoopback(configuration.address.host)) {
      context.addIssue({
        code: 'custom',
        path: ['tls'],
        message:
          'Use TLS: without it what goes over the network can be read and changed. None is for this machine alone.',
      });
    }
    if (configuration.roleNames === 'localPart' && configuration.emailDomain === '')
      context.addIssue({ code: 'custom', path: ['emailDomain'], message: 'Enter the domain of the work e-mails.' });
  })
  .transform(({ address: { address: written, host, port, database }, ...rest }) => ({
    ...rest,
    address: written,
    host,
    port,
    database,
  }));

/** `offered` and `alsoOffered` hold one name a line; `certificateAuthority`, `emailDomain` and `systemIdentifier` may be empty. */
export type PostgresConfiguration = Readonly<z.output<typeof postgresConfiguration>>;
