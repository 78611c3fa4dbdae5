import type { SearchSchemaInput } from '@tanstack/react-router';

/** The tabs of an application, named in the address so that a reload and a link lead back to the same one. */
export const tabs = [
  { value: 'overview', label: 'Overview' },
  { value: 'connection', label: 'Connection' },
  { value: 'delivery', label: 'Delivery' },
  { value: 'entitlements', label: 'Entitlements' },
  { value: 'accounts', label: 'Accounts' },
  { value: 'discoveries', label: 'Discoveries' },
  { value: 'findings', label: 'Findings' },
] as const;
export type ApplicationTab = (typeof tabs)[number]['value'];

/** What the address of an application holds. */
export function applicationSearch(given: { readonly tab?: string } & SearchSchemaInput): {
  readonly tab?: ApplicationTab;
} {
  return given.tab === undefined ? {} : { tab: tabOf(given) };
}

/** The tab an address names; the first for anything else. */
export function tabOf(search: unknown): ApplicationTab {
  const named = typeof search === 'object' && search !== null && 'tab' in search ? search.tab : null;
  return tabs.find(({ value }) => value === named)?.value ?? 'overview';
}
