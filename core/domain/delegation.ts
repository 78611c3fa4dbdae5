/** Out of office: whose review tasks go to whom, and when. */
import type { DelegationId, EmployeeId } from './ids.ts';
import type { Instant } from './instant.ts';

export interface Delegation {
  readonly id: DelegationId;
  /** Who is away. */
  readonly delegatorId: EmployeeId;
  /** Who decides meanwhile, open tasks and new ones. */
  readonly delegateId: EmployeeId;
  readonly startsAt: Instant;
  /** Null: until it is ended by hand. */
  readonly endsAt: Instant | null;
  /** `planned`: has not begun. `active`: tasks go to the delegate. `ended`: over, or withdrawn. */
  readonly state: 'planned' | 'active' | 'ended';
  readonly note: string | null;
  readonly createdAt: Instant;
}
