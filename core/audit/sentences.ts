/** Every kind of event as a sentence that can be read by itself. A new kind does not compile until it has one. */
import type { AuditEvent } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { itemStates, type ItemState } from '#core/domain/request.ts';
import { dataIn, isData, listIn, numberIn, termIn, textIn, textsIn, type EventData } from './event-data.ts';
import { bulkSentence } from './bulk-sentences.ts';
import { discoverySentence } from './discovery-sentences.ts';
import { fulfillmentSentence } from './fulfillment-sentences.ts';
import { planRemarks, policyWords } from './plan-sentences.ts';
import { requestSentence } from './request-sentences.ts';
import { reviewSentence } from './review-sentences.ts';
import { rulesSentence } from './rules-sentences.ts';
import { taskSentence } from './task-sentences.ts';
import type { Story } from './story.ts';
import { count, itemStateWords, list, quoted, reviewerKindWords, sentence, termWords } from './words.ts';
import { workspaceSentence } from './workspace-sentences.ts';

export function sentenceOf(event: AuditEvent, story: Story): string {
  return begin(sentence(wordsOf(event, story)));
}

function wordsOf(event: AuditEvent, story: Story): string {
  const { type, data } = event;
  switch (type) {
    case 'request.submitted':
      return submitted(event, story);
    case 'item.reviewStarted':
      return reviewStarted(event, story);
    case 'item.approved':
      return `${story.subject(event)} was approved; ${data['fulfillment'] === 'manual' ? 'a person carries it out by hand' : 'it goes to the application through its connector'}`;
    case 'item.denied':
      return `${story.subject(event)} was denied${because(data)}`;
    case 'item.cancelled':
      return `${story.subject(event)} was cancelled by ${story.actorOf(event)}${because(data)}`;
    case 'item.dropped':
      return `${story.subject(event)} was left out by the reviewer${because(data)}`;
    case 'item.expired':
      return `${story.subject(event)} expired: nobody decided in time`;
    case 'review.approved':
    case 'review.denied':
      return decided(event, story, type === 'review.approved' ? 'approved' : 'denied');
    case 'review.automatic':
      return automatic(event, story);
    case 'review.skipped':
    case 'review.delegated':
    case 'item.shortened':
      return reviewSentence({ ...event, type }, story);
    case 'review.reassigned':
    case 'review.returned':
    case 'review.rerouted':
    case 'review.reminded':
    case 'review.escalated':
    case 'review.informationAsked':
    case 'review.informationGiven':
    case 'delegation.planned':
    case 'delegation.started':
    case 'delegation.ended':
      return taskSentence({ ...event, type }, story);
    case 'review.taskClosed':
      return `The review of ${story.subject(event)} by ${story.names.person(data['reviewerId'])} is no longer needed${because(data)}`;
    case 'fulfillment.started':
    case 'fulfillment.retrying':
    case 'fulfillment.accepted':
    case 'fulfillment.passwordKept':
    case 'fulfillment.handedToPerson':
    case 'fulfillment.failed':
    case 'fulfillment.sentAgain':
    case 'fulfillment.refused':
    case 'account.created':
    case 'access.granted':
    case 'access.removed':
    case 'access.expired':
    case 'access.observed':
      return fulfillmentSentence({ ...event, type }, story);
    case 'bulkDecision.started':
    case 'bulkDecision.undone':
    case 'bulkDecision.ended':
      return bulkSentence({ ...event, type }, story);
    case 'request.completed':
      return `The request ${data['state'] === 'completedWithFailures' ? 'is completed with failures' : 'is completed'}${outcome(data)}`;
    case 'request.cancelled':
      return `The request is cancelled${outcome(data)}`;
    case 'request.expired':
      return `The request has expired${outcome(data)}`;
    case 'request.denied':
      return `The request is denied${outcome(data)}`;
    case 'request.followed':
    case 'request.resubmitted':
    case 'access.extended':
    case 'access.endedEarly':
    case 'item.notRenewed':
    case 'accessRole.created':
    case 'accessRole.changed':
      return requestSentence({ ...event, type }, story);
    case 'policy.created':
    case 'policy.changed':
    case 'policy.reordered':
    case 'conflictRule.created':
    case 'conflictRule.changed':
    case 'reviewerGroup.created':
    case 'reviewerGroup.changed':
    case 'reviewSettings.changed':
    case 'entitlement.reviewChanged':
      return rulesSentence({ ...event, type }, story);
    case 'discovery.held':
    case 'discovery.answered':
    case 'account.changed':
    case 'account.changeFailed':
    case 'account.linked':
    case 'delivery.settingsChanged':
    case 'byHand.settingsChanged':
    case 'finding.decided':
      return discoverySentence({ ...event, type }, story);
    case 'workspace.created':
    case 'application.created':
    case 'application.changed':
    case 'connection.changed':
    case 'connection.tested':
    case 'connection.credentialRefused':
    case 'connection.credentialAccepted':
    case 'directory.imported':
    case 'discovery.completed':
    case 'discovery.failed':
    case 'roles.changed':
      return workspaceSentence({ ...event, type }, story);
    default:
      return assertNever(type);
  }
}

