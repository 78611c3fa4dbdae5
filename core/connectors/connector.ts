/**
 * The contract between Gatehouse and an application. A connector obeys: it is told one effect at a
 * time, performs it, and says what came of it as a typed outcome. It stores nothing and decides nothing.
 *
 * Abilities are optional; what a connector can do is derived from the ones it has. Whoever has
 * `grant` or `revoke` must have `read`, because no answer to a write is trusted: it is read back.
 */
import type { z } from 'zod';
import {
  connectorCapabilities,
  type ConnectionTest,
  type ConnectorCapability,
  type ConnectorDescription,
} from '#core/domain/connector.ts';
import type { Instant } from '#core/domain/instant.ts';

/** Secrets by field name, handed in by the runtime for the time the connector is open. */
export type Secrets = Readonly<Record<string, string>>;

/** What came of an effect. Callers switch on `kind`; nobody reads messages to find out. */
export type Outcome<Value> =
  /** The effect was performed now. */
  | { readonly kind: 'applied'; readonly value: Value; readonly facts: Facts }
  /** It was so before: success without a write. */
  | { readonly kind: 'already'; readonly value: Value; readonly facts: Facts }
  | Failure;

export type Failure =
  /** The application understood and will not do it; trying again is of no use. */
  | { readonly kind: 'refused'; readonly message: string }
  /**
   * A passing fault: down, busy, rate limit, broken answer. `afterMilliseconds` is the application's own wish. With
   * `waitsFor` it is no fault at all: somebody outside has to do something before it can be written, as long as it takes.
   */
  | {
      readonly kind: 'retryable';
      readonly message: string;
      readonly afterMilliseconds: number | null;
      readonly waitsFor?: string;
    }
  /**
   * Only a person can mend it: missing permission, ambiguous account. With `cause` it is the credential itself that
   * is not accepted: nothing is asked of the application any more until somebody enters another one.
   */
  | { readonly kind: 'needsPerson'; readonly message: string; readonly cause?: 'credential' }
  /** The account or the entitlement is not there. */
  | { readonly kind: 'notFound'; readonly what: 'account' | 'entitlement'; readonly message: string };

/** A few plain things that were seen, kept as evidence: ids on the server, HTTP status. Never a secret. */
export type Facts = Readonly<Record<string, string>>;

