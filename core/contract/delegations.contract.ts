/** Out of office: who is away, who decides meanwhile, and when. */
import { z } from 'zod';
import type { DelegationId, EmployeeId } from '#core/domain/ids.ts';
import { procedure } from './procedure.ts';
import { commandIdSchema, idSchema, instantSchema, personSchema, resultSchema, textSchema } from './schemas.ts';

export const delegationSchema = z.object({
  /** Who is away; null: whoever asks. Only an administrator names somebody else. */
  delegatorId: idSchema<EmployeeId>().nullable().default(null),
  delegateId: idSchema<EmployeeId>(),
  /** Null: from now on. */
  startsAt: instantSchema.nullable().default(null),
  /** Null: until it is ended by hand. */
  endsAt: instantSchema.nullable().default(null),
  note: textSchema(500).nullable().default(null),
});

export const delegationRowSchema = z.object({
  id: idSchema<DelegationId>(),
  delegator: personSchema,
  delegate: personSchema,
  startsAt: instantSchema,
  endsAt: instantSchema.nullable(),
  state: z.enum(['planned', 'active', 'ended']),
  note: z.string().nullable(),
  mayEnd: z.boolean(),
});
export type DelegationRow = z.output<typeof delegationRowSchema>;

const states = z.enum(['planned', 'active', 'ended']);

export const delegationsContract = {
  /** Absences of a person (left out: mine), and those in which they stand in for others. The latest first, at most 50 of each. */
  list: procedure
    .input(z.object({ employeeId: idSchema<EmployeeId>().nullable().default(null) }))
    .output(z.object({ away: z.array(delegationRowSchema), standingIn: z.array(delegationRowSchema) })),
  create: procedure
    .input(delegationSchema.extend({ commandId: commandIdSchema }))
    .output(resultSchema(z.object({ delegationId: idSchema<DelegationId>(), state: states }))),
  /** Ends one that has begun, or withdraws one that has not. */
  end: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        delegationId: idSchema<DelegationId>(),
        reason: textSchema(500).nullable().default(null),
      }),
    )
    .output(resultSchema(z.object({}))),
};
