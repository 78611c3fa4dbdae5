/**
 * What can go wrong, as data. A refusal is an answer the person sees (nothing changed, and why); an
 * exception is a bug or a broken environment. Both carry a stable code so that no caller reads messages.
 */

/** Every code a refusal can carry; the text before the dot is the room it comes from. */
export const refusalCodes = [
  'access.notAllowed',
  'access.notSignedIn',
  'access.notTemporary',
  'account.notFound',
  'account.notLinkable',
  'accessRole.invalid',
  'accessRole.nameTaken',
  'accessRole.notFound',
  'application.invalid',
  'application.nameTaken',
  'application.notFound',
  'bulk.nothing',
  'bulk.notFound',
  'bulk.tooLate',
  'command.idReused',
  'command.invalid',
  'conflictRule.invalid',
  'conflictRule.notFound',
  'connection.invalid',
  'connection.notConfigured',
  'connector.unknown',
  'decision.authorityLapsed',
  'decision.bulkHighRisk',
  'decision.notReviewer',
  'decision.notShorter',
  'decision.ownRequest',
  'decision.reasonRequired',
  'decision.stale',
  'delegation.circular',
  'delegation.invalid',
  'delegation.notFound',
  'delegation.overlaps',
  'directory.rejected',
  'discovery.answered',
  'employee.invalid',
  'employee.notFound',
  'finding.notFound',
  'finding.notOpen',
  'finding.notPossible',
  'fulfillment.evidenceInvalid',
  'fulfillment.notFound',
  'fulfillment.notPossible',
  'item.alreadyHeld',
  'item.alreadyPending',
  'item.beneficiaryUnknown',
  'item.beneficiaryLeft',
  'item.conflict',
  'item.endInPast',
  'item.endNotLater',
  'item.endBeforeStart',
  'item.entitlementGone',
  'item.noReviewer',
  'item.notHeld',
  'item.notExtendable',
  'item.serviceAccountInvalid',
  'item.serviceAccountTaken',
  'item.startInPast',
  'item.tooLong',
  'message.notFound',
  'policy.invalid',
  'policy.notFound',
  'request.empty',
  'request.final',
  'request.justificationRequired',
  'request.notFound',
  'request.notEnded',
  'request.notYours',
  'reviewerGroup.invalid',
  'reviewerGroup.nameTaken',
  'reviewerGroup.notFound',
  'secret.unavailable',
  'task.notEligible',
  'task.notFound',
  'upload.incomplete',
  'upload.notFound',
  'upload.outOfOrder',
  'upload.tooLarge',
  'upload.tooMany',
  'workspace.alreadySetUp',
  'workspace.notSetUp',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** A refused command or query: nothing changed. `message` is a sentence for people: what, where, and what to do. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The result of something that may be refused. */
export type Result<Value> =
  | { readonly outcome: 'done'; readonly value: Value }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** A successful result. */
export function done<Value>(value: Value): Result<Value> {
  return { outcome: 'done', value };
}

/** A refused result. */
export function refuse(
  code: RefusalCode,
  message: string,
  data?: Readonly<Record<string, unknown>>,
): { readonly outcome: 'refused'; readonly refusal: Refusal } {
  return { outcome: 'refused', refusal: data === undefined ? { code, message } : { code, message, data } };
}

/** A fault of the environment (database, file, keychain) that a person can act on. Survives serialisation by its `code`. */
export class GatehouseError extends Error {
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.data = data;
  }
}

/** Fails the build when a union has a case that a switch does not handle, and the process when data lied about its type. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
