/**
 * What the server says of itself: its ServiceProviderConfig (RFC 7643 section 5) and its resource types (section 6).
 * Both are asked for once in a connection. Where a server has none of it, nothing is taken for granted.
 */
import type { Failure } from '#core/connectors/connector.ts';
import type { ScimContext, ScimService } from './context.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';
import { listOf } from './paging.ts';
import { schemas } from './resources.ts';

/** @returns the failure only where asking again later may tell */
export async function serviceOf(context: ScimContext, signal: AbortSignal): Promise<ScimService | Failure> {
  if (context.service.known !== null) return context.service.known;
  const config = await context.client.send({ method: 'GET', path: '/ServiceProviderConfig' }, signal);
  if (!config.ok && isPassing(config.failure)) return config.failure;
  const types = await context.client.send({ method: 'GET', path: '/ResourceTypes' }, signal);
  if (!types.ok && isPassing(types.failure)) return types.failure;
  const known = {
    patches: config.ok ? supported(config.body, 'patch') : null,
    cursors: config.ok && pagesByCursor(config.body),
    enterprise: types.ok && hasExtension(types.body, schemas.user, schemas.enterprise),
  };
  context.service.known = known;
  return known;
}

/** A server may keep these pages to itself; only a fault of the moment says nothing of it. */
function isPassing(failure: Failure): boolean {
  return failure.kind === 'retryable';
}

function supported(config: JsonObject | null, feature: string): boolean | null {
  const entry = config === null ? undefined : attribute(config, feature);
  const value = isObject(entry) ? attribute(entry, 'supported') : undefined;
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : null;
}

function pagesByCursor(config: JsonObject | null): boolean {
  const pagination = config === null ? undefined : attribute(config, 'pagination');
  return isObject(pagination) && attribute(pagination, 'cursor') === true;
}

function hasExtension(types: JsonObject | null, schema: string, extension: string): boolean {
  const same = (value: unknown, wanted: string): boolean => textOf(value)?.toLowerCase() === wanted.toLowerCase();
  return (listOf(types)?.resources ?? [])
    .filter((type) => same(attribute(type, 'schema'), schema))
    .flatMap((type) => {
      const extensions = attribute(type, 'schemaExtensions');
      return Array.isArray(extensions) ? extensions.filter(isObject) : [];
    })
    .some((entry) => same(attribute(entry, 'schema'), extension));
}
