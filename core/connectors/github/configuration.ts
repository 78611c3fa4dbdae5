/**
 * What a GitHub connection needs to know: the form the console draws, and the schema that parses it.
 */
import { z } from 'zod';
import type { ConnectorField } from '#core/domain/connector.ts';
import { isLoopback, optionalNumber } from '../form-values.ts';

const defaultTimeoutSeconds = 30;
/** The most GitHub gives in one page. */
const largestPage = 100;

/** The fields of a GitHub connection, in the order of the form. */
export const githubFields: readonly ConnectorField[] = [
  {
    name: 'baseUrl',
    label: 'API address',
    help: 'https://api.github.com, or https://HOST/api/v3 for a GitHub Enterprise Server.',
    kind: 'url',
    required: true,
    initial: 'https://api.github.com',
  },
  {
    name: 'organization',
    label: 'Organization',
    help: 'The name of the organization as it stands in its address.',
    kind: 'text',
    required: true,
    placeholder: 'example-inc',
  },
  {
    name: 'authentication',
    label: 'Authentication',
    help: 'How Gatehouse signs in to GitHub.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'token', label: 'Personal access token' },
      { value: 'app', label: 'GitHub App' },
    ],
    initial: 'token',
  },
  {
    name: 'token',
    label: 'Token',
    help: 'A fine-grained or classic token of an owner of the organization. Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'token' },
  },
  {
    name: 'appId',
    label: 'App ID',
    help: 'The number (or the client ID) on the settings page of the GitHub App.',
    kind: 'text',
    required: true,
    onlyWhen: { field: 'authentication', is: 'app' },
  },
  {
    name: 'installationId',
    label: 'Installation ID',
    help: 'The number at the end of the address of the installation in the settings of the organization.',
    kind: 'text',
    required: true,
    onlyWhen: { field: 'authentication', is: 'app' },
  },
  {
    name: 'privateKey',
    label: 'Private key',
    help: 'The PEM file GitHub made for the App, with all its lines. Kept in the keychain.',
    kind: 'secret',
    required: true,
    multiline: true,
    onlyWhen: { field: 'authentication', is: 'app' },
  },
  {
    name: 'identities',
    label: 'People are known by',
    help: 'What connects a work e-mail with a GitHub account. Gatehouse never guesses: who is not known by this is invited, or left to a person.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'saml', label: 'SAML single sign-on of the organization' },
      { value: 'verifiedDomain', label: 'E-mails of the verified domains of the organization' },
      { value: 'username', label: 'Their user name here, which is their GitHub login' },
      { value: 'listed', label: 'The list below alone' },
    ],
    initial: 'saml',
  },
  {
    name: 'logins',
    label: 'GitHub logins',
    help: 'One person a line: work e-mail, a blank, GitHub login. What stands here comes before everything else.',
    kind: 'lines',
    required: false,
    placeholder: 'ada@example.com ada-lovelace',
  },
  {
    name: 'timeoutSeconds',
    label: 'Timeout in seconds',
    help: 'How long to wait for one answer of GitHub.',
    kind: 'number',
    required: false,
    initial: defaultTimeoutSeconds,
  },
  {
    name: 'pageSize',
    label: 'Page size',
    help: `How many members or teams to ask for at a time, at most ${largestPage}.`,
    kind: 'number',
    required: false,
    initial: largestPage,
  },
];

const baseUrl = z
  .string()
  .trim()
  .transform((text, context) => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!URL.canParse(text)) return problem('Enter a full address, such as https://api.github.com.');
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') return problem('Leave the credential out of the address.');
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

/** A login as GitHub allows it: letters, digits and hyphens, and one underscore before the short code of managed users. */
const login = /^[a-z\d](?:[a-z\d]|[-_](?=[a-z\d]))*$/i;

const logins = z
  .string()
  .nullish()
  .transform((text, context): ReadonlyMap<string, string> => {
    const known = new Map<string, string>();
    for (const line of (text ?? '').split(/\r?\n/)) {
      if (line.trim() === '') continue;
      const [email = '', name = '', ...more] = line.trim().split(/[\s,;=]+/);
      if (!email.includes('@') || !login.test(name) || more.length > 0) {
        context.addIssue({
          code: 'custom',
          message: `Enter a work e-mail, a blank and a GitHub login in the line "${line.trim()}".`,
        });
        return z.NEVER;
      }
      if (known.has(email.toLowerCase())) {
        context.addIssue({ code: 'custom', message: `${email} has two lines. Leave one.` });
        return z.NEVER;
      }
      known.set(email.toLowerCase(), name);
    }
    return known;
  });

const common = {
  baseUrl,
  organization: z
    .string()
    .trim()
    .regex(login, 'Enter the name of the organization as it stands in its address, without slashes.'),
  identities: z.enum(['saml', 'verifiedDomain', 'username', 'listed']),
  logins,
  timeoutSeconds: optionalNumber(1, 600, defaultTimeoutSeconds),
  pageSize: optionalNumber(1, largestPage, largestPage),
};

export const githubConfiguration = z.discriminatedUnion('authentication', [
  z.object({ ...common, authentication: z.literal('token') }),
  z.object({
    ...common,
    authentication: z.literal('app'),
    appId: z
      .string()
      .trim()
      .regex(/^[\w.-]+$/, 'Enter the App ID or client ID.'),
    installationId: z.string().trim().regex(/^\d+$/, 'Enter the installation ID: digits alone.'),
  }),
]);

/** `baseUrl` has no trailing slash; `logins` maps a work e-mail in lower case to a GitHub login. */
export type GithubConfiguration = Readonly<z.output<typeof githubConfiguration>>;
