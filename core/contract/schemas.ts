/**
 * Schemas that several parts of the contract share. Inputs are parsed in the engine before anything
 * else happens; outputs are parsed too, so that nothing leaves the engine by accident.
 */
import { z } from 'zod';
import { refusalCodes, type Refusal } from '#core/domain/errors.ts';
import { riskLevels } from '#core/domain/directory.ts';
import type { Branded, CommandId, EmployeeId } from '#core/domain/ids.ts';
import { instant, type Instant } from '#core/domain/instant.ts';

/** A UUID under a brand: text from outside, the branded id inside. */
export function idSchema<Id extends Branded<string>>(): z.ZodType<Id, string> {
  return z.uuid().transform((text) => text.toLowerCase() as Id);
}

/** An instant with milliseconds in UTC; other offsets are converted. */
export const instantSchema: z.ZodType<Instant, string> = z.iso
  .datetime({ offset: true })
  .transform((text) => instant(text));

export const commandIdSchema = idSchema<CommandId>();

/** What people type: trimmed, without control characters other than line breaks and tabs. */
export function textSchema(maximum: number) {
  return (
    z
      .string()
      .trim()
      .max(maximum)
      // oxlint-disable-next-line no-control-regex -- refusing control characters is the point
      .refine((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text), 'contains control characters')
  );
}

export const refusalSchema: z.ZodType<Refusal, Refusal> = z.object({
  code: z.enum(refusalCodes),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
}) as unknown as z.ZodType<Refusal, Refusal>;

/** The result of a command: done with a value, or refused with a reason the person sees. */
export function resultSchema<Value extends z.ZodType>(value: Value) {
  return z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('done'), value }),
    z.object({ outcome: z.literal('refused'), refusal: refusalSchema }),
  ]);
}

/** Keyset paging: hand `nextCursor` back to get the next page; null means this was the last. */
export const pageInputSchema = z.object({
  cursor: z.string().max(500).nullable().default(null),
  limit: z.number().int().min(1).max(200).default(50),
});

export function pageSchema<Row extends z.ZodType>(row: Row) {
  return z.object({ rows: z.array(row), nextCursor: z.string().nullable() });
}

export const searchSchema = textSchema(200).default('');

export const personSchema = z.object({
  id: idSchema<EmployeeId>(),
  fullName: z.string(),
  workEmail: z.string(),
  jobTitle: z.string().nullable(),
  department: z.string().nullable(),
  status: z.enum(['active', 'left']),
});
export type Person = z.output<typeof personSchema>;

export const termSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('permanent') }),
  z.object({ kind: z.literal('until'), endsAt: instantSchema }),
  z.object({ kind: z.literal('duration'), minutes: z.number().int().min(1).max(5_256_000) }),
]);

export const progressSchema = z.object({
  /** Actions taken and actions needed; `needed` is 0 when nobody had to act (automatic approval). */
  taken: z.number().int().min(0),
  needed: z.number().int().min(0),
  /** taken / needed, within 0 and 1; 1 when nothing is open. */
  fraction: z.number().min(0).max(1),
});
export type ProgressView = z.output<typeof progressSchema>;

export const riskSchema = z.enum(riskLevels);

/** A small named reference. */
export function namedSchema<Id extends Branded<string>>() {
  return z.object({ id: idSchema<Id>(), name: z.string() });
}
