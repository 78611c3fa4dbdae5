/**
 * What a SCIM connection needs to know: the form the console draws, and the schema that parses it.
 */
import { z } from 'zod';
import type { ConnectorField } from '#core/domain/connector.ts';

const defaultTimeoutSeconds = 30;
const defaultPageSize = 100;

/** The fields of a SCIM connection, in the order of the form. */
export const scimFields: readonly ConnectorField[] = [
  {
    name: 'baseUrl',
    label: 'Base URL',
    help: 'The address under which the server has its Users and Groups, often ending in /scim/v2.',
    kind: 'url',
    required: true,
    placeholder: 'https://app.example.com/scim/v2',
  },
  {
    name: 'authentication',
    label: 'Authentication',
    help: 'How Gatehouse signs in to the server.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'bearer', label: 'Bearer token' },
      { value: 'basic', label: 'User name and password' },
    ],
    initial: 'bearer',
  },
  {
    name: 'token',
    label: 'Token',
    help: 'The bearer token the application issued for provisioning. Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'bearer' },
  },
  {
    name: 'username',
    label: 'User name',
    help: 'The user name of the service account, without a colon.',
    kind: 'text',
    required: true,
    onlyWhen: { field: 'authentication', is: 'basic' },
  },
  {
    name: 'password',
    label: 'Password',
    help: 'The password of the service account. Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'basic' },
  },
  {
    name: 'timeoutSeconds',
    label: 'Timeout in seconds',
    help: 'How long to wait for one answer of the server.',
    kind: 'number',
    required: false,
    initial: defaultTimeoutSeconds,
  },
  {
    name: 'pageSize',
    label: 'Page size',
    help: 'How many users or groups to ask for at a time. The server may give fewer.',
    kind: 'number',
    required: false,
    initial: defaultPageSize,
  },
];

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

const baseUrl = z
  .string()
  .trim()
  .transform((text, context) => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!URL.canParse(text)) return problem('Enter a full address, such as https://app.example.com/scim/v2.');
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') {
      return problem('Leave user name and password out of the address; they have fields of their own.');
    }
    if (url.search !== '' || url.hash !== '') return problem('Leave out everything from the ? or # on.');
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      return problem(
        'Use https: over http the credential could be read on the way. Plain http is for this machine alone.',
      );
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      return problem('Use an address that starts with https://.');
    return url.href.replace(/\/+$/, '');
  });

/** An optional number of a form, where an emptied field arrives as an empty string. */
function optionalNumber(minimum: number, maximum: number, initial: number) {
  return z.preprocess(
    (value) => (value === '' || value === null || value === undefined ? initial : value),
    z.coerce.number().int().min(minimum).max(maximum),
  );
}

const common = {
  baseUrl,
  timeoutSeconds: optionalNumber(1, 600, defaultTimeoutSeconds),
  pageSize: optionalNumber(1, 10_000, defaultPageSize),
};

export const scimConfiguration = z.discriminatedUnion('authentication', [
  z.object({ ...common, authentication: z.literal('bearer') }),
  z.object({
    ...common,
    authentication: z.literal('basic'),
    // RFC 7617 section 2: the user-id ends at the first colon, so it cannot hold one.
    username: z
      .string()
      .min(1, 'Enter the user name.')
      .regex(/^[^:]*$/, 'A user name for this kind of sign-in cannot hold a colon.'),
  }),
]);

/** `baseUrl` has no trailing slash. */
export type ScimConfiguration = Readonly<z.output<typeof scimConfiguration>>;
