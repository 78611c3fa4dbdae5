/** Sentences about the rules of review: policies, duties to keep apart, reviewer groups, and settings. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { dataIn, isData, listIn, numberIn, textIn, textsIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, list, quoted, reviewerKindWords } from './words.ts';

type RulesEventType = Extract<
  AuditEventType,
  | `policy.${string}`
  | `conflictRule.${string}`
  | `reviewerGroup.${string}`
  | 'reviewSettings.changed'
  | 'entitlement.reviewChanged'
>;
export type RulesEvent = AuditEvent & { readonly type: RulesEventType };

export function rulesSentence(event: RulesEvent, story: Story): string {
  const { type, data } = event;
  const name = quoted(textIn(data, 'name') ?? 'without a name');
  switch (type) {
    case 'policy.created':
    case 'policy.changed':
      return `The policy ${name} was ${type === 'policy.created' ? 'added' : 'changed'}${versionOf(data)}: ${effectWords(dataIn(data, 'effect'))}${data['state'] === 'inactive' ? ', but it is inactive' : ''}`;
    case 'policy.reordered': {
      const order = listIn(data, 'order').filter(isData);
      return `The policies were put into a new order: ${list(order.map((policy) => quoted(textIn(policy, 'name') ?? 'without a name')))}`;
    }
    case 'conflictRule.created':
    case 'conflictRule.changed':
      return `The rule about duties ${name} was ${type === 'conflictRule.created' ? 'added' : 'changed'}${versionOf(data)}: ${count(textsIn(data, 'left').length, 'entitlement')} against ${textsIn(data, 'right').length}, ${conflictWords(data)}${data['state'] === 'inactive' ? ', but it is inactive' : ''}`;
    case 'reviewerGroup.created':
    case 'reviewerGroup.changed': {
      const members = textsIn(data, 'memberIds').map((id) => story.names.person(id));
      return `The reviewer group ${name} was ${type === 'reviewerGroup.created' ? 'added' : 'changed'}${versionOf(data)}; its members are ${list(members) || 'nobody'}`;
    }
    case 'reviewSettings.changed': {
      const after = dataIn(data, 'after');
      const risk = after['bulkDecidesHighRisk'] === true ? 'may' : 'may not';
      return `The settings of review were changed: items of high risk ${risk} be decided in bulk, and a bulk decision can be taken back for ${count(numberIn(after, 'undoSeconds') ?? 0, 'second')}`;
    }
    case 'entitlement.reviewChanged': {
      const settings = dataIn(data, 'settings');
      const now =
        Object.keys(settings).length === 0
          ? 'by the settings of its application again'
          : settings['approval'] === 'auto'
            ? 'by nobody: it is approved automatically'
            : `by ${list(textsIn(settings, 'reviewers').map(reviewerKindWords), 'or else')}`;
      return `Requests for ${name} in ${story.names.application(data['applicationId'])} are reviewed ${now}`;
    }
    default:
      return assertNever(type);
  }
}

function versionOf(data: EventData): string {
  const version = numberIn(data, 'version');
  return version === null ? '' : ` (version ${version})`;
}

function effectWords(effect: EventData): string {
  switch (effect['kind']) {
    case 'autoApprove':
      return 'what matches is approved automatically';
    case 'autoDeny':
      return `what matches is denied automatically, because ${quoted(textIn(effect, 'reason') ?? '')}`;
    default: {
      const route = dataIn(effect, 'route');
      return `what matches is reviewed by ${list(textsIn(route, 'reviewers').map(reviewerKindWords), 'or else') || 'nobody named'}`;
    }
  }
}

function conflictWords(data: EventData): string {
  switch (data['effect']) {
    case 'forbid':
      return 'both together are forbidden';
    case 'requireLevel':
      return `both together need a further review by ${reviewerKindWords(textIn(data, 'reviewerKind'))}`;
    default:
      return 'both together are shown as a warning';
  }
}
