/** Words for what a discovery did. */
import type { ApplicationDetail, SyncRunView } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';

/** It is connected, by a connector that cannot say what the application holds. */
export function cannotDiscover({ connectionSettings }: Pick<ApplicationDetail, 'connectionSettings'>): boolean {
  return connectionSettings !== null && !connectionSettings.discovers;
}

export const cannotDiscoverText =
  'Its connector cannot say what the application holds. Import a file in the directory instead.';

/** `41 accounts, 12 entitlements, 230 grants` */
export function seenText(run: Pick<SyncRunView, 'accountsSeen' | 'entitlementsSeen' | 'grantsSeen'>): string {
  return [
    counted(run.accountsSeen, 'account'),
    counted(run.entitlementsSeen, 'entitlement'),
    counted(run.grantsSeen, 'grant'),
  ].join(', ');
}

/** The engine's counters are named in camel case: `accountsCreated` reads as `accounts created: 2`. */
export function summaryText(summary: SyncRunView['summary']): string {
  const changes = Object.entries(summary).filter(([, count]) => count !== 0);
  if (changes.length === 0) return 'Nothing changed';
  return changes.map(([name, count]) => `${spaced(name)}: ${count.toLocaleString('en')}`).join(', ');
}

function spaced(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

/** `850 ms`, `12 s`, `3 min 5 s` */
export function tookText(startedAt: string, endedAt: string): string {
  const milliseconds = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
