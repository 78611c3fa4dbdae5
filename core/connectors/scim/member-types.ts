/**
 * What of a server has members: its groups, and the resource types of its own whose schema has `members`
 * (RFC 7643 sections 6 and 7). Where the schemas cannot be read, the resources themselves tell.
 */
import type { Failure } from '#core/connectors/connector.ts';
import { needsPerson } from '../failures.ts';
import type { ResourceType, ScimContext } from './context.ts';
import { groupsEndpoint } from './entitlement-ids.ts';
import { showsSomebody } from './proofs.ts';
import { schemas } from './resources.ts';
import { resourceTypesOf, schemasOf } from './service.ts';

export interface MemberType {
  readonly endpoint: string;
  /** What one of them is called, in lower case: `group`, `cost center`. */
  readonly kind: string;
}

const groups: MemberType = { endpoint: groupsEndpoint, kind: 'group' };
const ownEndpoints = ['/users', '/groups'];
const ownSchemas: readonly string[] = [schemas.user, schemas.group].map((id) => id.toLowerCase());

/** Groups first, then the others by their endpoint, so that a discovery meets them in the same order each time. */
export async function memberTypesOf(
  context: ScimContext,
  signal: AbortSignal,
): Promise<readonly MemberType[] | Failure> {
  const types = await resourceTypesOf(context, signal);
  if ('kind' in types) return types;
  const others = types
    .filter(
      ({ endpoint, schema }) =>
        !ownEndpoints.includes(endpoint.toLowerCase()) && !ownSchemas.includes(schema.toLowerCase()),
    )
    .toSorted((one, other) => (one.endpoint < other.endpoint ? -1 : 1));
  const found = new Map<string, MemberType>([[groups.endpoint, groups]]);
  for (const type of others) {
    const has = await hasMembers(context, type, signal);
    if (typeof has === 'object') return has;
    if (has) found.set(type.endpoint, { endpoint: type.endpoint, kind: kindOf(type.name) });
  }
  return [...found.values()];
}

async function hasMembers(context: ScimContext, type: ResourceType, signal: AbortSignal): Promise<boolean | Failure> {
  const known = await schemasOf(context, signal);
  if ('kind' in known) return known;
  const schema = known.get(type.schema.toLowerCase());
  if (schema !== undefined) return schema.some(({ name }) => name.toLowerCase() === 'members');
  const members = { endpoint: type.endpoint, attribute: 'members', id: '', holder: 'entitlement' } as const;
  const shown = await showsSomebody(context, members, signal);
  return typeof shown === 'object' && shown.kind === 'needsPerson' ? notShown(type, shown) : shown;
}

/** To go on without them would look as if nobody were in any of them any more. */
function notShown({ name, endpoint }: ResourceType, failure: Failure): Failure {
  return needsPerson(
    `The server has a resource type ${name} and does not let Gatehouse list ${endpoint}. ${failure.message}`,
  );
}

function kindOf(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
}
