/** What one person is told, in the console and by the desktop: kept until it was read, and never the only record of a fact. */
import type { EmployeeId, NoticeId, RequestId, RequestItemId } from './ids.ts';
import type { Instant } from './instant.ts';

export const noticeKinds = [
  'taskReminder',
  'taskEscalated',
  'taskDelegated',
  'taskReassigned',
  'informationAsked',
  'informationGiven',
  'requestExpired',
  'requestDenied',
  'requestCancelled',
  'accessWorks',
  'accessFailed',
  'accessEndsSoon',
  'accessEnded',
  'deliveryFails',
  'byHandOverdue',
  'discoveryAsks',
  'discoveryFails',
  'credentialRefused',
  'passwordWaits',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface Notice {
  readonly id: NoticeId;
  /** Who is told. */
  readonly employeeId: EmployeeId;
  readonly kind: NoticeKind;
  readonly requestId: RequestId | null;
  readonly itemId: RequestItemId | null;
  /** Plain facts the sentence is made from; never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  readonly readAt: Instant | null;
}
