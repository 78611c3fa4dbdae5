import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditEventTypes, type Actor, type AuditEvent, type AuditEventType } from '#core/domain/audit.ts';
import { newId, type EmployeeId, type RequestItemId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import type { Names } from './names.ts';
import { sentenceOf } from './sentences.ts';
import { storyOf } from './story.ts';

const itemId = newId<RequestItemId>();
const ada: Actor = { kind: 'employee', employeeId: 'ada' as EmployeeId };
const known: Readonly<Record<string, string>> = { ada: 'Ada Byron', ben: 'Ben Ode', wiki: 'Wiki', editors: 'Editors' };
const named = (what: string) => (id: unknown) => known[String(id)] ?? `${what} not in the directory (${String(id)})`;
const names: Names = {
  person: named('somebody'),
  application: named('an application'),
  entitlement: named('an entitlement'),
  account: (id) => (id === 'account' ? 'ben.ode' : null),
  details: () => null,
};

function event(type: AuditEventType, data: AuditEvent['data'], actor: Actor = ada): AuditEvent {
  return {
    id: newId(),
    sequence: 1,
    type,
    requestId: newId(),
    itemId,
    actor,
    at: instant(0),
    commandId: newId(),
    data,
    previousHash: null,
    hash: '',
  };
}

const asked = (action: 'GRANT' | 'REVOKE') =>
  event('item.reviewStarted', {
    action,
    beneficiaryId: 'ben',
    applicationId: 'wiki',
    entitlementId: 'editors',
    term: { kind: 'permanent' },
  });

/** The sentence of an event that follows its item's first one. */
function told(
  type: AuditEventType,
  data: AuditEvent['data'],
  action: 'GRANT' | 'REVOKE' = 'GRANT',
  actor: Actor = ada,
): string {
  const events = [
    asked(action),
    event('fulfillment.started', { fulfillmentTaskId: 'end', effect: 'revoke', cause: 'expiry' }),
    event(type, data, actor),
  ];
  return sentenceOf(events[2]!, storyOf(events, names));
}

const evidence = {
  outcome: 'applied',
  heldAfterwards: true,
  readBackAt: '2026-03-02T08:00:00.123Z',
  source: 'https://wiki.example',
};
const seen = { accounts: 20, entitlements: 1, grants: 0 };

const sentences: Readonly<Record<AuditEventType, readonly (readonly [AuditEvent['data'], string])[]>> = {
  'request.submitted': [
    [
      { number: 7, requesterId: 'ada', justification: 'Audit', ticketReference: null, items: 1 },
      'Ada Byron submitted request 7 with 1 item: “Audit”',
    ],
  ],
  'item.reviewStarted': [
    [
      { plan: { mode: 'auto', levels: [] }, term: { kind: 'until', endsAt: '2026-04-01T00:00:00.000Z' } },
      'Asked to give Editors in Wiki for Ben Ode, until 2026-04-01 00:00:00 UTC. The application needs no review.',
    ],
    [
      { plan: { mode: 'auto', levels: [], policy: { id: 'p', name: 'Readers', version: 3 } } },
      'Asked to give Editors in Wiki for Ben Ode, without an end. The policy “Readers”, version 3, decides it.',
    ],
    [
      {
        plan: {
          mode: 'review',
          levels: [
            { level: 1, reviewers: ['ada', 'ben'], reviewerKind: 'designated', needed: 2, fallbackReason: null },
          ],
        },
      },
      'Asked to give Editors in Wiki for Ben Ode, without an end. To be reviewed by 2 of Ada Byron and Ben Ode (a designated reviewer).',
    ],
    [
      {
        plan: {
          mode: 'review',
          levels: [
            { level: 1, reviewers: ['ada'], reviewerKind: 'manager', needed: 1, fallbackReason: null },
            {
              level: 2,
              reviewers: ['ada', 'ben'],
              reviewerKind: 'administrator',
              needed: 1,
              fallbackReason: 'Nobody is the owner.',
            },
          ],
        },
        term: { kind: 'duration', minutes: 90 },
      },
      'Asked to give Editors in Wiki for Ben Ode, for 1 hour 30 minutes from delivery. To be reviewed by level 1: Ada Byron (the manager); level 2: Ada Byron or Ben Ode (an administrator) because nobody is the owner.',
    ],
    [
      {
        plan: {
          mode: 'review',
          policy: { id: 'p', name: 'Finance', version: 4 },
          levelsAsked: 2,
          notAutomatic: 'The application would have approved it, but duties are in conflict, so people review it.',
          levels: [{ level: 1, reviewers: ['ada'], reviewerKind: 'manager', needed: 1, fallbackReason: null }],
          conflicts: [
            {
              ruleId: 'r',
              ruleVersion: 2,
              name: 'Pay and approve',
              effect: 'requireLevel',
              with: [{ entitlementId: 'editors', standing: 'held' }],
            },
          ],
        },
      },
      'Asked to give Editors in Wiki for Ben Ode, without an end. To be reviewed by Ada Byron (the manager), as the policy “Finance”, version 4, says. 2 levels were asked for, and one has somebody. The application would have approved it, but duties are in conflict, so people review it. The rule “Pay and approve”, version 2, keeps it apart from Editors (held now): a further level reviews it.',
    ],
  ],
  'item.approved': [
    [{ fulfillment: 'manual' }, 'Editors in Wiki for Ben Ode was approved; a person carries it out by hand.'],
  ],
  'item.denied': [[{ reason: 'No' }, 'Editors in Wiki for Ben Ode was denied: “No”']],
  'item.cancelled': [[{ reason: null }, 'Editors in Wiki for Ben Ode was cancelled by Ada Byron.']],
  'item.dropped': [
    [{ reason: 'Not needed' }, 'Editors in Wiki for Ben Ode was left out by the reviewer: “Not needed”'],
  ],
  'item.expired': [
    [{ decideBy: '2026-04-01T00:00:00.000Z' }, 'Editors in Wiki for Ben Ode expired: nobody decided in time.'],
  ],
  'review.approved': [
    [
      { level: 1, reviewerKind: 'applicationOwner', reason: null },
      "Ada Byron approved Editors in Wiki for Ben Ode as the application's owner at level 1.",
    ],
  ],
  'review.denied': [
    [
      { level: 2, reviewerKind: 'administrator', reason: 'No' },
      'Ada Byron denied Editors in Wiki for Ben Ode as an administrator at level 2: “No”',
    ],
  ],
  'review.automatic': [
    [
      { rule: 'policy', verdict: 'approve', policyId: 'p', policyName: 'Low risk', policyVersion: 3 },
      'Editors in Wiki for Ben Ode was approved automatically by the policy “Low risk”, version 3.',
    ],
    [
      { verdict: 'approve', rule: 'applicationAutoApproval', applicationId: 'wiki', applicationVersion: 4 },
      'Editors in Wiki for Ben Ode was approved automatically by the setting “automatic approval” of Wiki, version 4 of its settings.',
    ],
  ],
  'review.reassigned': [
    [
      { level: 1, reviewerKind: 'manager', fromReviewerId: 'ada', toReviewerId: 'ben', reason: 'You know the team' },
      'Ada Byron gave the review of Editors in Wiki for Ben Ode at level 1 from Ada Byron to Ben Ode: “You know the team”',
    ],
  ],
  'review.returned': [
    [
      { level: 1, reviewerKind: 'manager', fromReviewerId: 'ben', toReviewerId: 'ada' },
      'Ada Byron is back in office, so the review of Editors in Wiki for Ben Ode at level 1 is with them again instead of with Ben Ode.',
    ],
    [
      { level: 1, reviewerKind: 'manager', fromReviewerId: 'ben', toReviewerId: 'ada', reason: 'left' },
      'Ben Ode no longer works here, so the review of Editors in Wiki for Ben Ode at level 1 is with Ada Byron again.',
    ],
  ],
  'review.rerouted': [
    [
      {
        level: 2,
        reviewerKind: 'administrator',
        before: ['ada'],
        after: ['ben'],
        fallbackReason: 'Nobody is the manager.',
      },
      'The review of Editors in Wiki for Ben Ode at level 2 is for Ben Ode (an administrator) from now on, not for Ada Byron: Nobody is the manager.',
    ],
  ],
  'review.reminded': [
    [
      { level: 1, reviewerKind: 'manager', reviewerId: 'ada', openedAt: '2026-03-02T08:00:00.000Z' },
      'Ada Byron was reminded to review Editors in Wiki for Ben Ode at level 1.',
    ],
  ],
  'review.escalated': [
    [
      { level: 1, reviewerKind: 'manager', fromReviewerId: 'ada', toReviewerIds: ['ben'], as: 'manager', days: 3 },
      'Ada Byron has not reviewed Editors in Wiki for Ben Ode at level 1 for 3 days, so Ben Ode was asked too (as the manager).',
    ],
    [
      { level: 1, reviewerKind: 'manager', fromReviewerId: 'ada', toReviewerIds: [], as: 'nobody', days: 1 },
      'Ada Byron has not reviewed Editors in Wiki for Ben Ode at level 1 for 1 day, and there is nobody else who may be asked.',
    ],
  ],
  'review.informationAsked': [
    [{ messageId: 'm', text: 'Which project?' }, 'Ada Byron asked about Editors in Wiki for Ben Ode: “Which project?”'],
  ],
  'review.informationGiven': [
    [
      { messageId: 'n', answersId: 'm', text: 'The audit.' },
      'Ada Byron answered about Editors in Wiki for Ben Ode: “The audit.”',
    ],
  ],
  'delegation.planned': [
    [
      {
        delegationId: 'd',
        delegatorId: 'ada',
        delegateId: 'ben',
        startsAt: '2026-03-02T08:00:00.000Z',
        endsAt: null,
        note: null,
      },
      'Ada Byron will be out of office from 2026-03-02 08:00:00 UTC, until they end it; Ben Ode reviews for them.',
    ],
  ],
  'delegation.started': [
    [
      { delegationId: 'd', delegatorId: 'ada', delegateId: 'ben', endsAt: '2026-03-09T08:00:00.000Z' },
      'Ada Byron is out of office until 2026-03-09 08:00:00 UTC; Ben Ode reviews for them.',
    ],
  ],
  'delegation.ended': [
    [
      { delegationId: 'd', delegatorId: 'ada', delegateId: 'ben', reason: 'Back early' },
      'Ben Ode no longer reviews for Ada Byron: “Back early”',
    ],
  ],
  'review.skipped': [
    [
      { level: 2, reviewerKind: 'riskManager', reviewerId: 'ada' },
      'Ada Byron approved Editors in Wiki for Ben Ode at an earlier level and is skipped at level 2 (a risk manager).',
    ],
  ],
  'review.delegated': [
    [
      { level: 1, reviewerKind: 'manager', fromReviewerId: 'ada', toReviewerId: 'ben' },
      'Ada Byron is out of office, so Ben Ode reviews Editors in Wiki for Ben Ode instead at level 1 (the manager).',
    ],
  ],
  'item.shortened': [
    [
      { level: 1, from: { kind: 'permanent' }, to: { kind: 'duration', minutes: 90 } },
      'Ada Byron shortened Editors in Wiki for Ben Ode: for 1 hour 30 minutes from delivery (without an end was asked for).',
    ],
  ],
  'review.taskClosed': [
    [
      { reviewerId: 'ada', reason: 'Decided by another' },
      'The review of Editors in Wiki for Ben Ode by Ada Byron is no longer needed: “Decided by another”',
    ],
  ],
  'fulfillment.started': [
    [
      { fulfillmentTaskId: 'x', effect: 'grant', cause: 'decision', attempt: 1 },
      'Attempt 1 to give Editors in Wiki to Ben Ode began.',
    ],
  ],
  'fulfillment.retrying': [
    [
      {
        fulfillmentTaskId: 'end',
        attempt: 3,
        problem: 'The server is down',
        nextAttemptAt: '2026-03-02T08:00:00.000Z',
      },
      'Attempt 3 to take Editors in Wiki away from Ben Ode at the end of its time did not succeed: The server is down. The next attempt is due at 2026-03-02 08:00:00 UTC.',
    ],
  ],
  'fulfillment.accepted': [
    [
      {
        effect: 'grant',
        cause: 'decision',
        waitsFor: 'the invitation to be accepted.',
        source: 'https://wiki.example',
      },
      'The application took the wish to give Editors in Wiki to Ben Ode. It waits for the invitation to be accepted, is read again and not written again.',
    ],
    [
      {
        effect: 'grant',
        cause: 'decision',
        waitsFor: 'ticket X-1',
        ticket: 'X-1',
        ticketUrl: 'https://jira.example/X-1',
      },
      'Ticket X-1, at https://jira.example/X-1, asks others to give Editors in Wiki to Ben Ode. Gatehouse waits for what they say of it.',
    ],
  ],
  'fulfillment.passwordKept': [
    [
      { name: 'initial-password:7', host: 'desk', serviceAccount: null },
      'A first password for an account of Ben Ode was put into the keychain of desk as initial-password:7, for whoever hands it over.',
    ],
  ],
  'fulfillment.handedToPerson': [
    [
      { reason: 'The application is fulfilled by hand.' },
      'A person has to give Editors in Wiki to Ben Ode: The application is fulfilled by hand.',
    ],
  ],
  'fulfillment.failed': [
    [
      { attempt: 0, problem: 'A rule forbids it.' },
      'Gatehouse did not begin to give Editors in Wiki to Ben Ode: A rule forbids it. It waits for a person.',
    ],
    [
      { attempt: 12, problem: 'The group is gone.' },
      'Gatehouse gave up to give Editors in Wiki to Ben Ode after attempt 12: The group is gone. It waits for a person.',
    ],
  ],
  'fulfillment.sentAgain': [
    [{ after: null }, 'Ada Byron asked to try again at once to give Editors in Wiki to Ben Ode.'],
  ],
  'fulfillment.refused': [
    [
      { effect: 'grant', cause: 'decision', reason: 'The person no longer works here.' },
      'Gatehouse did not give Editors in Wiki to Ben Ode: The person no longer works here.',
    ],
    [
      { effect: 'revoke', cause: 'expiry', reason: 'Another request explains this access now.' },
      'There was nothing to take away at the end of Editors in Wiki for Ben Ode: Another request explains this access now.',
    ],
  ],
  'account.created': [
    [
      { accountId: 'account', source: 'https://wiki.example' },
      'An account (ben.ode) was created for Ben Ode in Wiki, at https://wiki.example.',
    ],
  ],
  'access.granted': [
    [
      { evidence, expiresAt: null },
      'Ben Ode was given Editors in Wiki. Read back at 2026-03-02 08:00:00 UTC from https://wiki.example: the access is there. It does not end by itself.',
    ],
    [
      { evidence: { ...evidence, outcome: 'already' }, expiresAt: '2026-03-03T08:00:00.000Z' },
      'Ben Ode had Editors in Wiki already. Read back at 2026-03-02 08:00:00 UTC from https://wiki.example: the access is there. It ends at 2026-03-03 08:00:00 UTC.',
    ],
    [
      { evidence: { outcome: 'byHand', heldAfterwards: null, source: 'Done in the portal' } },
      'Ada Byron gave Editors in Wiki to Ben Ode by hand. Noted: “Done in the portal” It was not read back from the application. It does not end by itself.',
    ],
    [
      {
        evidence: {
          outcome: 'byTicket',
          heldAfterwards: null,
          source: 'https://jira.example',
          facts: {
            ticket: 'X-1',
            said: 'Done',
            saidBy: 'ops',
            saidAt: '2026-03-02T08:00:00.000Z',
            knownFrom: 'the ticket, when it was looked at',
          },
        },
      },
      'Ben Ode was given Editors in Wiki through ticket X-1. ops at https://jira.example said so, with “Done”; Gatehouse knew it at 2026-03-02 08:00:00 UTC from the ticket, when it was looked at. It was not read back from the application. It does not end by itself.',
    ],
  ],
  'access.removed': [
    [
      { evidence: { ...evidence, heldAfterwards: false }, expiresAt: null },
      'Editors in Wiki was taken away from Ben Ode. Read back at 2026-03-02 08:00:00 UTC from https://wiki.example: the access is not there.',
    ],
  ],
  'access.expired': [
    [
      {
        evidence: { ...evidence, outcome: 'already', heldAfterwards: false },
        dueAt: '2026-03-02T07:00:00.000Z',
        latenessSeconds: 0,
      },
      'Ben Ode did not have Editors in Wiki any more. Its time was over at 2026-03-02 07:00:00 UTC; it was removed on time. Read back at 2026-03-02 08:00:00 UTC from https://wiki.example: the access is not there.',
    ],
  ],
  'request.completed': [
    [
      { state: 'completedWithFailures', items: { fulfilled: 2, failed: 1 } },
      'The request is completed with failures: 2 items fulfilled and 1 item failed.',
    ],
  ],
  'request.cancelled': [
    [{ state: 'cancelled', items: { cancelled: 1 } }, 'The request is cancelled: 1 item cancelled.'],
  ],
  'request.expired': [
    [{ state: 'expired', items: { expired: 1 } }, 'The request has expired: 1 item expired undecided.'],
  ],
  'request.denied': [
    [
      { state: 'denied', items: { denied: 2, cancelled: 1 } },
      'The request is denied: 2 items denied and 1 item cancelled.',
    ],
  ],
  'request.followed': [
    [
      { employeeId: 'ben', itemIds: ['one'] },
      'Ben Ode asked for the same (1 item) and follows this request from now on.',
    ],
  ],
  'request.resubmitted': [[{ number: 9, by: 'x' }, 'Ada Byron asked for this again in request 9.']],
  'access.extended': [
    [
      { number: 9, from: '2026-03-02T08:00:00.000Z', to: '2026-03-09T08:00:00.000Z' },
      'Editors in Wiki for Ben Ode was prolonged by request 9: it ends at 2026-03-09 08:00:00 UTC, not at 2026-03-02 08:00:00 UTC.',
    ],
    [
      { number: 9, from: '2026-03-02T08:00:00.000Z', to: null },
      'Editors in Wiki for Ben Ode was prolonged by request 9: it has no end any more; it was to end at 2026-03-02 08:00:00 UTC.',
    ],
  ],
  'access.endedEarly': [
    [
      { plannedEnd: '2026-03-09T08:00:00.000Z', reason: 'Project over' },
      'Ada Byron ended Editors in Wiki for Ben Ode early; it was to end at 2026-03-09 08:00:00 UTC: “Project over”',
    ],
  ],
  'item.notRenewed': [
    [{ reason: 'Moves on' }, 'Ada Byron decided not to renew Editors in Wiki for Ben Ode: “Moves on”'],
  ],
  'accessRole.created': [
    [{ name: 'Analyst', entitlementIds: ['editors'] }, 'The role “Analyst” was made from 1 entitlement.'],
  ],
  'accessRole.changed': [
    [
      { name: 'Analyst', version: 2, state: 'inactive', entitlementIds: ['editors', 'other'] },
      'The role “Analyst” was changed to version 2: 2 entitlements, not offered any more.',
    ],
  ],
  'policy.created': [
    [
      { name: 'Low risk', version: 1, state: 'active', effect: { kind: 'autoApprove' } },
      'The policy “Low risk” was added (version 1): what matches is approved automatically.',
    ],
  ],
  'policy.changed': [
    [
      { name: 'Low risk', version: 2, state: 'inactive', effect: { kind: 'autoDeny', reason: 'Closed' } },
      'The policy “Low risk” was changed (version 2): what matches is denied automatically, because “Closed”, but it is inactive.',
    ],
    [
      {
        name: 'Finance',
        version: 3,
        state: 'active',
        effect: { kind: 'route', route: { reviewers: ['riskManager', 'manager'] } },
      },
      'The policy “Finance” was changed (version 3): what matches is reviewed by a risk manager or else the manager.',
    ],
  ],
  'policy.reordered': [
    [{ order: [{ name: 'B' }, { name: 'A' }], moved: [] }, 'The policies were put into a new order: “B” and “A”'],
  ],
  'conflictRule.created': [
    [
      { name: 'Pay', version: 1, left: ['x'], right: ['y', 'z'], effect: 'forbid', state: 'active' },
      'The rule about duties “Pay” was added (version 1): 1 entitlement against 2, both together are forbidden.',
    ],
  ],
  'conflictRule.changed': [
    [
      {
        name: 'Pay',
        version: 2,
        left: ['x'],
        right: ['y'],
        effect: 'requireLevel',
        reviewerKind: 'riskManager',
        state: 'inactive',
      },
      'The rule about duties “Pay” was changed (version 2): 1 entitlement against 1, both together need a further review by a risk manager, but it is inactive.',
    ],
    [
      { name: 'Pay', version: 3, left: ['x'], right: ['y'], effect: 'warn', state: 'active' },
      'The rule about duties “Pay” was changed (version 3): 1 entitlement against 1, both together are shown as a warning.',
    ],
  ],
  'reviewerGroup.created': [
    [
      { name: 'Board', version: 1, memberIds: [] },
      'The reviewer group “Board” was added (version 1); its members are nobody.',
    ],
  ],
  'reviewerGroup.changed': [
    [
      { name: 'Board', version: 2, memberIds: ['ada', 'ben'] },
      'The reviewer group “Board” was changed (version 2); its members are Ada Byron and Ben Ode.',
    ],
  ],
  'reviewSettings.changed': [
    [
      { before: {}, after: { bulkDecidesHighRisk: false, undoSeconds: 8 } },
      'The settings of review were changed: items of high risk may not be decided in bulk, and a bulk decision can be taken back for 8 seconds.',
    ],
    [
      { before: {}, after: { bulkDecidesHighRisk: true, undoSeconds: 1 } },
      'The settings of review were changed: items of high risk may be decided in bulk, and a bulk decision can be taken back for 1 second.',
    ],
  ],
  'account.linked': [
    [
      { applicationId: 'wiki', accountId: 'x', username: 'bode', before: null, employeeId: 'ben' },
      'Ada Byron said that the account bode in Wiki belongs to Ben Ode.',
    ],
    [
      { applicationId: 'wiki', accountId: 'x', username: 'bode', before: 'ben', employeeId: null },
      'Ada Byron said that the account bode in Wiki does not belong to Ben Ode.',
    ],
  ],
  'byHand.settingsChanged': [
    [
      { applicationId: 'wiki', entitlementId: null, settings: { instructions: 'Ask Ben.', byHandHours: 48 } },
      'Ada Byron changed what people are told who give and take Wiki by hand: “Ask Ben.”, due within 48 hours.',
    ],
    [
      { applicationId: 'wiki', entitlementId: 'editors', settings: { instructions: null } },
      'Ada Byron changed what people are told who give and take Editors in Wiki by hand: no instructions.',
    ],
  ],
  'access.observed': [
    [
      { effect: 'grant', confirms: true, held: true, by: 'discovery', at: '2026-03-02T08:00:00.000Z' },
      'A discovery of 2026-03-02 08:00:00 UTC confirmed what was said to be done: Editors in Wiki for Ben Ode is there.',
    ],
    [
      { effect: 'revoke', confirms: false, held: true, by: 'discovery', at: '2026-03-02T08:00:00.000Z' },
      'A discovery of 2026-03-02 08:00:00 UTC still saw Editors in Wiki for Ben Ode, though it is recorded as taken away.',
    ],
    [
      { effect: 'grant', confirms: false, held: false, by: 'discovery', at: '2026-03-02T08:00:00.000Z' },
      'A discovery of 2026-03-02 08:00:00 UTC did not see Editors in Wiki for Ben Ode, though it is recorded as given.',
    ],
  ],
  'entitlement.reviewChanged': [
    [
      { applicationId: 'wiki', name: 'Editors', settings: { approval: 'review', reviewers: ['businessOwner'] } },
      "Requests for “Editors” in Wiki are reviewed by the entitlement's business owner.",
    ],
    [
      { applicationId: 'wiki', name: 'Editors', settings: { approval: 'auto', reviewers: ['manager'] } },
      'Requests for “Editors” in Wiki are reviewed by nobody: it is approved automatically.',
    ],
    [
      { applicationId: 'wiki', name: 'Editors', settings: null },
      'Requests for “Editors” in Wiki are reviewed by the settings of its application again.',
    ],
  ],
  'workspace.created': [
    [
      { name: 'Acme', kind: 'own', operatorId: 'ada' },
      'The workspace “Acme” was set up with Ada Byron as its administrator.',
    ],
    [
      { name: 'Sample', kind: 'sample', employees: 200, applications: 6 },
      'The workspace was filled with the sample organisation “Sample”: 200 employees and 6 applications.',
    ],
  ],
  'application.created': [
    [
      {
        applicationId: 'wiki',
        settings: {
          name: 'Wiki',
          fulfillment: 'connector',
          primaryOwnerId: 'ada',
          reviewSettings: { approval: 'review', reviewers: ['manager', 'applicationOwner'] },
        },
      },
      "The application “Wiki” was added: requests are reviewed by the manager or else the application's owner, access is given through a connector and its owner is Ada Byron.",
    ],
  ],
  'application.changed': [
    [
      {
        applicationId: 'wiki',
        version: 2,
        before: { name: 'Wiki' },
        settings: {
          name: 'Pages',
          fulfillment: 'manual',
          primaryOwnerId: null,
          reviewSettings: { approval: 'auto', reviewers: ['manager'] },
        },
      },
      'The settings of Wiki were changed, from then on called “Pages” to version 2: requests are approved automatically, access is given by hand and it has no owner.',
    ],
    [{ applicationId: 'wiki', entitlements: [{}, {}] }, '2 entitlements of Wiki got another description.'],
  ],
  'connection.changed': [
    [
      { applicationId: 'wiki', connector: 'scim', configuration: {}, secretsSet: ['token'] },
      'The connection of Wiki was set to the connector “scim”. Set in the keychain: token.',
    ],
  ],
  'connection.tested': [
    [
      { applicationId: 'wiki', passed: false, message: 'No answer.' },
      'The connection of Wiki was tested and does not work: No answer.',
    ],
  ],
  'connection.credentialRefused': [
    [
      { applicationId: 'wiki', machine: 'desk', problem: 'The token has expired' },
      'Wiki does not accept the credential that desk holds: The token has expired. Nothing is asked of it from there until another one is set.',
    ],
  ],
  'connection.credentialAccepted': [
    [
      { applicationId: 'wiki', machine: 'desk' },
      'Wiki accepts the credential of desk again; what waited for it goes on.',
    ],
  ],
  'directory.imported': [
    [
      {
        kind: 'employees',
        mode: 'acceptGood',
        applicationId: null,
        fileName: 'people.csv',
        contentHash: '00',
        counts: { read: 10, created: 8, rejected: 2 },
        rolesGiven: [{ employeeId: 'ada', role: 'administrator' }],
      },
      'Employees were imported from “people.csv”: 10 read, 8 created and 2 rejected. Roles were given to Ada Byron (administrator).',
    ],
    [{ kind: 'grants', applicationId: 'wiki', counts: { read: 1 } }, 'Grants were imported for Wiki: 1 read.'],
  ],
  'discovery.completed': [
    [
      { applicationId: 'wiki', seen },
      'The discovery of Wiki is complete (20 accounts, 1 entitlement and 0 grants seen).',
    ],
  ],
  'discovery.held': [
    [
      {
        applicationId: 'wiki',
        question: { accounts: { known: 100, gone: 40 }, grants: { known: 300, gone: 120 } },
      },
      'The discovery of Wiki stopped and asks: 40 of 100 accounts and 120 of 300 grants would be gone. Nothing was ended.',
    ],
  ],
  'discovery.answered': [
    [
      { applicationId: 'wiki', answer: 'confirm', note: 'The team was closed' },
      'Ada Byron confirmed what the discovery of Wiki did not see any more: “The team was closed”',
    ],
    [
      { applicationId: 'wiki', answer: 'dismiss', note: null },
      'Ada Byron dismissed the discovery of Wiki; nothing was ended.',
    ],
  ],
  'delivery.settingsChanged': [
    [
      { applicationId: 'wiki', settings: { discoveryEveryMinutes: 60, dropPercent: 20, concurrency: null } },
      'Ada Byron changed how Wiki is discovered and delivered to: discovered every 60 minutes, a discovery asks when more than 20 percent would be gone, as many deliveries at once as its connector bears.',
    ],
  ],
  'finding.decided': [
    [
      {
        applicationId: 'wiki',
        kind: 'addedOutside',
        action: 'accept',
        entitlementId: 'editors',
        username: 'ben',
        note: null,
      },
      'A discovery of Wiki found that Editors was given to ben past Gatehouse. Ada Byron accepted it as it is.',
    ],
    [
      {
        applicationId: 'wiki',
        kind: 'orphanAccount',
        action: 'disableAccount',
        entitlementId: null,
        username: 'ben',
        note: 'Left',
      },
      'A discovery of Wiki found that the account ben belongs to nobody who works here. Ada Byron asked for the account to be disabled: “Left”',
    ],
    [
      {
        applicationId: 'wiki',
        kind: 'ownerMissing',
        action: 'accept',
        entitlementId: null,
        username: 'loads',
        note: null,
      },
      'A discovery of Wiki found that nobody who works here answers for the service account loads. Ada Byron accepted it as it is.',
    ],
  ],
  'account.changed': [
    [
      { applicationId: 'wiki', effect: 'disableAccount', username: 'ben', source: 'https://wiki.example' },
      'The account ben in Wiki was disabled, at https://wiki.example.',
    ],
  ],
  'account.changeFailed': [
    [
      { applicationId: 'wiki', effect: 'deleteAccount', username: 'ben', problem: 'It owns things.' },
      'The account ben in Wiki could not be deleted: It owns things.',
    ],
  ],
  'discovery.failed': [
    [
      { applicationId: 'wiki', seen, failure: 'The token was refused.' },
      'The discovery of Wiki failed (20 accounts, 1 entitlement and 0 grants seen): The token was refused.',
    ],
  ],
  'bulkDecision.started': [
    [
      {
        bulkDecisionId: 'bulk',
        verdict: 'deny',
        reason: 'No longer needed.',
        tasks: 12,
        filter: {},
        dispatchAt: 'soon',
      },
      'Ada Byron asked to deny 12 tasks that a filter found: “No longer needed.”',
    ],
    [
      { bulkDecisionId: 'bulk', verdict: 'drop', reason: null, tasks: 1, filter: {}, dispatchAt: 'soon' },
      'Ada Byron asked to leave out 1 task that a filter found.',
    ],
    [
      { bulkDecisionId: 'bulk', verdict: 'reassign', toReviewerId: 'ben', reason: 'Holidays.', tasks: 3 },
      'Ada Byron asked to give 3 tasks that a filter found to Ben Ode: “Holidays.”',
    ],
    [
      { bulkDecisionId: 'bulk', verdict: 'ask', reason: 'Still needed?', tasks: 3 },
      'Ada Byron asked to ask about 3 tasks that a filter found: “Still needed?”',
    ],
    [
      {
        bulkDecisionId: 'bulk',
        verdict: 'approve',
        shortenedTo: { kind: 'duration', minutes: 60 },
        reason: null,
        tasks: 3,
      },
      'Ada Byron asked to approve 3 tasks that a filter found, for 1 hour from delivery.',
    ],
  ],
  'bulkDecision.undone': [
    [
      { bulkDecisionId: 'bulk', verdict: 'approve', tasks: 12 },
      'Ada Byron took back the decision to approve 12 tasks before it began.',
    ],
  ],
  'bulkDecision.ended': [
    [
      { bulkDecisionId: 'bulk', deciderId: 'ben', verdict: 'approve', decided: 11, refused: 1 },
      'The decision of Ben Ode over many tasks has ended: 11 tasks decided, 1 refused.',
    ],
    [
      { bulkDecisionId: 'bulk', deciderId: 'ben', verdict: 'reassign', toReviewerId: 'ada', decided: 11, refused: 0 },
      'The decision of Ben Ode over many tasks has ended: 11 tasks given on, 0 refused.',
    ],
  ],
  'roles.changed': [
    [
      { employeeId: 'ben', before: [], after: ['administrator', 'riskManager'] },
      'The roles of Ben Ode were changed from none to administrator and risk manager.',
    ],
  ],
};

describe('sentences', () => {
  for (const type of auditEventTypes) {
    it.each(sentences[type])(`tell ${type}`, (data, expected) => {
      const item = type === 'item.reviewStarted' ? asked('GRANT').data : {};
      expect(told(type, { ...item, ...data })).toBe(expected);
    });
  }

  it('tell of taking away', () => {
    expect(told('fulfillment.started', { attempt: 1 }, 'REVOKE')).toBe(
      'Attempt 1 to take Editors in Wiki away from Ben Ode began.',
    );
    expect(told('item.reviewStarted', asked('REVOKE').data, 'REVOKE')).toBe(
      'Asked to take Editors in Wiki away from Ben Ode.',
    );
  });

  it.each(auditEventTypes)('survive data of another time: %s', (type) => {
    const odd = {
      plan: 'x',
      term: 7,
      evidence: [],
      items: null,
      seen: 'many',
      settings: null,
      before: 3,
      after: {},
      attempt: 'one',
    };
    for (const data of [{}, odd]) {
      const events = [event(type, data)];
      expect(sentenceOf(events[0]!, storyOf(events, names))).toMatch(/^[A-Z“].*[.”]$/su);
    }
  });
});

describe('the guide to audit events', () => {
  const guide = readFileSync(new URL('../../docs/guide/audit-events.md', import.meta.url), 'utf8');

  it.each(auditEventTypes)('describes %s and its data', (type) => {
    const section = guide.split(`### \`${type}\`\n`)[1]?.split('\n#')[0] ?? '';
    expect(section.length).toBeGreaterThan(5);
    // What `As above` and the lead of a chapter say counts for their sections too.
    const words = section.startsWith('As above') || type.startsWith('request.') ? guide : section;
    for (const [data] of sentences[type])
      for (const field of Object.keys(data)) expect(words).toContain(`\`${field}\``);
  });

  it('describes no type that does not exist', () => {
    const described = [...guide.matchAll(/^### `(.+)`$/gm)].map((match) => match[1]);
    expect(new Set(described)).toEqual(new Set(auditEventTypes));
    expect(described).toHaveLength(auditEventTypes.length);
  });
});
