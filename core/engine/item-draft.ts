/** One line of a request as it is asked for. */
import type { EmployeeId, EntitlementId, RequestItemId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { ItemAction, Term } from '#core/domain/request.ts';

export interface ItemDraft {
  readonly action: ItemAction;
  readonly beneficiaryId: EmployeeId;
  readonly entitlementId: EntitlementId;
  readonly term: Term;
  /** Access is not to be delivered before this. */
  readonly startsAt?: Instant | null;
  /** The name of the service account it is for. */
  readonly serviceAccount?: string | null;
  /** The item whose temporary access is to be prolonged. */
  readonly extendsItemId?: RequestItemId | null;
}
