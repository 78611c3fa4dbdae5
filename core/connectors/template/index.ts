/**
 * A connector to copy: everything one must have and nothing else, against an imaginary application with a small HTTP
 * API. It is compiled and kept to the contract by its test like the others, and is not in the registry.
 */
import { z } from 'zod';
import {
  ConnectorFault,
  type AddressedGrant,
  type Connector,
  type ConnectorDefinition,
  type DiscoveryPage,
  type Failure,
  type GrantReading,
  type Outcome,
  type RemoteAccount,
  type RemoteEntitlement,
} from '#core/connectors/connector.ts';

// What the form asks for. Each field below has its place in the schema, except the secret: that is never configuration.
const configuration = z.object({
  address: z.url(),
  /** How long one answer is waited for, and how much is asked for at a time. */
  timeoutSeconds: z.number().min(1).default(30),
  pageSize: z.number().int().min(1).default(200),
});
type Configuration = z.output<typeof configuration>;

export const templateConnector: ConnectorDefinition<Configuration> = {
  description: {
    name: 'template',
    title: 'Template',
    summary: 'An imaginary application: accounts are its members, entitlements are its groups.',
    fields: [
      { name: 'address', label: 'Address', help: 'Where its API is.', kind: 'url', required: true },
      { name: 'token', label: 'Token', help: 'May read members and change groups.', kind: 'secret', required: true },
    ],
    // Exactly the abilities that `open` gives; a test compares the two.
    capabilities: ['test', 'discover', 'grant', 'revoke', 'read'],
    requiredPermissions: ['Read members and groups', 'Change the members of groups'],
    accountAttributes: [],
    nativeExpiry: false,
    effects: { grant: 'idempotent', revoke: 'idempotent' },
    limits: { concurrency: 4, effectsPerSecond: null },
  },
  configuration,
  open: ({ configuration: settings, secrets }) => openTemplate(settings, secrets['token'] ?? ''),
};

function openTemplate(settings: Configuration, token: string): Connector {
  const { address, pageSize } = settings;
  const call = (method: string, path: string, signal: AbortSignal) => ask(settings, token, method, path, signal);
  const member = ({ accountExternalId, entitlementExternalId }: AddressedGrant) =>
    `/groups/${encodeURIComponent(entitlementExternalId)}/members/${encodeURIComponent(accountExternalId)}`;

  async function read(grant: AddressedGrant, signal: AbortSignal): Promise<Outcome<GrantReading>> {
    const answer = await call('GET', member(grant), signal);
    if ('kind' in answer) return answer;
    return { kind: 'already', value: { held: answer.body['held'] === true }, facts: { status: String(answer.status) } };
  }

  /** Look, write, look again: only what is seen afterwards counts. */
  async function change(grant: AddressedGrant, held: boolean, signal: AbortSignal): Promise<Outcome<void>> {
    const before = await read(grant, signal);
    if (before.kind !== 'already') return before as Failure;
    if (before.value.held === held) return { kind: 'already', value: undefined, facts: before.facts };
    const written = await call(held ? 'PUT' : 'DELETE', member(grant), signal);
    if ('kind' in written) return written;
    const after = await read(grant, signal);
    if (after.kind !== 'already') return after as Failure;
    return after.value.held === held
      ? { kind: 'applied', value: undefined, facts: after.facts }
      : {
          kind: 'retryable',
          message: 'The application answered with success, but nothing changed.',
          afterMilliseconds: null,
        };
  }

  return {
    source: address,
    async test(signal) {
      const answer = await call('GET', '/members?after=', signal);
      const passed = !('kind' in answer);
      return {
        passed,
        checks: [{ name: 'List members', passed, message: passed ? 'The token may read them.' : answer.message }],
      };
    },
    discover: (checkpoint, signal) => discover(call, pageSize, checkpoint, signal),
    async findAccount({ username, email }, signal) {
      const answer = await call('GET', `/members?login=${encodeURIComponent(username)}`, signal);
      if ('kind' in answer) return answer;
      const [found, second] = (answer.body['members'] ?? []) as readonly RemoteAccount[];
      if (second !== undefined)
        return { kind: 'needsPerson', message: `Several members are called ${username}. Link the right one.` };
      return found === undefined
        ? { kind: 'notFound', what: 'account', message: `There is no member ${username} (${email}).` }
        : { kind: 'already', value: found, facts: {} };
    },
    grant: (grant, signal) => change(grant, true, signal),
    revoke: (grant, signal) => change(grant, false, signal),
    read,
    async close() {
      // Nothing is held open between two calls.
    },
  };
}

type Call = (method: string, path: string, signal: AbortSignal) => ReturnType<typeof ask>;

/** Pages by the last id that was seen: that stands still while others come and go. */
async function* discover(
  call: Call,
  pageSize: number,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncIterable<DiscoveryPage> {
  let after = checkpoint ?? '';
  for (;;) {
    const answer = await call('GET', `/everything?after=${encodeURIComponent(after)}&limit=${pageSize}`, signal);
    // Never a short list: what is not told would look like everybody's departure.
    if ('kind' in answer) throw new ConnectorFault(answer);
    const { members, groups, memberships, next } = answer.body as {
      readonly members: readonly RemoteAccount[];
      readonly groups: readonly RemoteEntitlement[];
      readonly memberships: DiscoveryPage['grants'];
      readonly next: string | null;
    };
    yield { accounts: members, entitlements: groups, grants: memberships, checkpoint: next };
    if (next === null) return;
    after = next;
  }
}

/** One request: a typed failure for everything that is not an answer, and no secret in any message. */
async function ask(
  { address, timeoutSeconds }: Configuration,
  token: string,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> } | Failure> {
  try {
    const response = await fetch(`${address}${path}`, {
      method,
      redirect: 'error',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
    });
    const body = (await response.json()) as Readonly<Record<string, unknown>>;
    if (response.ok) return { status: response.status, body };
    if (response.status === 404 && (body['missing'] === 'account' || body['missing'] === 'entitlement'))
      return { kind: 'notFound', what: body['missing'], message: `The application has no such ${body['missing']}.` };
    if (response.status === 401 || response.status === 403)
      return { kind: 'needsPerson', message: 'The token is not accepted. Enter another one on the connection’s page.' };
    if (response.status === 429 || response.status >= 500)
      return { kind: 'retryable', message: `It answered ${response.status}.`, afterMilliseconds: null };
    return { kind: 'refused', message: `It answered ${response.status}.` };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: 'retryable', message: `It gave no answer (${error.name}).`, afterMilliseconds: null };
  }
}
