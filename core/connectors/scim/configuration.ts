/**
 * What a SCIM connection needs to know: the form the console draws, and the schema that parses it.
 */
import { z } from 'zod';
import type { ConnectorField } from '#core/domain/connector.ts';
import { isLoopback, optionalNumber } from '../form-values.ts';

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
      { value: 'oauth', label: 'OAuth 2.0 client credentials' },
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
    name: 'tokenUrl',
    label: 'Token URL',
    help: 'The address at which client id and secret are exchanged for a token.',
    kind: 'url',
    required: true,
    placeholder: 'https://login.example.com/oauth2/token',
    onlyWhen: { field: 'authentication', is: 'oauth' },
  },
  {
    name: 'clientId',
    label: 'Client id',
    help: 'What the application knows Gatehouse by.',
    kind: 'text',
    required: true,
    onlyWhen: { field: 'authentication', is: 'oauth' },
  },
  {
    name: 'clientSecret',
    label: 'Client secret',
    help: 'The secret that belongs to the client id. Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'oauth' },
  },
  {
    name: 'scope',
    label: 'Scope',
    help: 'Scopes to ask for, separated by spaces. Empty: what the token service gives by itself.',
    kind: 'text',
    required: false,
    onlyWhen: { field: 'authentication', is: 'oauth' },
  },
  {
    name: 'clientAuthentication',
    label: 'Client id and secret go',
    help: 'Token services take them in the header; some want them in the body.',
    kind: 'choice',
    required: false,
    choices: [
      { value: 'header', label: 'In the header' },
      { value: 'body', label: 'In the body' },
    ],
    initial: 'header',
    onlyWhen: { field: 'authentication', is: 'oauth' },
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

function address(example: string) {
  return z
    .string()
    .trim()
    .transform((text, context) => {
      const problem = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      if (!URL.canParse(text)) return problem(`Enter a full address, such as ${example}.`);
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
      return url.href;
    });
}

const baseUrl = address('https://app.example.com/scim/v2').transform((href) => href.replace(/\/+$/, ''));

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
  z.object({
    ...common,
    authentication: z.literal('oauth'),
    tokenUrl: address('https://login.example.com/oauth2/token'),
    clientId: z.string().trim().min(1, 'Enter the client id.'),
    scope: z.string().trim().default(''),
    clientAuthentication: z.preprocess(
      (value) => (value === '' || value === null ? undefined : value),
      z.enum(['header', 'body']).default('header'),
    ),
  }),
]);

/** `baseUrl` has no trailing slash. */
export type ScimConfiguration = Readonly<z.output<typeof scimConfiguration>>;
