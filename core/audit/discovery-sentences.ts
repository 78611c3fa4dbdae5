/** Sentences about discoveries that ask, and about what people make of what discoveries found. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { dataIn, numberIn, textIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, quoted } from './words.ts';

type DiscoveryEventType = Extract<
  AuditEventType,
  | 'discovery.held'
  | 'discovery.answered'
  | 'account.changed'
  | 'account.changeFailed'
  | 'account.linked'
  | 'byHand.settingsChanged'
  | `delivery.${string}`
  | `finding.${string}`
>;
export type DiscoveryEvent = AuditEvent & { readonly type: DiscoveryEventType };

export function discoverySentence(event: DiscoveryEvent, story: Story): string {
  const { type, data } = event;
  const application = story.names.application(data['applicationId']);
  switch (type) {
    case 'discovery.held':
      return `The discovery of ${application} stopped and asks: ${goneWords(dataIn(data, 'question'))}. Nothing was ended`;
    case 'discovery.answered':
      return data['answer'] === 'confirm'
        ? `${story.actorOf(event)} confirmed what the discovery of ${application} did not see any more${noteWords(data)}`
        : `${story.actorOf(event)} dismissed the discovery of ${application}; nothing was ended${noteWords(data)}`;
    case 'delivery.settingsChanged':
      return `${story.actorOf(event)} changed how ${application} is discovered and delivered to: ${settingsWords(dataIn(data, 'settings'))}`;
    case 'byHand.settingsChanged': {
      const what =
        data['entitlementId'] === null
          ? application
          : `${story.names.entitlement(data['entitlementId'])} in ${application}`;
      return `${story.actorOf(event)} changed what people are told who give and take ${what} by hand: ${byHandWords(dataIn(data, 'settings'))}`;
    }
    case 'finding.decided':
      return `A discovery of ${application} found that ${subjectWords(data, story)}. ${story.actorOf(event)} ${actionWords(textIn(data, 'action'))}${noteWords(data)}`;
    case 'account.changed':
      return `The account ${accountWords(data, story)} in ${application} was ${doneWords(textIn(data, 'effect'))}${sourceWords(data)}`;
    case 'account.linked':
      return data['employeeId'] === null
        ? `${story.actorOf(event)} said that the account ${accountWords(data, story)} in ${application} does not belong to ${story.names.person(data['before'])}`
        : `${story.actorOf(event)} said that the account ${accountWords(data, story)} in ${application} belongs to ${story.names.person(data['employeeId'])}`;
    case 'account.changeFailed':
      return `The account ${accountWords(data, story)} in ${application} could not be ${doneWords(textIn(data, 'effect'))}: ${textIn(data, 'problem') ?? 'no reason was recorded'}`;
    default:
      return assertNever(type);
  }
}

function goneWords(question: EventData): string {
  const of = (name: 'accounts' | 'grants') => {
    const { known, gone } = {
      known: numberIn(dataIn(question, name), 'known'),
      gone: numberIn(dataIn(question, name), 'gone'),
    };
    return `${gone ?? 'an unknown number'} of ${known ?? 'an unknown number of'} ${name}`;
  };
  return `${of('accounts')} and ${of('grants')} would be gone`;
}

function settingsWords(settings: EventData): string {
  const minutes = numberIn(settings, 'discoveryEveryMinutes');
  const concurrency = numberIn(settings, 'concurrency');
  return [
    minutes === null ? 'discovered when somebody asks' : `discovered every ${count(minutes, 'minute')}`,
    `a discovery asks when more than ${numberIn(settings, 'dropPercent') ?? 'an unknown share'} percent would be gone`,
    concurrency === null
      ? 'as many deliveries at once as its connector bears'
      : `at most ${concurrency} deliveries at once`,
  ].join(', ');
}

function byHandWords(settings: EventData): string {
  const instructions = textIn(settings, 'instructions');
  const hours = numberIn(settings, 'byHandHours');
  return [
    instructions === null ? 'no instructions' : quoted(instructions),
    ...('byHandHours' in settings
      ? [hours === null ? 'due at no particular time' : `due within ${count(hours, 'hour')}`]
      : []),
  ].join(', ');
}

function actionWords(action: string | null): string {
  switch (action) {
    case 'askForRemoval':
      return 'asked for its removal';
    case 'askForGrant':
      return 'asked for it to be given again';
    case 'accept':
      return 'accepted it as it is';
    case 'dismiss':
      return 'dismissed it';
    default:
      return `asked for the account to be ${doneWords(action)}`;
  }
}

function doneWords(effect: string | null): string {
  switch (effect) {
    case 'updateAccount':
      return 'updated';
    case 'disableAccount':
      return 'disabled';
    case 'deleteAccount':
      return 'deleted';
    default:
      return 'changed';
  }
}

function subjectWords(data: EventData, story: Story): string {
  const entitlement = data['entitlementId'] === null ? null : story.names.entitlement(data['entitlementId']);
  const whose = accountWords(data, story);
  switch (textIn(data, 'kind')) {
    case 'addedOutside':
      return `${entitlement ?? 'access'} was given to ${whose} past Gatehouse`;
    case 'removedOutside':
      return `${entitlement ?? 'access'} was taken from ${whose} past Gatehouse`;
    case 'notConfirmed':
      return `${entitlement ?? 'access'} of ${whose} is not as somebody, or a ticket, said that it was done`;
    case 'driftedAttribute':
      return `the account ${whose} differs from the directory`;
    case 'orphanAccount':
      return `the account ${whose} belongs to nobody who works here`;
    case 'ownerMissing':
      return `nobody who works here answers for the service account ${whose}`;
    default:
      return `the account ${whose}`;
  }
}

function accountWords(data: EventData, story: Story): string {
  return textIn(data, 'username') ?? story.names.account(data['accountId']) ?? 'that is not known any more';
}

function sourceWords(data: EventData): string {
  const source = textIn(data, 'source');
  return source === null ? '' : `, at ${source}`;
}

function noteWords(data: EventData): string {
  const note = textIn(data, 'note');
  return note === null ? '' : `: ${quoted(note)}`;
}
