/** Writes to a workspace until its disk takes no more, and says what happened. Run as a process of its own, whose disk or file size is limited. */
import { z } from 'zod';
import { defineCommand } from '#core/commands/command-definition.ts';
import { createExecutor, wallClock } from '#core/commands/execute.ts';
import { done, messageOf } from '#core/domain/errors.ts';
import { newId, type CommandId } from '#core/domain/ids.ts';
import { openDatabase } from '#core/persistence/open-database.ts';

export interface Filled {
  /** Commands that were answered with `done`. */
  readonly acknowledged: readonly CommandId[];
  readonly failed: CommandId | null;
  readonly code: string | null;
  readonly message: string | null;
  /** Could it still be read after the fault? */
  readonly rowsRead: number;
}

export const fill = defineCommand({
  type: 'test.fill',
  payload: z.object({ name: z.string(), size: z.number() }),
  async run({ name, size }, context) {
    await context.writer
      .insertInto('setting')
      .values({ name, value: JSON.stringify({ text: 'x'.repeat(size) }) })
      .execute();
    context.record({ type: 'workspace.created', requestId: null, itemId: null, data: { name } });
    return done({ name });
  },
});

async function run(file: string): Promise<Filled> {
  const database = await openDatabase({ kind: 'sqlite', file });
  const execute = createExecutor({ database, now: wallClock, committed: () => undefined });
  const acknowledged: CommandId[] = [];
  for (;;) {
    const id = newId<CommandId>();
    try {
      const payload = { name: `filled-${acknowledged.length}`, size: 60_000 };
      const result = await execute(fill, {
        id,
        payload,
        actor: { kind: 'system', part: 'setup' },
        issuedAt: wallClock(),
        basedOn: null,
      });
      if (result.outcome === 'refused') throw new Error(result.refusal.message);
      acknowledged.push(id);
    } catch (error) {
      const rows = await database.read.selectFrom('setting').select('name').execute();
      return {
        acknowledged,
        failed: id,
        code: (error as { code?: string }).code ?? null,
        message: messageOf(error),
        rowsRead: rows.length,
      };
    }
  }
}

if (import.meta.main) process.stdout.write(JSON.stringify(await run(process.argv[2] ?? '')), () => process.exit(0));
