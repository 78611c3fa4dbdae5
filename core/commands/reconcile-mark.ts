/**
 * Whether reviews have to be compared with the organisation, because something changed that says who reviews. Kept
 * in the workspace, in the transaction that changed it, so that a crash loses nothing and any console sees to it.
 */
import type { AuditEventType, AuditFact } from '#core/domain/audit.ts';
import { prepared } from '#core/persistence/prepared.ts';
import { fromRow, type Reader } from '#core/persistence/tables.ts';
import type { CommandContext } from './command-definition.ts';

const name = 'reviews.reconcile';

/** What may change who reviews, who works here, or what may be given. */
const changing: readonly AuditEventType[] = [
  'directory.imported',
  'application.changed',
  'discovery.completed',
  'reviewerGroup.changed',
  'reviewSettings.changed',
  'entitlement.reviewChanged',
  'roles.changed',
  'policy.changed',
  'conflictRule.created',
  'conflictRule.changed',
];

/** Asks for the comparison when one of the facts may have changed who reviews. */
export async function markForReconciling(
  { writer, circumstances }: Pick<CommandContext, 'writer' | 'circumstances'>,
  facts: readonly AuditFact[],
): Promise<void> {
  if (!facts.some((fact) => changing.includes(fact.type))) return;
  const value = JSON.stringify({ asked: circumstances.commandId });
  await writer
    .insertInto('setting')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** Who asked last, by the command's id; null: nothing has changed since the last comparison. */
export async function readReconcileMark(reader: Reader): Promise<string | null> {
  const [row] = await markRow(reader);
  if (row === undefined) return null;
  return (fromRow('setting', row).value as { readonly asked: string }).asked;
}

/** Done, unless it was asked for again meanwhile. */
export async function endReconciling(writer: CommandContext['writer'], asked: string): Promise<void> {
  if ((await readReconcileMark(writer)) === asked)
    await writer.deleteFrom('setting').where('name', '=', name).execute();
}

const markRow = prepared((reader) => reader.selectFrom('setting').selectAll().where('name', '=', name));
