/**
 * One signed-in connection to a directory, for one piece of work. It never reconnects by itself: what is
 * sent after a silent reconnect would be anonymous, and an anonymous search sees less and says nothing of it.
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, getCACertificates, type ConnectionOptions } from 'node:tls';
import {
  Ber,
  BerWriter,
  Client,
  Control,
  PagedResultsControl,
  ResultCodeError,
  SearchRequest,
  StatusCodeParser,
  type Attribute,
  type Change,
  type Filter,
  type SearchResponse,
} from 'ldapts';
import type { Failure } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { entryOf, type Entry } from './entries.ts';
import { failureOfCode, failureOfNetwork, LdapFault, type Step } from './faults.ts';

export type Encryption = 'tls' | 'startTls' | 'plain';

export interface SessionSettings {
  readonly host: string;
  readonly port: number;
  readonly encryption: Encryption;
  /** PEM certificates that may have signed the server's; null: those the system and Node trust. */
  readonly certificateAuthority: readonly string[] | null;
  readonly bindDn: string;
  readonly password: string;
  readonly timeoutMilliseconds: number;
  /** Entries asked for at a time (RFC 2696). */
  readonly pageSize: number;
}

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

/** Every method throws LdapFault, and none works after one that failed for the network, a timeout or a stop. */
export interface Session {
  /** All entries, page by page (RFC 2696). References to other servers are left aside. */
  pages(search: Search): AsyncGenerator<readonly Entry[], void, void>;
  /** All entries at once: for searches that find few. */
  search(search: Search): Promise<readonly Entry[]>;
  /** Does the entry have this value? (RFC 4511 section 4.10) Unlike a search, it is an error where it may not be asked. */
  compare(dn: string, attribute: string, value: string): Promise<boolean>;
  add(dn: string, attributes: readonly Attribute[]): Promise<void>;
  /**
   * With `only`, the entry must fit the filter at that moment (RFC 4528): a DN can have become another entry's since
   * it was looked up. Servers without the control pass over it.
   */
  modify(dn: string, changes: readonly Change[], only?: Filter): Promise<void>;
  remove(dn: string, only?: Filter): Promise<void>;
  close(): void;
}

/** What this needs of the client beyond its public face; the version is pinned for it. */
interface SendingClient {
  _nextMessageId(): number;
  _send(request: SearchRequest): Promise<SearchResponse | undefined>;
}

const stopped = retryable('Gatehouse stopped the request before the directory answered.');

