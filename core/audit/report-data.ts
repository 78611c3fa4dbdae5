/** Everything a report of one request says, read in a fixed number of queries. */
import { GatehouseError } from '#core/domain/errors.ts';
import type { RequestId, RequestItemId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type {
  AccessRequest,
  Decision,
  FulfillmentTask,
  Observation,
  RequestItem,
  ReviewStage,
  ReviewTask,
} from '#core/domain/request.ts';
import { sees, type Sight } from '#core/domain/sight.ts';
import { lastSeen } from '#core/queries/observations.ts';
import { requestOfItems } from '#core/queries/visibility.ts';
import { fromRow, type Reader, type Tables } from '#core/persistence/tables.ts';
import { compareRecords, type RecordDifference } from './compare-records.ts';
import { loadNames, mentionedIn, type NamedPerson, type Names } from './names.ts';
import { storyOf } from './story.ts';
import { eventsOf, seenEvents, trailEntries, type TrailEntry } from './trail.ts';
import { verifyChain, type ChainVerification } from './verify-chain.ts';

/** When and for whom a report was made. */
export interface Generated {
  readonly at: Instant;
  /** The person's name, or the program's. */
  readonly by: string;
  /** What that person sees of the request; left out: all of it. */
  readonly sight?: Sight;
}

export interface ReportItem {
  /** Position in the request, from 1. */
  readonly position: number;
  readonly item: RequestItem;
  readonly stages: readonly ReviewStage[];
  readonly tasks: readonly ReviewTask[];
  readonly decisions: readonly Decision[];
  readonly fulfillment: readonly FulfillmentTask[];
  /** The last that a discovery or an import saw of the access since; null: none has looked. */
  readonly lastSeen: Observation | null;
}

export interface ReportData {
  /** Made for a follower, it is as if the request had only the lines they joined, and nobody said why. */
  readonly request: Omit<AccessRequest, 'justification'> & { readonly justification: string | null };
  /** It holds some lines of the request, for whoever joined them. */
  readonly isPart: boolean;
  readonly requester: NamedPerson | null;
  readonly items: readonly ReportItem[];
  readonly trail: readonly TrailEntry[];
  readonly verification: ChainVerification;
  /** Where the records shown beside the trail say something else than the trail. */
  readonly differences: readonly RecordDifference[];
  readonly names: Names;
  readonly generated: Generated;
}

/** @throws GatehouseError `request.notFound`. */
export async function loadReportData(reader: Reader, requestId: RequestId, generated: Generated): Promise<ReportData> {
  const row = await reader.selectFrom('access_request').selectAll().where('id', '=', requestId).executeTakeFirst();
  if (row === undefined) throw new GatehouseError('request.notFound', 'This request does not exist.');
  const whole = fromRow('access_request', row);
  const sight = generated.sight ?? 'all';
  const rowsOf = async <Name extends PartTable>(table: Name) => {
    const rows = await reader
      .selectFrom(table as 'decision')
      .selectAll()
      .where('request_id', '=', requestId)
      .orderBy('id')
      .execute();
    return rows.map((part) => fromRow(table, part as unknown as Tables[Name]));
  };
  const items = (await rowsOf('request_item')).filter((item) => sees(sight, item.id));
  const request =
    sight === 'all'
      ? whole
      : {
          ...whole,
          ...requestOfItems(items),
          justification: null,
          ticketReference: null,
        };
  const stages = byItem(await rowsOf('review_stage'));
  const tasks = byItem(await rowsOf('review_task'));
  const decisions = byItem(await rowsOf('decision'));
  const fulfillment = byItem(await rowsOf('fulfillment_task'));
  const chain = await eventsOf(reader, requestId);
  const events = seenEvents(chain, sight);
  const ids = mentionedIn(events);
  // Rows are shown beside the trail, so their names are needed even where the trail was tampered with.
  ids.people.add(request.requesterId);
  for (const item of items) {
    ids.people.add(item.beneficiaryId);
    ids.applications.add(item.applicationId);
    ids.entitlements.add(item.entitlementId);
    for (const task of tasks(item.id)) ids.people.add(task.reviewerId);
    for (const { deciderId } of decisions(item.id)) if (deciderId !== null) ids.people.add(deciderId);
    for (const { evidence } of fulfillment(item.id)) if (evidence?.accountId) ids.accounts.add(evidence.accountId);
  }
  const names = await loadNames(reader, ids);
  const seen = await lastSeen(reader, requestId);
  const reported = items.map((item, index) => ({
    position: index + 1,
    item,
    stages: stages(item.id),
    tasks: tasks(item.id),
    decisions: decisions(item.id),
    fulfillment: fulfillment(item.id),
    lastSeen: seen.get(item.id) ?? null,
  }));
  return {
    request,
    isPart: sight !== 'all',
    requester: names.details(request.requesterId),
    items: reported,
    trail: trailEntries(events, storyOf(events, names)),
    verification: verifyChain(chain),
    differences: compareRecords(reported, events),
    names,
    generated,
  };
}

type PartTable = 'request_item' | 'review_stage' | 'review_task' | 'decision' | 'fulfillment_task';

function byItem<Row extends { readonly itemId: RequestItemId }>(
  rows: readonly Row[],
): (itemId: RequestItemId) => readonly Row[] {
  const grouped = Map.groupBy(rows, (row) => row.itemId);
  return (itemId) => grouped.get(itemId) ?? [];
}
