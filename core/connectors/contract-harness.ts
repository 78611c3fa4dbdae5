/**
 * What the contract suite works with: a harness that a connector's tests hand in, and the words its cases are told in.
 */
import { expect } from 'vitest';
import type {
  AccountDraft,
  Connector,
  DiscoveryPage,
  Outcome,
  RemoteAccount,
  RemoteGrant,
} from '#core/connectors/connector.ts';

/** An application to test against, with nothing of an earlier case in it that a new name could meet. */
export interface ContractHarness {
  /** Opened with a valid credential. Small pages, so that a discovery has several. */
  readonly connector: Connector;
  /** The same application, opened with a credential it does not accept. */
  openWithWrongCredential(): Connector;
  /** Makes an entitlement by another way than the connector. Gives its external id. */
  makeEntitlement(name: string): Promise<string>;
  /** Makes an account by another way than the connector. */
  makeAccount(username: string): Promise<RemoteAccount>;
  /** What an account would be created from; its user name is unique to the case. */
  draftOf(username: string): AccountDraft;
  /** Well-formed ids of things that do not exist. */
  readonly unknownAccount: string;
  readonly unknownEntitlement: string;
  /** External ids of the accounts that hold it, asked of the application by another way. */
  holdersOf(entitlement: string): Promise<readonly string[]>;
  /** How many accounts have this user name, without regard to case, asked by another way. */
  countAccounts(username: string): Promise<number>;
  close(): Promise<void>;
}

/** Abilities that not every connector has; the cases that need one it lacks are left out of its suite. */
export type OptionalAbility =
  | 'discover'
  | 'createAccount'
  | 'updateAccount'
  | 'disableAccount'
  | 'enableAccount'
  | 'deleteAccount';

export type Open = Required<Connector>;

export interface ContractCase {
  readonly title: string;
  readonly needs: readonly OptionalAbility[];
  check(harness: ContractHarness, connector: Open): Promise<void>;
}

export interface ContractOptions {
  readonly abilities: readonly OptionalAbility[];
  /** Names an entitlement can have in this application; awkward ones are what the suite is for. */
  readonly names: readonly string[];
}

export const never = new AbortController().signal;
let counter = 0;

/** Letters and digits alone, so that any application takes it; unique in the run. */
export function uniqueName(): string {
  counter += 1;
  return `case${process.pid.toString(36)}x${counter.toString(36)}`;
}

/** Everything a discovery gives, page by page. */
export async function pagesOf(connector: Open, checkpoint: string | null = null): Promise<readonly DiscoveryPage[]> {
  const pages: DiscoveryPage[] = [];
  for await (const page of connector.discover(checkpoint, never)) pages.push(page);
  return pages;
}

export function succeeded<Value>(outcome: Outcome<Value>): Value {
  expect(['applied', 'already']).toContain(outcome.kind);
  return (outcome as Extract<Outcome<Value>, { kind: 'applied' }>).value;
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
