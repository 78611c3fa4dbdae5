/** Sentences about the workspace itself: set-up, applications, connections, imports, discoveries, roles. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { dataIn, isData, listIn, numberIn, textIn, textsIn, type EventData } from './event-data.ts';
import type { Story } from './story.ts';
import { count, list, quoted, reviewerKindWords, sentence } from './words.ts';

type WorkspaceEventType = Extract<
  AuditEventType,
  | `workspace.${string}`
  | `application.${string}`
  | `connection.${string}`
  | `directory.${string}`
  | 'discovery.completed'
  | 'discovery.failed'
  | 'roles.changed'
>;
export type WorkspaceEvent = AuditEvent & { readonly type: WorkspaceEventType };

export function workspaceSentence(event: WorkspaceEvent, story: Story): string {
  const { type, data } = event;
  const application = story.names.application(data['applicationId']);
  switch (type) {
    case 'workspace.created':
      return created(data, story);
    case 'application.created': {
      const settings = dataIn(data, 'settings');
      return `The application ${quoted(textIn(settings, 'name') ?? application)} was added: ${settingsWords(settings, story)}`;
    }
    case 'application.changed':
      return changed(data, application, story);
    case 'connection.changed': {
      const secrets = textsIn(data, 'secretsSet');
      const set = secrets.length === 0 ? 'No secret was set' : `Set in the keychain: ${list(secrets)}`;
      return `The connection of ${application} was set to the connector ${quoted(textIn(data, 'connector') ?? 'not named')}. ${set}`;
    }
    case 'connection.tested': {
      const message = textIn(data, 'message');
      return `The connection of ${application} was tested and ${data['passed'] === true ? 'works' : 'does not work'}${message === null ? '' : `: ${message}`}`;
    }
    case 'connection.credentialRefused':
      return `${application} does not accept the credential that ${textIn(data, 'machine') ?? 'a machine'} holds: ${sentence(textIn(data, 'problem') ?? 'no reason was recorded')} Nothing is asked of it from there until another one is set`;
    case 'connection.credentialAccepted':
      return `${application} accepts the credential of ${textIn(data, 'machine') ?? 'a machine'} again; what waited for it goes on`;
    case 'directory.imported':
      return imported(data, story);
    case 'discovery.completed':
      return `The discovery of ${application} is complete${seenWords(data)}`;
    case 'discovery.failed':
      return `The discovery of ${application} failed${seenWords(data)}: ${textIn(data, 'failure') ?? 'no reason was recorded'}`;
    case 'roles.changed': {
      const [before, after] = [rolesIn(data, 'before'), rolesIn(data, 'after')];
      return `The roles of ${story.names.person(data['employeeId'])} were changed from ${before} to ${after}`;
    }
    default:
      return assertNever(type);
  }
}

function created(data: EventData, { names }: Story): string {
  const name = quoted(textIn(data, 'name') ?? 'without a name');
  if (data['kind'] === 'sample') {
    const employees = numberIn(data, 'employees');
    const applications = numberIn(data, 'applications');
    const size = [
      employees === null ? '' : count(employees, 'employee'),
      applications === null ? '' : count(applications, 'application'),
    ];
    return `The workspace was filled with the sample organisation ${name}: ${list(size.filter((part) => part !== ''))}`;
  }
  return `The workspace ${name} was set up with ${names.person(data['operatorId'])} as its administrator`;
}

function changed(data: EventData, application: string, story: Story): string {
  const described = listIn(data, 'entitlements');
  if (described.length > 0)
    return `${count(described.length, 'entitlement')} of ${application} got another description`;
  const settings = dataIn(data, 'settings');
  const before = textIn(dataIn(data, 'before'), 'name');
  const after = textIn(settings, 'name');
  const renamed = before !== null && after !== null && before !== after ? `, from then on called ${quoted(after)}` : '';
  const version = numberIn(data, 'version');
  return `The settings of ${before ?? application} were changed${renamed}${version === null ? '' : ` to version ${version}`}: ${settingsWords(settings, story)}`;
}

/** How an application is reviewed and fulfilled, and who owns it. */
function settingsWords(settings: EventData, { names }: Story): string {
  const review = dataIn(settings, 'reviewSettings');
  const reviewers = textsIn(review, 'reviewers').map((kind) => reviewerKindWords(kind));
  const owner = textIn(settings, 'primaryOwnerId');
  return list([
    review['approval'] === 'auto'
      ? 'requests are approved automatically'
      : `requests are reviewed by ${list(reviewers, 'or else') || 'nobody named'}`,
    settings['fulfillment'] === 'manual' ? 'access is given by hand' : 'access is given through a connector',
    owner === null ? 'it has no owner' : `its owner is ${names.person(owner)}`,
  ]);
}

function imported(data: EventData, { names }: Story): string {
  const kind = importKindWords(textIn(data, 'kind'));
  const file = textIn(data, 'fileName');
  const of = textIn(data, 'applicationId');
  // A recorded history counts at the top, a file in a place of its own.
  const counted = { ...data, ...dataIn(data, 'counts') };
  const counts = (['read', 'created', 'changed', 'unchanged', 'rejected'] as const)
    .map((name) => [name, numberIn(counted, name)] as const)
    .filter(([, number]) => number !== null)
    .map(([name, number]) => `${number} ${name}`);
  const what = `${kind} were imported${of === null ? '' : ` for ${names.application(of)}`}${file === null ? '' : ` from ${quoted(file)}`}`;
  const given = listIn(data, 'rolesGiven')
    .filter(isData)
    .map((grant) => `${names.person(grant['employeeId'])} (${roleWords(textIn(grant, 'role') ?? 'not named')})`);
  return [
    `${what.charAt(0).toUpperCase()}${what.slice(1)}`,
    counts.length === 0 ? '' : `: ${list(counts)}`,
    given.length === 0 ? '' : `. Roles were given to ${list(given)}`,
  ].join('');
}

function importKindWords(kind: string | null): string {
  if (kind === 'businessOwners') return 'business owners';
  return kind ?? 'rows of the directory';
}

function seenWords(data: EventData): string {
  const seen = dataIn(data, 'seen');
  const words = (['account', 'entitlement', 'grant'] as const)
    .map((noun) => [noun, numberIn(seen, `${noun}s`)] as const)
    .filter(([, number]) => number !== null)
    .map(([noun, number]) => count(number ?? 0, noun));
  return words.length === 0 ? '' : ` (${list(words)} seen)`;
}

function rolesIn(data: EventData, name: string): string {
  const roles = textsIn(data, name).map(roleWords);
  return roles.length === 0 ? 'none' : list(roles);
}

function roleWords(role: string): string {
  return role === 'riskManager' ? 'risk manager' : role;
}
