/** Numbers without gaps: taken inside the transaction that uses them, so a rollback gives them back. */
import { sql } from 'kysely';
import { prepared } from './prepared.ts';
import type { Writer } from './tables.ts';

export type CounterName = 'auditEvent' | 'request';

const take = prepared((writer, name: CounterName, count: number) => {
  const statement = sql<{ value: number }>`
    insert into counter (name, value) values (${name}, ${count})
    on conflict (name) do update set value = counter.value + excluded.value
    returning value`;
  return { compile: () => statement.compile(writer) };
});

/** Takes the next `count` numbers and answers with the last of them. Locks the counter until the transaction ends. */
export async function takeNumbers(writer: Writer, name: CounterName, count: number): Promise<number> {
  const [row] = await take(writer, name, count);
  const value = row?.value;
  if (value === undefined) throw new Error(`The counter ${name} answered nothing`);
  return value;
}
