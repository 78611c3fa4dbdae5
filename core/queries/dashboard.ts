/** The dashboard: what waits for me, and for those who watch over it, the workspace in figures. */
import { plusMilliseconds, type Instant } from '#core/domain/instant.ts';
import type { GrantRow } from '#core/contract/index.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { countAttention } from './attention.ts';
import { countActiveGrants, loadGrantsEndingBefore } from './grants.ts';
import { countMyTasks } from './my-tasks.ts';
import { countMyOpenRequests } from './requests-list.ts';
import { seesEverything, type Viewer } from './visibility.ts';
import { workspaceFigures, type WorkspaceFigures } from './workspace-figures.ts';

const soonMilliseconds = 7 * 86_400_000;

export interface DashboardSummary {
  myOpenTasks: number;
  myOpenRequests: number;
  myActiveGrants: number;
  endingSoon: GrantRow[];
  attention: number;
  workspace: WorkspaceFigures | null;
}

export async function dashboardSummary(
  reader: Reader,
  dialect: 'sqlite' | 'postgres',
  viewer: Viewer,
  now: Instant,
): Promise<DashboardSummary> {
  return {
    myOpenTasks: (await countMyTasks(reader, viewer)).open,
    myOpenRequests: await countMyOpenRequests(reader, viewer),
    myActiveGrants: await countActiveGrants(reader, viewer.id),
    endingSoon: await loadGrantsEndingBefore(reader, viewer.id, plusMilliseconds(now, soonMilliseconds)),
    attention: await countAttention(reader, viewer),
    workspace: seesEverything(viewer) ? await workspaceFigures(reader, dialect, now) : null,
  };
}
