/** Ways to fill a request from what others hold, and the bundles (roles) that administrators maintain for it. */
import { z } from 'zod';
import type { AccessRoleId, ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import { procedure } from './procedure.ts';
import {
  commandIdSchema,
  idSchema,
  namedSchema,
  personSchema,
  resultSchema,
  riskSchema,
  searchSchema,
  textSchema,
} from './schemas.ts';

/** An entitlement as a line of a draft needs it. */
export const requestableSchema = z.object({
  id: idSchema<EntitlementId>(),
  name: z.string(),
  kind: z.string(),
  risk: riskSchema,
  application: namedSchema<ApplicationId>(),
  maximumDurationMinutes: z.number().int().nullable(),
});
export type Requestable = z.output<typeof requestableSchema>;

export const proposedLineSchema = z.object({
  entitlement: requestableSchema,
  /** Only what is `missing` is proposed; the others are shown so that nobody wonders where they are. */
  standing: z.enum(['missing', 'held', 'pending', 'notRequestable']),
  /** The number of the open request that asks for it already. */
  pendingIn: z.number().int().nullable(),
  /** The colleague holds it for a time only. */
  temporary: z.boolean(),
  /** How many of a job title's holders hold it, 0 to 1; null where that is not the question. */
  share: z.number().min(0).max(1).nullable(),
});
export type ProposedLine = z.output<typeof proposedLineSchema>;

export const fillingSchema = z.object({
  /** By beneficiary, in the order they were asked about. */
  people: z.array(
    z.object({
      person: personSchema,
      /** False: the viewer may not see what this person, or the colleague, holds; then only what is missing is named. */
      comparable: z.boolean(),
      lines: z.array(proposedLineSchema),
      /** What only this person holds: removals that are possible, never proposed by themselves. */
      onlyTheirs: z.array(requestableSchema),
    }),
  ),
  /** How many people the proposal rests on: a job title's active holders without the beneficiaries; null where that is not the question. */
  restsOn: z.number().int().nullable(),
});
export type Filling = z.output<typeof fillingSchema>;

const forPeople = z.object({ beneficiaryIds: z.array(idSchema<EmployeeId>()).min(1).max(200) });

export const fillingContract = {
  /** What a colleague holds and the beneficiaries lack. */
  likePerson: procedure.input(forPeople.extend({ employeeId: idSchema<EmployeeId>() })).output(fillingSchema),
  /** What at least `threshold` percent of the active holders of a job title hold without an end. */
  likeJobTitle: procedure
    .input(
      forPeople.extend({ jobTitle: textSchema(200).min(1), threshold: z.number().int().min(0).max(100).default(80) }),
    )
    .output(fillingSchema),
  likeRole: procedure.input(forPeople.extend({ accessRoleId: idSchema<AccessRoleId>() })).output(fillingSchema),
  /** Job titles of people who work here, the most frequent first. */
  jobTitles: procedure
    .input(z.object({ search: searchSchema }))
    .output(z.object({ rows: z.array(z.object({ jobTitle: z.string(), holders: z.number().int() })) })),
};

export const accessRoleSchema = z.object({
  id: idSchema<AccessRoleId>(),
  name: z.string(),
  description: z.string().nullable(),
  state: z.enum(['active', 'inactive']),
  version: z.number().int(),
  entitlements: z.array(requestableSchema.extend({ status: z.enum(['active', 'gone']) })),
});
export type AccessRoleView = z.output<typeof accessRoleSchema>;

export const accessRoleFields = z.object({
  name: textSchema(120).min(1),
  description: textSchema(1000).nullable().default(null),
  entitlementIds: z.array(idSchema<EntitlementId>()).min(1).max(500),
});

export const accessRolesContract = {
  /** By name. Inactive ones are for whoever maintains them. */
  list: procedure
    .input(z.object({ search: searchSchema, includeInactive: z.boolean().default(false) }))
    .output(z.object({ rows: z.array(accessRoleSchema), mayMaintain: z.boolean() })),
  /** Makes a role, or changes the one with this id. */
  save: procedure
    .input(
      accessRoleFields.extend({
        commandId: commandIdSchema,
        accessRoleId: idSchema<AccessRoleId>().nullable().default(null),
        /** The version that was looked at; 0 for a new one. */
        version: z.number().int().default(0),
      }),
    )
    .output(resultSchema(z.object({ accessRoleId: idSchema<AccessRoleId>(), version: z.number().int() }))),
  /** An inactive role is not offered any more; what was asked for through it stays. */
  setState: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        accessRoleId: idSchema<AccessRoleId>(),
        version: z.number().int(),
        state: z.enum(['active', 'inactive']),
      }),
    )
    .output(resultSchema(z.object({ accessRoleId: idSchema<AccessRoleId>(), version: z.number().int() }))),
};
