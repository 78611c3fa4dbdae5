/**
 * The tables that the large lists are read from. On SQLite triggers keep them in the transaction that changes
 * what they are derived from; on Postgres they are views. Described in docs/guide/lists.md.
 */
import { SqliteAdapter, type Kysely } from 'kysely';
import type { ApplicationId, EmployeeId, EntitlementId, ReviewTaskId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { ItemAction, RequestState } from '#core/domain/request.ts';
import type { RiskLevel } from '#core/domain/directory.ts';
import type { Reader, Tables } from '#core/persistence/tables.ts';

/** A review task with everything its list is filtered and sorted by. */
export interface ListTask {
  readonly reviewer_id: EmployeeId;
  readonly part: 'open' | 'ended';
  /** When it was opened; for an ended task: when it ended. */
  readonly since: Instant;
  readonly task_id: ReviewTaskId;
  /** The request's. */
  readonly number: number;
  readonly application_id: ApplicationId;
  readonly entitlement_id: EntitlementId;
  readonly requester_id: EmployeeId;
  readonly beneficiary_id: EmployeeId;
  readonly action: ItemAction;
  /** 1 is high, so that the gravest come first. */
  readonly risk: number;
  readonly level: number;
  /** When the item expires undecided; the end of time when it never does. */
  readonly due: Instant;
  readonly opened_at: Instant;
}

/** `visible` and `mine`: to a person. `asked`: by a person. `application`: with an item of it. `all`: every request, under `everywhere`. */
export type PlaceKind = 'all' | 'visible' | 'mine' | 'asked' | 'application';

/** A request in one of the places it is looked for, by its number. */
export interface ListRequest {
  readonly kind: PlaceKind;
  readonly place_id: string;
  readonly state: RequestState;
  readonly number: number;
}

export interface ListTables extends Tables {
  readonly list_task: ListTask;
  readonly list_request: ListRequest;
  /** Kind `task` counts a reviewer's tasks, its states being the two parts. */
  readonly list_count: {
    readonly kind: PlaceKind | 'task';
    readonly place_id: string;
    readonly state: RequestState | ListTask['part'];
    readonly count: number;
  };
  /** The trail's last event of each request. */
  readonly list_change: { readonly number: number; readonly sequence: number };
  /** Full-text index over requests' search texts, SQLite only; its rows are the requests' numbers. */
  readonly list_text: { readonly rowid: number; readonly list_text: string };
}

export type ListReader = Kysely<ListTables>;

/** The place of every request. */
export const everywhere = '00000000-0000-0000-0000-000000000000';

export const riskOrder: Readonly<Record<RiskLevel, number>> = { high: 1, medium: 2, low: 3 };

/** The same reader, which sees these tables too. */
export function listReader(reader: Reader): ListReader {
  return reader as unknown as ListReader;
}

/** Has it an index for words? */
export function hasTextIndex(reader: Reader | ListReader): boolean {
  return reader.getExecutor().adapter instanceof SqliteAdapter;
}
