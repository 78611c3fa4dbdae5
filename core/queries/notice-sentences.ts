/** Every kind of notice as a sentence to the person it is for. A new kind does not compile until it has one. */
import { assertNever } from '#core/domain/errors.ts';
import type { Notice } from '#core/domain/notice.ts';
import type { ItemAction } from '#core/domain/request.ts';

export interface NoticeFacts {
  readonly kind: Notice['kind'];
  readonly data: Notice['data'];
  readonly nameOf: (id: unknown) => string;
  /** The request's number. */
  readonly request: number | null;
  readonly item: {
    /** `Editors in Wiki`. */
    readonly what: string;
    readonly action: ItemAction;
    /** Null: the reader. */
    readonly beneficiary: string | null;
  } | null;
}

export function noticeSentence(facts: NoticeFacts): string {
  const { kind, data, item } = facts;
  const what = item?.what ?? 'An access';
  const person = facts.nameOf(data['personId']);
  const inRequest = facts.request === null ? '' : ` (request ${facts.request})`;
  switch (kind) {
    case 'accessWorks':
      return `${what} works now${forWhom(facts)}${until(data['expiresAt'])}.`;
    case 'accessEnded':
      return data['asked'] === true
        ? `${what} was taken away${from(facts)}, as request ${facts.request ?? ''} asked.`
        : `${what} has come to its end${forWhom(facts)} and was taken away.`;
    case 'accessEndsSoon':
      return `${what} ends${forWhom(facts)}${at(data['expiresAt'])}. Ask for an extension if it is still needed.`;
    case 'accessFailed':
      return data['waits'] === true
        ? `${what} could not be ${doneTo(facts)} yet: ${problem(data)} Somebody who looks after the application has been asked to see to it.`
        : `${what} will not be ${doneTo(facts)}: ${problem(data)}`;
    case 'deliveryFails':
      return data['givenUp'] === true
        ? `${what} could not be ${doneTo(facts)}: ${problem(data)} It waits for somebody who looks after the application.`
        : `${what} could not be taken away${from(facts)} in ${attempts(data)}: ${problem(data)} It is tried again until it succeeds.`;
    case 'byHandOverdue':
      return `${what} should be ${doneTo(facts)} by hand, and was due${at(data['dueAt'])}. Do it and say so, or say that it is not possible.`;
    case 'discoveryAsks':
      return `The discovery of ${application(data)} stopped before it ended anything: ${gone(data['accounts'], 'accounts')} and ${gone(data['grants'], 'grants')} would be gone. Look whether that is right.`;
    case 'discoveryFails':
      return `The discovery of ${application(data)} failed: ${problem(data)} What it holds is not known until a discovery succeeds.`;
    case 'credentialRefused':
      return `${capital(application(data))} does not accept the credential that ${typeof data['machine'] === 'string' ? data['machine'] : 'a machine'} holds: ${problem(data)} Deliveries and discoveries wait until another one is entered under Connection.`;
    case 'passwordWaits':
      return `A first password for ${typeof data['person'] === 'string' ? data['person'] : 'somebody'} in ${application(data)} waits to be handed over, in the keychain of ${typeof data['machine'] === 'string' ? data['machine'] : 'a machine'}. There, npm run handover -- ${typeof data['entry'] === 'string' ? data['entry'] : 'NAME'} shows it once.`;
    case 'requestDenied':
      return data['leftOut'] === true
        ? `${asked(facts)} was left out by the reviewer${inRequest}${because(data)}`
        : `${asked(facts)} was denied${inRequest}${because(data)}`;
    case 'requestExpired':
      return `${asked(facts)} has expired${inRequest}: nobody decided in time. You can ask again.`;
    case 'requestCancelled':
      return `${asked(facts)} was cancelled${inRequest}${because(data)}`;
    case 'taskReminder':
      return `${asked(facts)} still waits for your decision${inRequest}${since(data)}.`;
    case 'taskEscalated':
      return `${asked(facts)} waits for your decision too${inRequest}: ${person} has not decided for ${days(data['days'])}.`;
    case 'taskReassigned':
      return `${person} asks you to decide in their place: ${lower(asked(facts))}${inRequest}${because(data)}`;
    case 'taskDelegated':
      return delegated(data, person);
    case 'informationAsked':
      return `${person} asks about ${lower(asked(facts))}${inRequest}: ${quoted(data['text'])}`;
    case 'informationGiven':
      return `${person} answered about ${lower(asked(facts))}${inRequest}: ${quoted(data['text'])}`;
    default:
      return assertNever(kind);
  }
}

