/** Sentences about what happened in the application: attempts, effects, and what was seen afterwards. */
import type { AuditEvent, AuditEventType } from '#core/domain/audit.ts';
import { assertNever } from '#core/domain/errors.ts';
import { numberIn, textIn, type EventData } from './event-data.ts';
import { evidenceOf, type Story } from './story.ts';
import { latenessWords, quoted, sentence, timeWords } from './words.ts';

type FulfillmentEventType = Extract<
  AuditEventType,
  | `fulfillment.${string}`
  | 'access.granted'
  | 'access.removed'
  | 'access.expired'
  | 'access.observed'
  | 'account.created'
>;
export type FulfillmentEvent = AuditEvent & { readonly type: FulfillmentEventType };

export function fulfillmentSentence(event: FulfillmentEvent, story: Story): string {
  const { type, data } = event;
  const attempt = numberIn(data, 'attempt');
  const problem = textIn(data, 'problem') ?? 'no reason was recorded';
  switch (type) {
    case 'fulfillment.started':
      return `Attempt ${attempt ?? 'of unknown number'} to ${task(event, story)} began`;
    case 'fulfillment.retrying': {
      const next = textIn(data, 'nextAttemptAt');
      return `Attempt ${attempt ?? 'of unknown number'} to ${task(event, story)} did not succeed: ${sentence(problem)}${next === null ? ' It goes on when a credential is accepted' : ` The next attempt is due at ${timeWords(next)}`}`;
    }
    case 'fulfillment.accepted': {
      const ticket = textIn(data, 'ticket');
      if (ticket !== null) return ticketOpened(event, story, ticket);
      return `The application took the wish to ${task(event, story)}. It waits for ${(textIn(data, 'waitsFor') ?? 'something outside Gatehouse').replace(/\.$/, '')}, is read again and not written again`;
    }
    case 'fulfillment.passwordKept': {
      const whose = textIn(data, 'serviceAccount') ?? story.itemOf(event)?.beneficiary ?? 'somebody';
      return `A first password for an account of ${whose} was put into the keychain of ${textIn(data, 'host') ?? 'a machine'} as ${textIn(data, 'name') ?? 'an entry without a name'}, for whoever hands it over`;
    }
    case 'fulfillment.handedToPerson':
      return `A person has to ${task(event, story)}${reason(event)}`;
    case 'fulfillment.failed':
      if (attempt === 0)
        return `Gatehouse did not begin to ${task(event, story)}: ${sentence(problem)} It waits for a person`;
      return `Gatehouse gave up to ${task(event, story)} after attempt ${attempt ?? 'of unknown number'}: ${sentence(problem)} It waits for a person`;
    case 'fulfillment.sentAgain': {
      const after = textIn(data, 'after');
      return `${story.actorOf(event)} asked to try again at once to ${task(event, story)}${after === null ? '' : `, after: ${after}`}`;
    }
    case 'fulfillment.refused':
      return story.effectOf(event).cause === 'expiry'
        ? `There was nothing to take away at the end of ${story.subject(event)}${reason(event)}`
        : `Gatehouse did not ${task(event, story)}${reason(event)}`;
    case 'account.created':
      return accountCreated(event, story);
    case 'access.observed':
      return observed(event, story);
    case 'access.granted':
    case 'access.removed':
    case 'access.expired':
      return effect({ ...event, type }, story);
    default:
      return assertNever(type);
  }
}

function ticketOpened(event: AuditEvent, story: Story, ticket: string): string {
  const at = textIn(event.data, 'ticketUrl') ?? textIn(event.data, 'source');
  return `Ticket ${ticket}${at === null ? '' : `, at ${at},`} asks others to ${task(event, story)}. Gatehouse waits for what they say of it`;
}

/** `give Editors in Wiki to Ada Byron`. */
function task(event: AuditEvent, story: Story): string {
  const item = story.itemOf(event);
  const { effect: what, cause } = story.effectOf(event);
  if (item === null) return `${what === 'grant' ? 'give' : 'take away'} ${story.subject(event)}`;
  const thing = `${item.entitlement} in ${item.application}`;
  if (what === 'grant') return `give ${thing} to ${item.beneficiary}`;
  return `take ${thing} away from ${item.beneficiary}${cause === 'expiry' ? ' at the end of its time' : ''}`;
}

