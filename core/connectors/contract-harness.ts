/**
 * What the contract suite works with: a harness that a connector's tests hand in, and the words its cases are told in.
 */
import type {
  AccountDraft,
  Connector,
  DiscoveryPage,
  Outcome,
  RemoteAccount,
  RemoteGrant,
} from '#core/connectors/connector.ts';
import type { ConnectorCapability } from '#core/domain/connector.ts';

/** How a case wants the application opened; what is left out is up to the harness. */
export interface OpenSettings {
  /** One that the application does not accept. */
  readonly credential?: 'valid' | 'wrong';
  /** How long one answer is waited for. */
  readonly timeoutSeconds?: number;
  /** How much is asked for at a time. Left out: so little that a discovery of a few accounts has several pages. */
  readonly pageSize?: number;
}

/**
 * An application to test against, with nothing of an earlier case in it that a new name could meet. What makes and
 * looks does so by another way than the connector. Only cases of connectors that have the abilities ask for it.
 */
export interface ContractHarness {
  open(settings?: OpenSettings): Connector;
  /** Makes an entitlement. Gives its external id. */
  makeEntitlement(name: string): Promise<string>;
  makeAccount(username: string): Promise<RemoteAccount>;
  /** Takes an account away, and with it what it held. */
  removeAccount(account: RemoteAccount): Promise<void>;
  /** Makes an entitlement that so many fresh accounts hold. Gives the external ids of all of them. */
  makeCrowd(size: number): Promise<{ readonly entitlement: string; readonly accounts: readonly string[] }>;
  /** What an account would be created from; its user name is unique to the case. */
  draftOf(username: string): AccountDraft;
  /** Well-formed ids of things that do not exist. */
  readonly unknownAccount: string;
  readonly unknownEntitlement: string;
  /** External ids of the accounts that hold it. */
  holdersOf(entitlement: string): Promise<readonly string[]>;
  /** How many accounts have this user name, without regard to case. */
  countAccounts(username: string): Promise<number>;
  /** Of connectors that ask others: what stands in the other system. */
  readonly tickets?: TicketDesk;
  /** From now on the application takes what it is asked and gives no answer, until what is given back is called. */
  hush(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface TicketDesk {
  /** All that was written in each ticket of this key. */
  opened(key: string): Promise<readonly string[]>;
  /** As somebody does there; `unknown`: to a state that the connection does not know. */
  move(reference: string, to: 'done' | 'unknown' | 'gone'): Promise<void>;
}

/** What the cases for tickets ask of a harness. */
export type TicketHarness = Pick<ContractHarness, 'open' | 'hush' | 'close'> & { readonly tickets: TicketDesk };

/** What a case stands on: abilities of the contract, and finding accounts, which only connectors with accounts do. */
export type Ability = ConnectorCapability | 'findAccount';

export type Open = Required<Connector>;

export interface ContractCase {
  readonly title: string;
  readonly needs: readonly Ability[];
  check(harness: ContractHarness, connector: Open, options: ContractOptions): Promise<void>;
  readonly milliseconds?: number;
}

export interface ContractOptions {
  /** As the connector's description has them; the suite holds its code to that, and takes its cases by them. */
  readonly capabilities: readonly ConnectorCapability[];
  /** Further names an entitlement can have in this application, besides `oddNames`. */
  readonly names?: readonly string[];
  /** Odd user names that it takes; none where its user names are letters and digits alone. */
  readonly usernames?: readonly string[];
  /** How many make a crowd, where 5,000 accounts cannot be made there in a reasonable time. */
  readonly crowd?: number;
}

/** Names with quotes, unicode, spaces and wildcards: any application's entitlements can have them. */
export const oddNames: readonly string[] = [
  'quo"ted "name"',
  "o'neil; drop table",
  String.raw`back\slash`,
  'späce and ünïcode 名前 🦉',
  '50%_* of (all) [of] {them}?',
];

export const never = new AbortController().signal;
let counter = 0;

/** Letters and digits alone, so that any application takes it; unique in the run. */
export function uniqueName(): string {
  counter += 1;
  return `case${process.pid.toString(36)}x${counter.toString(36)}`;
}

/** Everything a discovery gives, page by page. */
export async function pagesOf(
  connector: Pick<Open, 'discover'>,
  checkpoint: string | null = null,
): Promise<readonly DiscoveryPage[]> {
  const pages: DiscoveryPage[] = [];
  for await (const page of connector.discover(checkpoint, never)) pages.push(page);
  return pages;
}

export function succeeded<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'applied' && outcome.kind !== 'already')
    throw new Error(`Not a success: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

export async function readHeld(connector: Open, grant: RemoteGrant): Promise<boolean> {
  return succeeded(await connector.read(grant, never)).held;
}

export async function prepare(harness: ContractHarness, name = uniqueName()): Promise<RemoteGrant> {
  const account = await harness.makeAccount(uniqueName());
  return { accountExternalId: account.externalId, entitlementExternalId: await harness.makeEntitlement(name) };
}

/** What a discovery gave, whatever its pages were. */
export function summaryOf(pages: readonly DiscoveryPage[]) {
  return {
    accounts: pages.flatMap((page) => page.accounts.map(({ externalId }) => externalId)).toSorted(),
    entitlements: pages.flatMap((page) => page.entitlements.map(({ externalId }) => externalId)).toSorted(),
    grants: pages
      .flatMap((page) => page.grants.map((grant) => `${grant.accountExternalId} in ${grant.entitlementExternalId}`))
      .toSorted(),
  };
}