/** An account as the application knows it. `externalId` is immutable there and never an e-mail by choice. */
export interface RemoteAccount {
  readonly externalId: string;
  readonly username: string;
  readonly email: string | null;
  readonly displayName: string | null;
  /** False: disabled there by somebody. An invitation that was not accepted yet is not: nobody shut the person out. */
  readonly active: boolean;
  /**
   * Whether it is a person's login or a service's. Left out where the application does not tell: it stays what it is, and
   * is a person's when it is new.
   */
  readonly kind?: 'employee' | 'service';
  /**
   * Further attributes. Those of a person that accounts are made from go by the names of `AccountDraft` (`firstName`,
   * `lastName`, `department`, `jobTitle`, `employeeId`), and are compared with the directory; left out where the account has
   * none or several. Others go by the application's own names. Never a secret.
   */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface RemoteEntitlement {
  readonly externalId: string;
  readonly name: string;
  readonly kind: string;
  readonly description: string | null;
}

export interface RemoteGrant {
  readonly accountExternalId: string;
  readonly entitlementExternalId: string;
}

/** A grant that an effect is about, or that is read after one. */
export interface AddressedGrant extends RemoteGrant {
  /**
   * Names the write that the call belongs to, and is the same in every attempt at it and in every reading after it. For
   * applications where a write cannot be recognised by what is there. Left out: it belongs to none.
   */
  readonly key?: string;
}

/**
 * A grant to be made. `expiresAt` is for applications that end access, or what goes with it, themselves; null or left
 * out: for good. Whether the grant itself ends there is what the description's `nativeExpiry` says.
 */
export interface WantedGrant extends AddressedGrant {
  /** Whose account it is, for applications that make a missing account with its first grant. */
  readonly person?: AccountDraft;
  readonly expiresAt?: Instant | null;
}

/** What the application says of a grant when asked. */
export interface GrantReading {
  readonly held: boolean;
  /**
   * The write was taken, and something outside has still to happen before the access is there (an invitation
   * to be accepted, an export to be loaded). It is read again later; nothing is written again.
   */
  readonly pending?: boolean;
  /** What has still to happen, to follow "Waits for": `the invitation to be accepted`. */
  readonly waitsFor?: string;
  /** The end time the application itself knows; left out where it knows none. */
  readonly expiresAt?: Instant | null;
}

/** What is known of a person whose account may have to be found or created. */
export interface AccountDraft {
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly department: string | null;
  readonly jobTitle: string | null;
  readonly employeeId: string;
  /**
   * A first password, made by the runtime for applications that need one and kept in the keychain for whoever
   * hands it over. The account must have to change it at first use where the application can ask for that.
   */
  readonly initialPassword?: string;
  /** External id of the account the person had there last, and which is gone; left out: none is known. */
  readonly formerAccount?: string;
}

/** What a person or a program outside Gatehouse is asked to do, through a ticket or a call to another system. */
export interface TicketDraft {
  /** Made by Gatehouse and the same in every attempt: a second call with it must not open a second ticket. */
  readonly key: string;
  /** An earlier attempt began, and may have opened it without Gatehouse hearing of that. */
  readonly mayBeOpen: boolean;
  readonly effect: 'grant' | 'revoke';
  /** `expiry`: the end of temporary access has come. */
  readonly cause: 'decision' | 'expiry';
  readonly requestNumber: number;
  readonly itemId: string;
  readonly justification: string;
  readonly requester: { readonly name: string; readonly email: string };
  readonly person: AccountDraft;
  /** The account it is about, where the workspace knows one: the likeliest. */
  readonly account: { readonly username: string; readonly externalId: string | null } | null;
  readonly application: string;
  readonly entitlement: { readonly externalId: string; readonly name: string; readonly kind: string };
  /** When it should be done. */
  readonly dueAt: Instant;
  /** When the access is to end; null: never. */
  readonly expiresAt: Instant | null;
}

export interface Ticket extends TicketReading {
  /** The other system's own id of it. */
  readonly reference: string;
  /** Where a person can look at it; null when there is no page. */
  readonly url: string | null;
}

export interface TicketReading {
  /** `open`: somebody has still to do it, or to answer. */
  readonly state: 'open' | 'done' | 'rejected';
  /** What the other system says of it, e.g. its status or the last comment. */
  readonly note: string;
  /** Who or what said so there; left out where it is not told. */
  readonly by?: string;
}

/** What another system reports of a ticket by calling Gatehouse. */
export interface TicketReport extends TicketReading {
  /** The key of the ticket's draft. */
  readonly key: string;
  readonly reference?: string;
  readonly url?: string;
}

/** A call that came in. The body is as it came: signatures are over its bytes. */
export interface IncomingCall {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A page of what an application holds. `checkpoint` resumes right after this page; null: this was the last. */
export interface DiscoveryPage {
  readonly accounts: readonly RemoteAccount[];
  readonly entitlements: readonly RemoteEntitlement[];
  readonly grants: readonly RemoteGrant[];
  /**
   * External ids of entitlements of which the application does not show who holds them. That no grant of them is
   * listed means nothing: those that are known stay as they are.
   */
  readonly holdersUnknown?: readonly string[];
  readonly checkpoint: string | null;
}

/** An application opened with its configuration and secrets. Every method stops when `signal` aborts. */
export interface Connector {
  /** Where effects are performed and read back, for the evidence (an address; no secret in it). */
  readonly source: string;
  test(signal: AbortSignal): Promise<ConnectionTest>;
  /**
   * Everything the application holds, page by page, starting after `checkpoint`.
   * @throws ConnectorFault when a page cannot be had: a discovery that goes on would look like mass deletion.
   */
  discover?(checkpoint: string | null, signal: AbortSignal): AsyncIterable<DiscoveryPage>;
  /** The account of this username (without regard to case), or else of this e-mail. Not there: `notFound`. */
  findAccount?(draft: Pick<AccountDraft, 'username' | 'email'>, signal: AbortSignal): Promise<Outcome<RemoteAccount>>;
  /** Creates the account, or answers `already` with the one that is there (also under another case). */
  createAccount?(draft: AccountDraft, signal: AbortSignal): Promise<Outcome<RemoteAccount>>;
  /** Brings the account's attributes to what the draft says; what it leaves null stays. `already` when they are. */
  updateAccount?(account: RemoteAccount, draft: AccountDraft, signal: AbortSignal): Promise<Outcome<RemoteAccount>>;
  /** The login cannot be used any more, and keeps what it holds. */
  disableAccount?(account: RemoteAccount, signal: AbortSignal): Promise<Outcome<void>>;
  enableAccount?(account: RemoteAccount, signal: AbortSignal): Promise<Outcome<void>>;
  /** The login is gone. `already` when it was not there. */
  deleteAccount?(account: RemoteAccount, signal: AbortSignal): Promise<Outcome<void>>;
  grant?(grant: WantedGrant, signal: AbortSignal): Promise<Outcome<void>>;
  revoke?(grant: AddressedGrant, signal: AbortSignal): Promise<Outcome<void>>;
  /** Is it held now? Asked of the application itself, never remembered. */
  read?(grant: AddressedGrant, signal: AbortSignal): Promise<Outcome<GrantReading>>;
  /** Asks for the change in another system, where people or other programs make it. */
  openTicket?(ticket: TicketDraft, signal: AbortSignal): Promise<Outcome<Ticket>>;
  /** What became of it. Gone: `notFound`. */
  readTicket?(reference: string, signal: AbortSignal): Promise<Outcome<TicketReading>>;
  /** How long after a ticket was found open it is looked at again, in milliseconds; left out: ever less often. */
  readonly readTicketAfter?: number;
  /** What a call from the other system reports. `needsPerson` when it is not signed as it must be, `refused` when it says nothing usable. */
  takeReport?(call: IncomingCall, now: Instant): Outcome<TicketReport>;
  close(): Promise<void>;
}

/** The code for a kind of application: what it needs to know, and how to open one. */
export interface ConnectorDefinition<
  Configuration extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>,
> {
  readonly description: ConnectorDescription;
  /** Parses the non-secret part of the form. */
  readonly configuration: z.ZodType<Configuration>;
  open(settings: { readonly configuration: Configuration; readonly secrets: Secrets }): Connector;
}

/** A page of a discovery could not be had. Carries the typed failure, so nobody classifies by text. */
export class ConnectorFault extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'ConnectorFault';
    this.failure = failure;
  }
}

/** The abilities a connector's code has. */
export function capabilitiesOf(connector: Connector): readonly ConnectorCapability[] {
  const abilities = connector as unknown as Readonly<Record<ConnectorCapability, unknown>>;
  return connectorCapabilities.filter((name) => typeof abilities[name] === 'function');
}
