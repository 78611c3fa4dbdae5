/** Requests built by hand for tests of the pure engine, also with plans that no setting of an application makes yet. */
import type { Actor } from '#core/domain/audit.ts';
import type {
  Branded,
  ApplicationId,
  CommandId,
  EmployeeId,
  EntitlementId,
  RequestId,
  RequestItemId,
  ReviewStageId,
  ReviewTaskId,
} from '#core/domain/ids.ts';
import { instant, type Instant } from '#core/domain/instant.ts';
import {
  ordinaryItem,
  plannedTask,
  type PlannedLevel,
  type RequestItem,
  type ReviewStage,
  type ReviewTask,
  type Term,
} from '#core/domain/request.ts';
import type { AuthorityNow } from '#core/engine/authority-now.ts';
import { indexConflictRules } from '#core/engine/conflicts.ts';
import type { StandIns } from '#core/engine/open-stage.ts';
import { nobodyAway, type ReviewFacts } from '#core/engine/review-facts.ts';
import type { Circumstances, RequestAggregate } from '#core/engine/state.ts';

export const start = instant('2026-03-02T08:00:00.000Z');
export const application = 'application' as ApplicationId;

/** Everybody is in office. */
export const everybodyIn: StandIns = { standIns: new Map(), concernedDelegates: new Set() };

/** Everybody is in office, and the organisation is as it was when the review was planned. */
export const asPlanned: StandIns & AuthorityNow = { ...everybodyIn, levelsNow: (item) => item.plan.levels };

/** A workspace without policies, rules, groups and roles. */
export const plainWorkspace: ReviewFacts = {
  ...nobodyAway,
  administrators: [],
  riskManagers: [],
  groups: new Map(),
  absent: new Set(),
  policies: [],
  conflictRules: indexConflictRules([]),
  asked: new Map(),
};

export function person(name: string): EmployeeId {
  return name as EmployeeId;
}

/** Circumstances whose ids count up from 1. */
export function circumstances(): Circumstances & { at(now: Instant, actor?: Actor): Circumstances } {
  let count = 0;
  const base = {
    now: start,
    actor: { kind: 'system', part: 'fulfillment' } as Actor,
    commandId: 'command' as CommandId,
    nextId: <Id extends Branded<string>>() => `id-${String((count += 1)).padStart(5, '0')}` as Id,
  };
  return { ...base, at: (now, actor = base.actor) => ({ ...base, now, actor }) };
}

export interface BuiltItem {
  readonly action?: 'GRANT' | 'REVOKE';
  readonly beneficiary?: EmployeeId;
  readonly term?: Term;
  /** Reviewers of each level, and how many of them must approve. */
  readonly levels: readonly { readonly reviewers: readonly EmployeeId[]; readonly needed?: number }[];
  readonly skipEarlierApprovers?: boolean;
}

/** A request in review, its first levels open. */
export function requestInReview(requester: EmployeeId, items: readonly BuiltItem[]): RequestAggregate {
  const requestId = 'request' as RequestId;
  const stages: ReviewStage[] = [];
  const tasks: ReviewTask[] = [];
  const rows = items.map((built, index): RequestItem => {
    const id = `item-${index}` as RequestItemId;
    const levels = built.levels.map((level, position): PlannedLevel => ({
      level: position + 1,
      reviewers: level.reviewers,
      reviewerKind: 'manager',
      needed: level.needed ?? 1,
      fallbackReason: null,
    }));
    for (const level of levels) {
      const stageId = `${id}-stage-${level.level}` as ReviewStageId;
      const first = level.level === 1;
      stages.push({
        id: stageId,
        requestId,
        itemId: id,
        level: level.level,
        reviewerKind: level.reviewerKind,
        needed: level.needed,
        state: first ? 'open' : 'waiting',
        openedAt: first ? start : null,
        endedAt: null,
      });
      if (first)
        for (const reviewerId of level.reviewers)
          tasks.push({
            id: `${stageId}-${reviewerId}` as ReviewTaskId,
            requestId,
            itemId: id,
            stageId,
            reviewerId,
            ...plannedTask,
            state: 'open',
            openedAt: start,
            endedAt: null,
          });
    }
    return {
      id,
      requestId,
      action: built.action ?? 'GRANT',
      beneficiaryId: built.beneficiary ?? requester,
      applicationId: application,
      entitlementId: `entitlement-${index}` as EntitlementId,
      term: built.term ?? { kind: 'permanent' },
      ...ordinaryItem,
      state: 'inReview',
      changedInVersion: 1,
      plan: {
        mode: 'review',
        applicationVersion: 1,
        levels,
        ...(built.skipEarlierApprovers === true ? { skipEarlierApprovers: true } : {}),
      },
      decidedAt: null,
      fulfilledAt: null,
      expiresAt: null,
      expiredAt: null,
    };
  });
  return {
    request: {
      id: requestId,
      number: 1,
      requesterId: requester,
      justification: 'work',
      ticketReference: null,
      resubmitsRequestId: null,
      state: 'inReview',
      submittedAt: start,
      endedAt: null,
      version: 1,
    },
    items: rows,
    stages,
    tasks,
    decisions: [],
    fulfillment: [],
    otherItems: {},
  };
}
