/** A page in parts that are written one by one, so that nobody waits long: a page of groups may bring all their members. */
import type { DiscoveryPage, RemoteGrant } from '#core/connectors/connector.ts';
import type { GatheredPages } from './gathered-pages.ts';

export interface PagePart {
  readonly page: DiscoveryPage;
  /** How much was on all of it, with its last part; null: more of it follows. */
  readonly seen: {
    readonly pages: number;
    readonly accounts: number;
    readonly entitlements: number;
    readonly grants: number;
  } | null;
}

/** In their order: accounts, the entitlements, grants; at most so many accounts and so many grants in each. */
export function* partsOf({ page, pages }: GatheredPages, rowsAtOnce: number): Generator<PagePart> {
  const { accounts, entitlements, checkpoint } = page;
  // By account: what is near to each other in the database is written together, not all over it with each part.
  const grants = page.grants.length > rowsAtOnce ? page.grants.toSorted(byAccount) : page.grants;
  const nothing = { accounts: [], entitlements: [], grants: [], checkpoint };
  const accountParts = slicesOf(accounts, rowsAtOnce);
  for (const part of accountParts.slice(0, -1)) yield { page: { ...nothing, accounts: part }, seen: null };
  // The entitlements before the first grants of them.
  let begun: Partial<DiscoveryPage> = { accounts: accountParts.at(-1) ?? [], entitlements };
  const grantParts = slicesOf(grants, rowsAtOnce);
  for (const part of grantParts.slice(0, -1)) {
    yield { page: { ...nothing, ...begun, grants: part }, seen: null };
    begun = {};
  }
  yield {
    page: { ...page, ...nothing, ...begun, grants: grantParts.at(-1) ?? [] },
    seen: { pages, accounts: accounts.length, entitlements: entitlements.length, grants: grants.length },
  };
}

function byAccount(one: RemoteGrant, other: RemoteGrant): number {
  if (one.accountExternalId === other.accountExternalId) return 0;
  return one.accountExternalId < other.accountExternalId ? -1 : 1;
}

function slicesOf<Value>(values: readonly Value[], rowsAtOnce: number): readonly (readonly Value[])[] {
  const starts = Array.from({ length: Math.ceil(values.length / rowsAtOnce) }, (_, index) => index * rowsAtOnce);
  return starts.map((start) => values.slice(start, start + rowsAtOnce));
}
