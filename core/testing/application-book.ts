/** An application that is a book in memory, for tests of discoveries: its insides are changed as a test likes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decideFinding } from '#core/commands/finding.command.ts';
import type { ConnectorDefinition, RemoteAccount } from '#core/connectors/connector.ts';
import { commandOf, connect, discoveryActor, organisation, rowsOf } from './builders.ts';
import { startDelivery } from './delivery.ts';
import type { OpenWorkspace } from './each-database.ts';

/** An application whose insides a test changes as it likes. */
function openBook() {
  const accounts = new Map<string, RemoteAccount>();
  const grants = new Set<string>();
  /** Entitlements of which it does not show who holds them. */
  const hidden: string[] = [];
  const entitlements = new Set(['automatic-0', 'automatic-1']);
  /** What was written, in order. */
  const calls: string[] = [];
  /** `lies`: answers with success and writes nothing. `stuck`: takes no access away. */
  const moods = { lies: false, stuck: false };
  /** What happens meanwhile, after what it holds was read. */
  const reading = { meanwhile: async (): Promise<void> => undefined };
  /** Accounts that are being disabled, and all that ever were, in order. */
  const disabling: { now: string[]; together: string[][] } = { now: [], together: [] };
  const definition: ConnectorDefinition<Record<string, never>> = {
    description: {
      name: 'book',
      title: 'Book',
      summary: '',
      fields: [],
      capabilities: [
        'test',
        'discover',
        'createAccount',
        'updateAccount',
        'disableAccount',
        'deleteAccount',
        'grant',
        'revoke',
        'read',
      ],
      requiredPermissions: [],
      accountAttributes: [
        { name: 'displayName', becomes: 'its name', required: true },
        { name: 'jobTitle', becomes: 'its title', required: false },
      ],
      nativeExpiry: false,
      effects: {},
      limits: { concurrency: 4, effectsPerSecond: null },
    },
    configuration: z.object({}) as unknown as z.ZodType<Record<string, never>>,
    open: () => ({
      source: 'book:',
      test: async () => ({ passed: true, checks: [] }),
      async *discover() {
        yield {
          accounts: [...accounts.values()],
          entitlements: [...entitlements].map((externalId) => ({
            externalId,
            name: externalId,
            kind: 'group',
            description: null,
          })),
          grants: [...grants].map((key) => {
            const [accountExternalId = '', entitlementExternalId = ''] = key.split(' ');
            return { accountExternalId, entitlementExternalId };
          }),
          holdersUnknown: hidden,
          checkpoint: 'the end',
        };
        await reading.meanwhile();
        yield { accounts: [], entitlements: [], grants: [], checkpoint: null };
      },
      async findAccount({ username }) {
        const account = accounts.get(username);
        return account === undefined
          ? { kind: 'notFound', what: 'account', message: 'no' }
          : { kind: 'already', value: account, facts: {} };
      },
      async createAccount({ username, email, displayName }) {
        const account = { externalId: username, username, email, displayName, active: true };
        accounts.set(username, account);
        return { kind: 'applied', value: account, facts: {} };
      },
      async updateAccount(account, draft) {
        calls.push(`update ${account.username}`);
        const attributes = draft.jobTitle === null ? {} : { jobTitle: draft.jobTitle };
        const after = { ...account, email: draft.email, displayName: draft.displayName, attributes };
        if (!moods.lies) accounts.set(account.username, after);
        return { kind: 'applied', value: after, facts: {} };
      },
      async deleteAccount(account) {
        calls.push(`delete ${account.username}`);
        if (!moods.lies) accounts.delete(account.username);
        return { kind: 'applied', value: undefined, facts: {} };
      },
      async disableAccount(account) {
        disabling.now.push(account.username);
        disabling.together.push([...disabling.now]);
        await sleep(20);
        disabling.now = disabling.now.filter((name) => name !== account.username);
        accounts.set(account.username, { ...account, active: false });
        return { kind: 'applied', value: undefined, facts: {} };
      },
      async grant({ accountExternalId, entitlementExternalId }) {
        grants.add(`${accountExternalId} ${entitlementExternalId}`);
        return { kind: 'applied', value: undefined, facts: {} };
      },
      async revoke({ accountExternalId, entitlementExternalId }) {
        if (moods.stuck) return { kind: 'retryable', message: 'Busy.', afterMilliseconds: null };
        calls.push(`revoke ${accountExternalId}`);
        grants.delete(`${accountExternalId} ${entitlementExternalId}`);
        return { kind: 'applied', value: undefined, facts: {} };
      },
      read: async ({ accountExternalId, entitlementExternalId }) => ({
        kind: 'applied',
        value: { held: grants.has(`${accountExternalId} ${entitlementExternalId}`) },
        facts: {},
      }),
      close: async () => undefined,
    }),
  };
  const add = (name: string, displayName = name) =>
    accounts.set(`${name}@example.com`, {
      externalId: `${name}@example.com`,
      username: `${name}@example.com`,
      email: `${name}@example.com`,
      displayName,
      active: true,
    });
  return { accounts, entitlements, grants, hidden, reading, calls, moods, disabling, definition, add };
}

/** A workspace with the book as one of its applications, and the runtime of a console. */
export async function beginWithBook(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const book = openBook();
  await connect(workspace, built.applications.automatic, { connector: 'book' });
  const delivery = startDelivery(workspace, { now: workspace.clock.now, definitions: [book.definition] });
  workspace.onClose(() => delivery.stop());
  const discover = async () => {
    workspace.clock.pass(60_000);
    await delivery.discovery.start(built.applications.automatic, discoveryActor);
    await delivery.discovery.idle();
    workspace.clock.pass(60_000);
    return (await rowsOf(workspace, 'sync_run')).at(-1);
  };
  const standing = async () =>
    (await rowsOf(workspace, 'finding'))
      .filter(({ endedAt }) => endedAt === null)
      .map(({ kind, state, proposedAction }) => [kind, state, proposedAction]);
  const effects = ['updateAccount', 'disableAccount', 'deleteAccount'] as const;
  const decide = async (action: string, kind: string, note: string | null = null) => {
    const finding = (await rowsOf(workspace, 'finding')).find((each) => each.kind === kind && each.state === 'open');
    return delivery.execute(
      decideFinding,
      commandOf(built.people.owner, { findingId: finding?.id, action, note, effects }),
    );
  };
  return { workspace, ...built, book, delivery, discover, standing, decide };
}