function accountCreated(event: AuditEvent, story: Story): string {
  const item = story.itemOf(event);
  const username = story.names.account(event.data['accountId']);
  const source = textIn(event.data, 'source');
  const whose = item === null ? '' : ` for ${item.beneficiary} in ${item.application}`;
  return `An account${username === null ? '' : ` (${username})`} was created${whose}${source === null ? '' : `, at ${source}`}`;
}

function effect(event: AuditEvent & { readonly type: `access.${string}` }, story: Story): string {
  const { data } = event;
  const evidence = evidenceOf(event);
  const item = story.itemOf(event);
  const granted = event.type === 'access.granted';
  const thing = item === null ? story.subject(event) : `${item.entitlement} in ${item.application}`;
  const person = item?.beneficiary ?? 'somebody';
  const parts: string[] = [];
  if (evidence.outcome === 'byHand') {
    const by = story.actorOf(event);
    parts.push(
      granted ? `${by} gave ${thing} to ${person} by hand` : `${by} took ${thing} away from ${person} by hand`,
    );
  } else if (evidence.outcome === 'byTicket') {
    const through = `through ticket ${evidence.facts['ticket'] ?? 'of unknown number'}`;
    parts.push(
      granted ? `${person} was given ${thing} ${through}` : `${thing} was taken away from ${person} ${through}`,
    );
  } else if (evidence.outcome === 'already') {
    parts.push(granted ? `${person} had ${thing} already` : `${person} did not have ${thing} any more`);
  } else {
    parts.push(granted ? `${person} was given ${thing}` : `${thing} was taken away from ${person}`);
  }
  if (event.type === 'access.expired') parts.push(expiry(event));
  parts.push(seen(event));
  const expiresAt = textIn(data, 'expiresAt');
  if (granted) parts.push(expiresAt === null ? 'It does not end by itself' : `It ends at ${timeWords(expiresAt)}`);
  return parts
    .filter((part) => part !== '')
    .map(sentence)
    .join(' ');
}

function expiry({ data }: AuditEvent): string {
  const dueAt = textIn(data, 'dueAt');
  const lateness = numberIn(data, 'latenessSeconds');
  const due = dueAt === null ? 'Its time was over' : `Its time was over at ${timeWords(dueAt)}`;
  return lateness === null ? due : `${due}; it was removed ${latenessWords(lateness)}`;
}

/** What a later discovery or import said of it. */
function observed(event: AuditEvent, story: Story): string {
  const { data } = event;
  const held = data['held'] === true;
  const by = data['by'] === 'import' ? 'An import' : 'A discovery';
  const at = textIn(data, 'at');
  const what = story.subject(event);
  const when = at === null ? '' : ` of ${timeWords(at)}`;
  if (data['confirms'] === true)
    return `${by}${when} confirmed what was said to be done: ${what} is ${held ? 'there' : 'not there'}`;
  return held
    ? `${by}${when} still saw ${what}, though it is recorded as taken away`
    : `${by}${when} did not see ${what}, though it is recorded as given`;
}

/** What was seen in the application afterwards, or that nobody looked. */
function seen(event: AuditEvent): string {
  const { outcome, heldAfterwards, readBackAt, source, facts, file } = evidenceOf(event);
  if (outcome === 'byHand')
    return `Noted: ${quoted(source ?? '')}${fileWords(file)} It was not read back from the application`;
  if (outcome === 'byTicket') {
    const { said, saidBy, saidAt, knownFrom } = facts;
    const who = `${saidBy ?? 'The other system'}${source === null ? '' : ` at ${source}`} said so`;
    const when = saidAt === undefined ? '' : `; Gatehouse knew it at ${timeWords(saidAt)}`;
    const from = knownFrom === undefined ? '' : ` from ${knownFrom}`;
    return `${who}${said === undefined ? '' : `, with ${quoted(said)}`}${when}${from}. It was not read back from the application`;
  }
  if (heldAfterwards === null) return 'It was not read back from the application';
  const from = source === null ? '' : ` from ${source}`;
  const at = readBackAt === null ? '' : ` at ${timeWords(readBackAt)}`;
  return `Read back${at}${from}: ${heldAfterwards ? 'the access is there' : 'the access is not there'}`;
}

function fileWords(file: EventData): string {
  const name = textIn(file, 'name');
  return name === null ? '' : ` With the file ${name} (SHA-256 ${textIn(file, 'sha256') ?? 'not recorded'}).`;
}

function reason({ data }: AuditEvent): string {
  const text = textIn(data, 'reason');
  return text === null ? '' : `: ${text}`;
}
