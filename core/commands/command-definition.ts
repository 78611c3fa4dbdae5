/** The shape of a command's code: what it takes, and what it does inside the one transaction. */
import type { EntityManager } from '@mikro-orm/sql';
import type { z } from 'zod';
import type { AuditFact } from '#core/domain/audit.ts';
import type { Command } from '#core/domain/command.ts';
import type { Topic } from '#core/domain/topics.ts';
import { refuse, type Result } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Circumstances } from '#core/engine/state.ts';
import type { Database } from '#core/persistence/open-database.ts';
import type { Writer } from '#core/persistence/tables.ts';

export interface CommandContext {
  readonly writer: Writer;
  readonly dialect: Database['dialect'];
  readonly command: Command;
  /** Now, who, and fresh ids: what the engine is told. */
  readonly circumstances: Circumstances;
  /** States facts for the trail; they are written with everything else, or not at all. */
  record(...facts: readonly AuditFact[]): void;
  /** Says which screens have to ask again after the commit. */
  touch(...topics: readonly Topic[]): void;
  /** A unit of work in this transaction, for rare configuration whose definition asks for it. Flush it before returning. */
  unitOfWork(): EntityManager;
}

export interface CommandDefinition<Type extends string = string, Payload = never, Value = unknown> {
  readonly type: Type;
  readonly payload: z.ZodType<Payload>;
  /** It uses `context.unitOfWork()`: what that needs is loaded before its transaction, and for no other command. */
  readonly unitOfWork?: true;
  /** What tells a payload apart from another one under the same id, where the whole of it is too large to be compared. */
  readonly fingerprint?: (payload: Payload) => unknown;
  /** A refusal undoes everything that was written here. */
  run(payload: Payload, context: CommandContext): Promise<Result<Value>>;
}

/** Ties a definition's types together. */
export function defineCommand<const Type extends string, Payload, Value>(
  definition: CommandDefinition<Type, Payload, Value>,
): CommandDefinition<Type, Payload, Value> {
  return definition;
}

/** The employee who acts; a refusal when the actor is a part of Gatehouse. */
export function actingEmployee(context: CommandContext): Result<EmployeeId> {
  const { actor } = context.command;
  return actor.kind === 'employee'
    ? { outcome: 'done', value: actor.employeeId }
    : refuse('access.notAllowed', 'Only a person can do this.');
}

/** Refuses a command that only Gatehouse itself may issue. */
export function onlySystem(context: CommandContext): Result<null> {
  return context.command.actor.kind === 'system'
    ? { outcome: 'done', value: null }
    : refuse('access.notAllowed', 'Only Gatehouse itself does this.');
}
