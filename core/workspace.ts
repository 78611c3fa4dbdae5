/**
 * An open workspace as its parts see each other. The host builds it; procedures, the worker and the
 * command line are handed it.
 */
import type { Execute } from '#core/commands/execute.ts';
import type { ConnectionTest, ConnectorDescription } from '#core/domain/connector.ts';
import type { Actor } from '#core/domain/audit.ts';
import type { Result } from '#core/domain/errors.ts';
import type { ApplicationId, EmployeeId, SyncRunId, UploadId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Topic } from '#core/domain/topics.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { SecretFields, SecretStore } from '#core/secrets/secret-store.ts';

/** Tells listeners what changed after a commit, from this process or another one on the same database. */
export interface ChangeFeed {
  publish(topics: readonly Topic[]): void;
  /** The number of the last notice. */
  readonly number: number;
  subscribe(listener: (topics: readonly Topic[], number: number) => void): () => void;
}

/** A connection as it is typed into the form. */
export interface ConnectionDraft {
  readonly applicationId: ApplicationId;
  readonly connector: string;
  readonly configuration: Readonly<Record<string, string | number>>;
  /** Fields being set now; the others are taken from the keychain. */
  readonly secrets: SecretFields;
}

export interface ConnectorRuntime {
  describe(): readonly ConnectorDescription[];
  /** Tests what is in the form and saves nothing. */
  test(draft: ConnectionDraft): Promise<Result<ConnectionTest>>;
  /** Stores the secrets in the keychain and the rest through a command. */
  setConnection(
    draft: ConnectionDraft,
    issued: { readonly actor: Actor; readonly commandId: string },
  ): Promise<Result<Record<string, never>>>;
  /** Which secret fields of an application's connection this machine has; empty when it has none. */
  secretsPresent(applicationId: ApplicationId): Promise<Readonly<Record<string, boolean>>>;
}

export interface DiscoveryRuntime {
  /** Starts a discovery, or joins the one that is running. */
  start(applicationId: ApplicationId, actor: Actor): Promise<Result<{ readonly runId: SyncRunId }>>;
  /** What a person answers when a discovery asks whether so much is really gone. */
  answer(
    issued: { readonly commandId: string; readonly actor: Actor },
    payload: { readonly runId: SyncRunId; readonly answer: 'confirm' | 'dismiss'; readonly note: string | null },
  ): Promise<Result<Record<string, never>>>;
}

/** Who sends a file: the same person in the same window throughout. */
export interface Uploader {
  readonly sessionId: string;
  readonly employeeId: EmployeeId;
}

/** A file that has come as a whole. */
export interface ReceivedFile {
  readonly name: string;
  /** Opens it from its start, any number of times. */
  read(): AsyncIterable<Uint8Array>;
  /** Whoever took it removes it. */
  remove(): Promise<void>;
}

/** Files that consoles send in pieces. */
export interface Uploads {
  begin(
    by: Uploader,
    file: { readonly name: string; readonly size: number },
  ): Promise<Result<{ readonly uploadId: UploadId }>>;
  /** Writes the next piece; `received` is then where the one after it begins. */
  append(
    by: Uploader,
    piece: { readonly uploadId: UploadId; readonly offset: number; readonly piece: Blob },
  ): Promise<Result<{ readonly received: number }>>;
  /** Hands over a file that is here as a whole, once. */
  take(by: Uploader, uploadId: UploadId): Promise<Result<ReceivedFile>>;
  /** Removes a file that nobody took. */
  discard(uploadId: UploadId): Promise<void>;
  close(): Promise<void>;
}

/** A call of another system, and the HTTP status that answers it. */
export interface IncomingReport {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ReportAnswer {
  readonly status: 204 | 400 | 401 | 404 | 409 | 503;
  readonly message: string;
}

export interface Workspace {
  /** The folder the workspace lives in. */
  readonly directory: string;
  readonly version: string;
  readonly database: Database;
  readonly execute: Execute;
  readonly now: () => Instant;
  readonly changes: ChangeFeed;
  readonly secrets: SecretStore;
  readonly connectors: ConnectorRuntime;
  readonly discovery: DiscoveryRuntime;
  readonly uploads: Uploads;
  /** What another system reports of a ticket it was given by this application's connection. */
  takeReport(applicationId: ApplicationId, call: IncomingReport): Promise<ReportAnswer>;
  /** Fills an empty workspace with the sample organisation and starts its SCIM service. */
  createSample(commandId: string): Promise<Result<{ readonly employees: number }>>;
  close(): Promise<void>;
}

/** One window's session. The engine keeps it; a window only holds the right to use it. */
export interface Session {
  readonly id: string;
  readonly operatorId: EmployeeId | null;
  signIn(employeeId: EmployeeId): void;
  signOut(): void;
  /** A one-time address for another window with its own session; null where windows are the shell's business. */
  windowLink(): string | null;
}

/** What every procedure of the contract is called with. */
export interface CallContext {
  readonly workspace: Workspace;
  readonly session: Session;
}