/** Connects, encrypts, signs in. @throws LdapFault whose `step` says how far it came. */
export async function openSession(settings: SessionSettings, signal: AbortSignal): Promise<Session> {
  const { host, port, encryption, timeoutMilliseconds } = settings;
  // An empty password would be an anonymous sign-in that succeeds (RFC 4513 section 5.1.2).
  if (settings.password === '')
    throw new LdapFault(
      needsPerson("No password is stored for this connection. Enter it in the connection's settings."),
      'signIn',
    );
  if (signal.aborted) throw new LdapFault(stopped, 'reach');
  let step: Step = 'reach';
  let ending: Failure | null = null;
  let socket: Socket | null = null;
  const ended = Promise.withResolvers<never>();
  // Looked at by whatever runs at the time; when nothing does, there is nobody to tell.
  ended.promise.catch(() => null);
  const end = (failure: Failure): void => {
    ending ??= failure;
    ended.reject(new LdapFault(ending, step));
    socket?.destroy();
  };
  const onAbort = (): void => end(stopped);
  signal.addEventListener('abort', onAbort, { once: true });

  const tlsOptions: ConnectionOptions = {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ca: [...(settings.certificateAuthority ?? trusted())],
    rejectUnauthorized: true,
  };
  /** Notes how far the connection came, and ends the session with it. Before the client's own listeners, which it clears. */
  const watch = (made: Socket): Socket => {
    made.once('connect', () => (step = encryption === 'plain' ? 'signIn' : 'encrypt'));
    made.once('secureConnect', () => (step = 'signIn'));
    made.once('error', (error) => end(failureOfNetwork(error, host)));
    made.once('close', () => end(failureOfNetwork(null, host)));
    return made;
  };
  const only = (made: Socket): Socket => {
    if (socket !== null) throw new Error('A session does not reconnect.');
    socket = made;
    return watch(made);
  };
  const client = new Client({
    url: `${encryption === 'tls' ? 'ldaps' : 'ldap'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    createConnection: () => only(connectPlain({ host, port })),
    // For LDAPS the client gives port and host; for StartTLS it gives options with the socket to encrypt.
    createSecureConnection: ((first: number | ConnectionOptions) =>
      typeof first === 'number'
        ? only(connectTls({ ...tlsOptions, port }))
        : watch(connectTls({ ...first, ...tlsOptions }))) as typeof connectTls,
    // Texts such as those of RFC 4514 are made here.
    strictDN: false,
  });
  const sending = client as unknown as SendingClient;

  async function run<Value>(operation: () => Promise<Value>): Promise<Value> {
    if (ending !== null) throw new LdapFault(ending, step);
    const seconds = timeoutMilliseconds / 1000;
    const timer = setTimeout(() => end(retryable(`${host} did not answer within ${seconds} s.`)), timeoutMilliseconds);
    try {
      return await Promise.race([operation(), ended.promise]);
    } catch (thrown) {
      throw faultOf(thrown);
    } finally {
      clearTimeout(timer);
    }
  }

  function faultOf(thrown: unknown): LdapFault {
    if (thrown instanceof LdapFault) return thrown;
    if (thrown instanceof ResultCodeError)
      return new LdapFault(failureOfCode(thrown.code, withoutSecret(thrown.message)), step, thrown.code);
    return new LdapFault(ending ?? failureOfNetwork(thrown, host), step);
  }

  /** The server's own words, without what the client adds to them and without the password, should it be echoed. */
  function withoutSecret(text: string): string {
    return text.replace(/ Code: 0x[0-9a-f]+$/, '').replaceAll(settings.password, '[secret]');
  }

  function close(): void {
    signal.removeEventListener('abort', onAbort);
    ending ??= retryable('The session was closed.');
    const closing = socket;
    // The goodbye of RFC 4511 section 4.3 needs no answer; the socket goes with it.
    client.unbind().then(
      () => closing?.destroy(),
      () => closing?.destroy(),
    );
  }

  /** One page, and the cookie of the next (RFC 2696); a page may be empty and not the last. */
  async function page(search: Search, cookie: Buffer | null) {
    const paging = new PagedResultsControl({
      value: { size: settings.pageSize, ...(cookie === null ? {} : { cookie }) },
    });
    const request = new SearchRequest({
      messageId: sending._nextMessageId(),
      baseDN: search.base,
      scope: search.scope,
      filter: search.filter,
      attributes: [...search.attributes],
      timeLimit: Math.ceil(timeoutMilliseconds / 1000),
      controls: search.scope === 'base' ? [] : [paging],
    });
    // Not the client's own paged search: that one takes an empty page for the last, whatever its cookie says.
    const answer = await run(() => sending._send(request));
    if (answer === undefined || answer.status !== 0) throw faultOf(StatusCodeParser.parse(answer));
    const next = (answer.controls ?? []).find((control) => control instanceof PagedResultsControl)?.value?.cookie;
    return {
      entries: answer.searchEntries.map(entryOf),
      cookie: next === undefined || next.length === 0 ? null : next,
    };
  }

  async function* pages(search: Search): AsyncGenerator<readonly Entry[], void, void> {
    let cookie: Buffer | null = null;
    do {
      const read: { readonly entries: readonly Entry[]; readonly cookie: Buffer | null } = await page(search, cookie);
      yield read.entries;
      cookie = read.cookie;
    } while (cookie !== null);
  }

  try {
    if (encryption === 'startTls') {
      await run(() => client.startTLS(tlsOptions)).catch((thrown: unknown) => {
        throw startTlsFault(thrown, host);
      });
    }
    await run(() => client.bind(settings.bindDn, settings.password));
    step = 'work';
  } catch (thrown) {
    close();
    throw thrown;
  }
  return {
    pages,
    async search(search) {
      const all: Entry[] = [];
      for await (const entries of pages(search)) all.push(...entries);
      return all;
    },
    async compare(dn, attribute, value) {
      return run(() => client.compare(dn, attribute, value));
    },
    async add(dn, attributes) {
      await run(() => client.add(dn, [...attributes]));
    },
    async modify(dn, changes, only) {
      await run(() => client.modify(dn, [...changes], asserting(only)));
    },
    async remove(dn, only) {
      await run(() => client.del(dn, asserting(only)));
    },
    close,
  };
}

/** The assertion control (RFC 4528), not critical. */
class Assertion extends Control {
  readonly filter: Filter;

  constructor(filter: Filter) {
    super('1.3.6.1.1.12');
    this.filter = filter;
  }

  override writeControl(writer: BerWriter): void {
    const value = new BerWriter();
    this.filter.write(value);
    writer.writeBuffer(value.buffer, Ber.OctetString);
  }
}

function asserting(only: Filter | undefined): Control[] {
  return only === undefined ? [] : [new Assertion(only)];
}

/** A server that has no StartTLS says so by a result code; going on without would send the password in the clear. */
function startTlsFault(thrown: unknown, host: string): unknown {
  if (!(thrown instanceof LdapFault) || thrown.code === null) return thrown;
  const failure =
    thrown.failure.kind === 'retryable'
      ? thrown.failure
      : needsPerson(`${host} does not offer StartTLS (result ${thrown.code}). Use LDAPS, or set it up there.`);
  return new LdapFault(failure, 'encrypt', thrown.code);
}

/** What Node and the system trust; companies add their own authority to the system. */
function trusted(): readonly string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}