function submitted({ data }: AuditEvent, { names }: Story): string {
  const number = numberIn(data, 'number');
  const items = numberIn(data, 'items');
  const ticket = textIn(data, 'ticketReference');
  const parts = [
    `${names.person(data['requesterId'])} submitted request ${number ?? 'without a number'}`,
    items === null ? '' : ` with ${count(items, 'item')}`,
    ticket === null ? '' : `, under ticket ${ticket}`,
    `: ${quoted(textIn(data, 'justification') ?? '')}`,
  ];
  return parts.join('');
}

function reviewStarted(event: AuditEvent, story: Story): string {
  const { data } = event;
  const item = story.itemOf(event);
  const plan = dataIn(data, 'plan');
  const term = termIn(data, 'term');
  const asked =
    item?.action === 'REVOKE'
      ? `Asked to take ${item.entitlement} in ${item.application} away from ${item.beneficiary}`
      : `Asked to give ${story.subject(event)}${term === null ? '' : `, ${termWords(term)}`}`;
  const policy = policyWords(plan);
  const remarks = planRemarks(plan, story.names);
  if (plan['mode'] === 'auto') {
    const decides = policy === null ? 'The application needs no review' : `${policy.replace(/^t/, 'T')}, decides it`;
    return [asked, decides, ...remarks].join('. ');
  }
  const levels = listIn(plan, 'levels').filter(isData);
  if (levels.length === 0) return asked;
  const several = levels.length > 1;
  const words = levels.map((level) => {
    const reviewers = textsIn(level, 'reviewers').map((id) => story.names.person(id));
    const fallback = textIn(level, 'fallbackReason');
    const needed = numberIn(level, 'needed') ?? 1;
    const people = needed > 1 ? `${needed} of ${list(reviewers)}` : list(reviewers, 'or');
    const who = `${people} (${reviewerKindWords(textIn(level, 'reviewerKind'))})`;
    const instead =
      fallback === null ? '' : ` because ${fallback.replace(/\.$/, '').replace(/^./, (first) => first.toLowerCase())}`;
    return `${several ? `level ${numberIn(level, 'level') ?? '?'}: ` : ''}${who}${instead}`;
  });
  const routed = policy === null ? '' : `, as ${policy}, says`;
  return [asked, `To be reviewed by ${words.join('; ')}${routed}`, ...remarks].join('. ');
}

function decided(event: AuditEvent, story: Story, verb: string): string {
  const { data } = event;
  const level = numberIn(data, 'level');
  const as = reviewerKindWords(textIn(data, 'reviewerKind'));
  const role = textIn(data, 'reviewerKind') === null ? '' : ` as ${as}`;
  return `${story.actorOf(event)} ${verb} ${story.subject(event)}${role}${level === null ? '' : ` at level ${level}`}${because(data)}`;
}

function automatic(event: AuditEvent, story: Story): string {
  const { data } = event;
  const rule = textIn(data, 'rule');
  if (rule === 'policy') {
    const done = data['verdict'] === 'deny' ? 'denied' : 'approved';
    return `${story.subject(event)} was ${done} automatically by the policy ${quoted(textIn(data, 'policyName') ?? '')}, version ${numberIn(data, 'policyVersion') ?? 'not named'}`;
  }
  const setting = rule === 'applicationAutoApproval' ? 'automatic approval' : (rule ?? 'not named');
  const version = numberIn(data, 'applicationVersion');
  const verb = data['verdict'] === 'deny' ? 'denied' : 'approved';
  return `${story.subject(event)} was ${verb} automatically by the setting ${quoted(setting)} of ${story.names.application(data['applicationId'])}, version ${version ?? 'not named'} of its settings`;
}

/** `: 2 items fulfilled and 1 item denied`. */
function outcome(data: EventData): string {
  const items = dataIn(data, 'items');
  const words = itemStates
    .map((state: ItemState) => [state, numberIn(items, state) ?? 0] as const)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => `${count(number, 'item')} ${itemStateWords[state]}`);
  return words.length === 0 ? '' : `: ${list(words)}`;
}

function because(data: EventData): string {
  const reason = textIn(data, 'reason');
  return reason === null ? '' : `: ${quoted(reason)}`;
}

/** The first letter large, but never that of a name. */
function begin(text: string): string {
  return text.replace(/^an? |^somebody/, (start) => start.charAt(0).toUpperCase() + start.slice(1));
}
