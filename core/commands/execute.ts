/**
 * The one door: everything that changes a workspace is a command handed to `execute`. One transaction
 * writes the rows, the audit events, the fulfillment tasks and the command's own record, or nothing.
 */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { AuditFact } from '#core/domain/audit.ts';
import { actorName, appendEvents } from '#core/audit/append-events.ts';
import type { Command } from '#core/domain/command.ts';
import { refuse, type Refusal, type Result } from '#core/domain/errors.ts';
import { newId, type CommandId } from '#core/domain/ids.ts';
import { instant, type Instant } from '#core/domain/instant.ts';
import type { Topic } from '#core/domain/topics.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import type { CommandContext, CommandDefinition } from './command-definition.ts';
import { tellPeople } from './notices.ts';
import { markForReconciling } from './reconcile-mark.ts';

/** Hands a command over. The definition says what type of command it is and what it answers. */
export type Execute = <Type extends string, Payload, Value>(
  definition: CommandDefinition<Type, Payload, Value>,
  command: Omit<Command<Type, unknown>, 'type'>,
) => Promise<Result<Value>>;

export interface ExecutorOptions {
  readonly database: Database;
  readonly now: () => Instant;
  /** Called after each commit that changed something. */
  readonly committed: (topics: readonly Topic[]) => void;
}

/** Undoes the transaction and carries the refusal out of it. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export function createExecutor({ database, now, committed }: ExecutorOptions): Execute {
  return async (definition, incoming) => {
    const parsed = definition.payload.safeParse(incoming.payload);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')})`;
      return refuse(
        'command.invalid',
        `This cannot be done as it was asked${where}: ${issue?.message ?? 'unknown reason'}.`,
      );
    }
    const command: Command = { ...incoming, type: definition.type };
    const fingerprint = fingerprintOf(
      command,
      definition.fingerprint === undefined ? command.payload : definition.fingerprint(parsed.data),
    );
    const touched = new Set<Topic>();
    const executedAt = now();
    const recordOf = (result: Result<unknown>) => ({
      id: command.id,
      type: command.type,
      actorName: actorName(command.actor),
      issuedAt: command.issuedAt,
      executedAt,
      fingerprint,
      result: result as unknown as Readonly<Record<string, unknown>>,
    });
    try {
      if (definition.unitOfWork === true) await database.prepareUnitOfWork();
      const result = await database.transaction(async (writer) => {
        const [earlier] = await recordOfCommand(writer, command.id);
        if (earlier !== undefined) {
          const record = fromRow('command_record', earlier);
          if (record.fingerprint !== fingerprint) throw new Refused(idReused(command));
          touched.clear();
          return record.result as unknown as Result<never>;
        }
        const facts: AuditFact[] = [];
        const context: CommandContext = {
          writer,
          dialect: database.dialect,
          command,
          circumstances: { now: executedAt, actor: command.actor, commandId: command.id, nextId: newId },
          record: (...more) => void facts.push(...more),
          touch: (...topics) => {
            for (const topic of topics) touched.add(topic);
          },
          unitOfWork() {
            // Loaded or not, by chance: a definition that forgets to ask for it fails always.
            if (definition.unitOfWork !== true) throw new Error(`${definition.type} does not ask for a unit of work`);
            return database.unitOfWork(writer);
          },
        };
        const outcome = await definition.run(parsed.data, context);
        if (outcome.outcome === 'refused') throw new Refused(outcome.refusal);
        await tellPeople(context, facts);
        await markForReconciling(context, facts);
        await appendEvents(writer, facts, { actor: command.actor, at: executedAt, commandId: command.id });
        await insertRows(writer, 'command_record', [recordOf(outcome)]);
        return outcome;
      });
      if (touched.size > 0) committed([...touched]);
      return result;
    } catch (error) {
      if (!(error instanceof Refused)) {
        // Another console may have executed the same command at this moment; then its record stood in the way of ours.
        const first = isDuplicate(error) ? await recordedResult(database, command.id, fingerprint) : null;
        if (first !== null) return first as Result<never>;
        throw error;
      }
      const result = { outcome: 'refused' as const, refusal: error.refusal };
      if (error.refusal.code === 'command.idReused') return result;
      return ((await rememberRefusal(database, recordOf(result))) ?? result) as Result<never>;
    }
  };
}

const recordOfCommand = prepared((reader, id: CommandId) =>
  reader.selectFrom('command_record').selectAll().where('id', '=', id),
);

/**
 * A refused command stays refused under its id, whatever has changed since: to try again is a new command.
 * Answers with the recorded result when another console has executed the same command meanwhile: that came first.
 */
async function rememberRefusal(
  database: Database,
  record: Parameters<typeof insertRows<'command_record'>>[2][number],
): Promise<Result<unknown> | null> {
  try {
    return await database.transaction(async (writer) => {
      const [known] = await recordOfCommand(writer, record.id);
      if (known === undefined) {
        await insertRows(writer, 'command_record', [record]);
        return null;
      }
      const { fingerprint, result } = fromRow('command_record', known);
      return fingerprint === record.fingerprint ? (result as unknown as Result<unknown>) : null;
    });
  } catch (error) {
    const first = isDuplicate(error) ? await recordedResult(database, record.id, record.fingerprint) : null;
    if (first === null) throw error;
    return first;
  }
}

async function recordedResult(database: Database, id: CommandId, fingerprint: string): Promise<Result<unknown> | null> {
  const [row] = await recordOfCommand(database.read, id);
  if (row === undefined) return null;
  const record = fromRow('command_record', row);
  return record.fingerprint === fingerprint ? (record.result as unknown as Result<unknown>) : null;
}

/** A unique key was taken: SQLSTATE 23505 of Postgres. SQLite lets in one transaction at a time, so its commands never meet. */
function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '23505';
}

function idReused(command: Command): Refusal {
  return {
    code: 'command.idReused',
    message: 'This command id was used for something else before; nothing was changed.',
    data: { commandId: command.id },
  };
}

function fingerprintOf(command: Command, payload: unknown): string {
  const text = canonicalize([command.type, command.actor, payload]) ?? '';
  return createHash('sha256').update(text).digest('hex');
}

/** The wall clock. */
export function wallClock(): Instant {
  return instant(Date.now());
}
