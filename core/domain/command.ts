/**
 * The one shape of everything that changes a workspace: plain data that can be stored, replayed and
 * executed twice without harm.
 */
import type { Actor } from './audit.ts';
import { newId, type CommandId } from './ids.ts';
import type { Instant } from './instant.ts';

export interface Command<Type extends string = string, Payload = unknown> {
  readonly id: CommandId;
  readonly type: Type;
  readonly payload: Payload;
  readonly actor: Actor;
  readonly issuedAt: Instant;
  /** The version of the request the person was looking at; null when the command rests on none. */
  readonly basedOn: number | null;
}

/** A command on its way to `execute`, which adds the type of the definition it is handed over with. */
export type IssuedCommand<Payload> = Omit<Command<never, Payload>, 'type'>;

/** A command nobody has issued before, which rests on no version of a request. */
export function freshCommand<Payload>(payload: Payload, actor: Actor, issuedAt: Instant): IssuedCommand<Payload> {
  return { id: newId<CommandId>(), payload, actor, issuedAt, basedOn: null };
}
