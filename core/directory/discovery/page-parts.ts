/** A page in parts that are written one by one, so that nobody waits long: a page of groups may bring all their members. */
import type { DiscoveryPage } from '#core/connectors/connector.ts';

export interface PagePart {
  readonly page: DiscoveryPage;
  /** How much was on the whole page, with its last part; null: more of the page follows. */
  readonly seen: { readonly accounts: number; readonly entitlements: number; readonly grants: number } | null;
}

/** In their order: accounts, the entitlements, grants; at most so many accounts and so many grants in each. */
export function* partsOf(page: DiscoveryPage, rowsAtOnce: number): Generator<PagePart> {
  const { accounts, entitlements, grants, checkpoint } = page;
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
    seen: { accounts: accounts.length, entitlements: entitlements.length, grants: grants.length },
  };
}

function slicesOf<Value>(values: readonly Value[], rowsAtOnce: number): readonly (readonly Value[])[] {
  const starts = Array.from({ length: Math.ceil(values.length / rowsAtOnce) }, (_, index) => index * rowsAtOnce);
  return starts.map((start) => values.slice(start, start + rowsAtOnce));
}