function application(data: Notice['data']): string {
  return typeof data['application'] === 'string' ? data['application'] : 'an application';
}

function capital(words: string): string {
  return words.startsWith('an ') ? `A${words.slice(1)}` : words;
}

function delegated(data: Notice['data'], person: string): string {
  const end = typeof data['endsAt'] === 'string' ? ` until ${day(data['endsAt'])}` : '';
  const count = typeof data['tasks'] === 'number' ? data['tasks'] : 0;
  const tasks =
    count === 0 ? 'No task is open now' : `${count} open ${count === 1 ? 'task is' : 'tasks are'} with you now`;
  return `You decide for ${person}, who is out of office${end}. ${tasks}, and new ones come to you.`;
}

/** `Editors in Wiki for Ada Byron`, `Taking Editors in Wiki away from Ada Byron`. */
function asked(facts: NoticeFacts): string {
  const what = facts.item?.what ?? 'An access';
  return facts.item?.action === 'REVOKE' ? `Taking ${what} away${from(facts)}` : `${what}${forWhom(facts)}`;
}

/** Only words of ours begin small within a sentence; names stay as they are. */
function lower(words: string): string {
  return words.replace(/^(Taking|An) /, (start) => start.toLowerCase());
}

function forWhom({ item }: NoticeFacts): string {
  return item === null ? '' : ` for ${item.beneficiary ?? 'you'}`;
}

function from({ item }: NoticeFacts): string {
  return item === null ? '' : ` from ${item.beneficiary ?? 'you'}`;
}

function doneTo(facts: NoticeFacts): string {
  return facts.item?.action === 'REVOKE'
    ? `taken away${from(facts)}`
    : `given${facts.item === null ? '' : ` to ${facts.item.beneficiary ?? 'you'}`}`;
}

function because(data: Notice['data']): string {
  return typeof data['reason'] === 'string' && data['reason'] !== '' ? `: ${quoted(data['reason'])}` : '.';
}

function gone(counts: unknown, what: string): string {
  const { known, gone: lost } = counts as { readonly known?: unknown; readonly gone?: unknown };
  return `${typeof lost === 'number' ? lost : 'some'} of ${typeof known === 'number' ? known : 'the'} ${what}`;
}

function attempts(data: Notice['data']): string {
  return typeof data['attempts'] === 'number' ? `${data['attempts']} attempts` : 'several attempts';
}

function problem(data: Notice['data']): string {
  const text = typeof data['problem'] === 'string' && data['problem'] !== '' ? data['problem'] : 'No reason was given';
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function quoted(text: unknown): string {
  return `“${typeof text === 'string' ? text : ''}”`;
}

function until(expiresAt: unknown): string {
  return typeof expiresAt === 'string' ? `, until ${minute(expiresAt)}` : '';
}

function at(expiresAt: unknown): string {
  return typeof expiresAt === 'string' ? ` on ${minute(expiresAt)}` : ' soon';
}

function since(data: Notice['data']): string {
  return typeof data['openedAt'] === 'string' ? `, since ${day(data['openedAt'])}` : '';
}

function days(count: unknown): string {
  return typeof count === 'number' ? `${count} ${count === 1 ? 'day' : 'days'}` : 'some time';
}

/** `2026-03-02`. */
function day(instant: string): string {
  return instant.slice(0, 10);
}

/** `2026-03-02 08:00 UTC`. */
function minute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
