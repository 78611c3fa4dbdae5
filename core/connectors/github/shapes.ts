/** What this connector reads of GitHub's answers, and nothing more of them. Source: GitHub's OpenAPI description. */
import { z } from 'zod';

/** Ids are int64: the client gives those past 2^53 as bigint. */
const id = z.union([z.number().int(), z.bigint()]).transform(String);

export const anything = z.unknown();
export const user = z.object({ id, login: z.string().min(1), name: z.string().nullish() });
export const users = z.array(user);
export const organization = z.object({ id, login: z.string().min(1) });
export const membership = z.object({ state: z.enum(['active', 'pending']), role: z.string(), user: user.nullable() });
export const team = z.object({
  id,
  slug: z.string().min(1),
  name: z.string().min(1),
  description: z.string().nullish(),
  parent: z.object({ id, name: z.string() }).nullish(),
});
export const teams = z.array(team);
export const teamMembers = z.array(user.extend({ inherited: z.boolean().optional() }));
export const teamMembership = z.object({ state: z.enum(['active', 'pending']), role: z.string() });
export const invitation = z.object({
  id,
  login: z.string().nullable(),
  email: z.string().nullable(),
  created_at: z.string(),
  failed_at: z.string().nullish(),
  failed_reason: z.string().nullish(),
});
export const invitations = z.array(invitation);

export type User = z.output<typeof user>;
export type Team = z.output<typeof team>;
export type Invitation = z.output<typeof invitation>;
export type Membership = z.output<typeof membership>;
