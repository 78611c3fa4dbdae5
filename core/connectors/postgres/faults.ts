/**
 * Turns what a server, a network or the driver says into the typed failures of the connector contract, by
 * SQLSTATE (PostgreSQL manual, appendix A) and error code; never by a text, which servers write in many languages.
 */
import type { Failure } from '#core/connectors/connector.ts';
import {
  certificateCodes,
  credentialRefused,
  needsPerson,
  oneLine as lineOf,
  refused,
  retryable,
} from '../failures.ts';

const longestDetail = 600;
/** One more than others meet: servers with a chain of certificates of their own. */
const issuerMissing = 'UNABLE_TO_GET_ISSUER_CERT';

export const stopped = retryable('Gatehouse stopped before the server had answered. What was begun is undone.');

export function noAccount(id: string): Failure {
  return { kind: 'notFound', what: 'account', message: `The server has no role with the oid ${id} any more.` };
}

export function noEntitlement(id: string): Failure {
  return { kind: 'notFound', what: 'entitlement', message: `The server has no role with the oid ${id} any more.` };
}

/** One line, of a length that has room for the server's hints. */
export function oneLine(text: string): string {
  return lineOf(text, longestDetail);
}

/** A problem this connector found itself while the driver was at work. */
export class SessionProblem extends Error {
  readonly failure: Failure;
  /** It may come of somebody else's change at the same moment: looking again tells. */
  readonly conflict: boolean;

  constructor(failure: Failure, conflict = false) {
    super(failure.message);
    this.name = 'SessionProblem';
    this.failure = failure;
    this.conflict = conflict;
  }
}

/** The five characters of an SQLSTATE, or null for what is no answer of a server. */
export function sqlStateOf(thrown: unknown): string | null {
  const code = textAt(thrown, 'code');
  // Codes of the operating system have letters alone, such as EPIPE; those of servers have a severity beside them.
  return code !== null && /^[0-9A-Z]{5}$/.test(code) && textAt(thrown, 'severity') !== null ? code : null;
}

/**
 * The failure behind what was thrown while talking to the server.
 * @param address where the server is, for the message
 * @param secrets texts that must not come back in a message
 */
export function failureOf(thrown: unknown, address: string, secrets: readonly string[]): Failure {
  if (thrown instanceof SessionProblem) return thrown.failure;
  const said = withoutSecrets(saidBy(thrown), secrets);
  const state = sqlStateOf(thrown);
  return state === null ? failureOfNetwork(thrown, said, address) : failureOfState(state, said);
}

function failureOfState(state: string, said: string): Failure {
  const quoted = `The server said (${state}): ${said}`;
  switch (state) {
    case '42501':
      return needsPerson(
        `The role Gatehouse signs in as may not do this. Give it the rights the page on PostgreSQL lists. ${quoted}`,
      );
    case '3D000':
      return needsPerson(`The database of the connection does not exist. Correct the address. ${quoted}`);
    case '25006':
      return retryable(`The server takes no changes at the moment; it may be a standby. ${quoted}`);
    case '42704':
      return { kind: 'notFound', what: 'account', message: `A role that was there a moment ago is gone. ${quoted}` };
    case '55P03':
      return retryable(`Somebody else is changing the same role. ${quoted}`);
    case '57014':
      return retryable(`The statement took longer than the connection allows. ${quoted}`);
    default:
  }
  switch (state.slice(0, 2)) {
    // Invalid authorization.
    case '28':
      return credentialRefused(
        `The server does not accept the credential. Enter a valid role and password in the connection's settings. ${quoted}`,
      );
    // Connection; transaction rollback; resources; operator intervention; system error; internal error.
    case '08':
    case '40':
    case '53':
    case '57':
    case '58':
    case 'XX':
    // An object was made or changed by somebody else at the same moment.
    case '23':
    case '55':
      return retryable(`The server could not do it at that moment. ${quoted}`);
    default:
      return refused(`The server refused. ${quoted}`);
  }
}

function failureOfNetwork(thrown: unknown, said: string, address: string): Failure {
  const code = textAt(thrown, 'code');
  const isAboutCertificate = (text: string) =>
    certificateCodes.has(text) || text === issuerMissing || /^ERR_(TLS|OSSL)/.test(text);
  if (code !== null && isAboutCertificate(code)) {
    return needsPerson(
      `The certificate of ${address} cannot be trusted (${code}). Have it renewed, or enter its issuer as the certificate authority of the connection.`,
    );
  }
  // The driver has no code for it. Its text is pinned by a test.
  if (said === 'The server does not support SSL connections') {
    return needsPerson(`${address} offers no TLS. Switch it on there (ssl = on); Gatehouse sends nothing without it.`);
  }
  if (code === 'ENOTFOUND')
    return retryable(`No server is known under ${address}. Check the network and the address of the connection.`);
  return retryable(
    `The connection to ${address} failed${code === null ? '' : ` (${code})`} before the answer was complete: ${said}`,
  );
}

/** What is known of an error: its message and, where the server gave them, detail and hint. */
function saidBy(thrown: unknown): string {
  const parts = ['message', 'detail', 'hint'].flatMap((name) => textAt(thrown, name) ?? []);
  // Several addresses of a host were tried: each has its own error, and the sum of them has no message.
  const first = thrown instanceof AggregateError ? textAt(thrown.errors[0], 'message') : null;
  return oneLine(parts.filter((part) => part !== '').join(' ') || (first ?? 'no reason given'));
}

function textAt(thrown: unknown, name: string): string | null {
  if (typeof thrown !== 'object' || thrown === null) return null;
  const value: unknown = (thrown as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : null;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length > 3)
    .reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text);
}
