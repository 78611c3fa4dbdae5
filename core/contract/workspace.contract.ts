/** The workspace itself and who is signed in to it. */
import { z } from 'zod';
import { roles } from '#core/domain/directory.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { procedure } from './procedure.ts';
import {
  commandIdSchema,
  idSchema,
  pageInputSchema,
  pageSchema,
  personSchema,
  resultSchema,
  searchSchema,
  textSchema,
} from './schemas.ts';

export const workspaceStatusSchema = z.object({
  /** `new`: nothing in it yet, the first start offers the sample organisation or an own workspace. */
  state: z.enum(['new', 'ready']),
  name: z.string().nullable(),
  kind: z.enum(['sample', 'own']).nullable(),
  /** `choose`: no proof of identity, people pick who they are, and the console says so. `operator`: only the person who set it up. */
  signIn: z.enum(['choose', 'operator']).nullable(),
  operator: personSchema.nullable(),
  version: z.string(),
  database: z.enum(['sqlite', 'postgres']),
  /** Whether secrets can be kept on this machine; `message` says exactly what is missing otherwise. */
  keychain: z.object({ available: z.boolean(), message: z.string() }),
});
export type WorkspaceStatus = z.output<typeof workspaceStatusSchema>;

export const operatorSchema = z.object({
  person: personSchema,
  roles: z.array(z.enum(roles)),
  /** Names of applications this person owns, first or second. */
  ownsApplications: z.number().int(),
  managesPeople: z.number().int(),
});
export type Operator = z.output<typeof operatorSchema>;

export const workspaceContract = {
  status: procedure.output(workspaceStatusSchema),
  createSample: procedure
    .input(z.object({ commandId: commandIdSchema }))
    .output(resultSchema(z.object({ employees: z.number() }))),
  createOwn: procedure
    .input(
      z.object({
        commandId: commandIdSchema,
        organisation: textSchema(120).min(1),
        fullName: textSchema(200).min(1),
        workEmail: z.email().max(320),
      }),
    )
    .output(resultSchema(z.object({ employeeId: idSchema<EmployeeId>() }))),
};

export const sessionContract = {
  /** Who may be chosen at sign-in: administrators first, then owners and managers, then everybody by name. */
  choices: procedure.input(pageInputSchema.extend({ search: searchSchema })).output(pageSchema(operatorSchema)),
  /** Who is signed in on this connection's session; null: nobody. */
  current: procedure.output(operatorSchema.nullable()),
  signIn: procedure.input(z.object({ employeeId: idSchema<EmployeeId>() })).output(resultSchema(operatorSchema)),
  signOut: procedure.output(z.object({})),
  /** A one-time address for another window of this console with its own session; null where windows are the shell's business. */
  windowLink: procedure.output(z.object({ url: z.string().nullable() })),
};
