/**
 * What the server says of itself: its ServiceProviderConfig (RFC 7643 section 5), its resource types (section 6) and its
 * schemas (section 7). Each is asked for once in a connection, when it is first needed. Where a server has none of it,
 * nothing is taken for granted.
 */
import type { Failure } from '#core/connectors/connector.ts';
import type { ListAttribute, ResourceType, ScimContext, ScimFeatures, ScimSchemas } from './context.ts';
import { endpointOf } from './entitlement-ids.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';
import { listOf } from './paging.ts';
import { schemas } from './resources.ts';

/** What the connector can do with the server. Asking fails only where asking again later may tell. */
export async function featuresOf(context: ScimContext, signal: AbortSignal): Promise<ScimFeatures | Failure> {
  if (context.service.features !== null) return context.service.features;
  const config = await ask(context, '/ServiceProviderConfig', signal);
  if (config.kind !== 'told') return config;
  const features = featuresIn(config.body);
  context.service.features = features;
  return features;
}

/** The server says that it has none of it. Where it does not say, or cannot be asked now, trying tells. */
export async function declines(
  context: ScimContext,
  feature: 'patches' | 'filters',
  signal: AbortSignal,
): Promise<boolean> {
  const features = await featuresOf(context, signal);
  return !('kind' in features) && features[feature] === false;
}

/** The server's resource types; none where it does not tell. */
export async function resourceTypesOf(
  context: ScimContext,
  signal: AbortSignal,
): Promise<readonly ResourceType[] | Failure> {
  if (context.service.types !== null) return context.service.types;
  const answer = await ask(context, '/ResourceTypes', signal);
  if (answer.kind !== 'told') return answer;
  const types = (listOf(answer.body)?.resources ?? []).flatMap((entry) => typeIn(entry, context.client.baseUrl) ?? []);
  context.service.types = types;
  return types;
}

export async function schemasOf(context: ScimContext, signal: AbortSignal): Promise<ScimSchemas | Failure> {
  if (context.service.schemas !== null) return context.service.schemas;
  const answer = await ask(context, '/Schemas', signal);
  if (answer.kind !== 'told') return answer;
  const known = new Map(
    (listOf(answer.body)?.resources ?? []).flatMap((schema): [string, readonly ListAttribute[]][] => {
      const id = textOf(attribute(schema, 'id'));
      return id === null ? [] : [[id.toLowerCase(), objectsIn(schema, 'attributes').flatMap(listAttributeIn)]];
    }),
  );
  context.service.schemas = known;
  return known;
}

/** Users of the server have the attributes of the enterprise extension (RFC 7643 section 4.3). */
export async function hasEnterpriseUsers(context: ScimContext, signal: AbortSignal): Promise<boolean | Failure> {
  const types = await resourceTypesOf(context, signal);
  if ('kind' in types) return types;
  return types.some(
    (type) => same(type.schema, schemas.user) && type.extensions.some((id) => same(id, schemas.enterprise)),
  );
}

/** What the server says of a list of a resource; null: nothing. */
export async function listAttributeOf(
  context: ScimContext,
  schema: string,
  name: string,
  signal: AbortSignal,
): Promise<ListAttribute | null | Failure> {
  const known = await schemasOf(context, signal);
  if ('kind' in known) return known;
  return known.get(schema.toLowerCase())?.find((entry) => same(entry.name, name)) ?? null;
}

type Told = { readonly kind: 'told'; readonly body: JsonObject | null };

/**
 * A server may keep these pages to itself; a fault of the moment, or a credential it does not accept, says nothing of it,
 * and whatever is asked next would meet the same. A web page in their place is
 * either one's moment or what the server has for every address it does not know, so it is asked for twice.
 */
async function ask(context: ScimContext, path: string, signal: AbortSignal): Promise<Told | Failure> {
  let answer = await context.client.send({ method: 'GET', path }, signal);
  if (!answer.ok && answer.isPage === true) answer = await context.client.send({ method: 'GET', path }, signal);
  if (answer.ok) return { kind: 'told', body: answer.body };
  const passes = answer.failure.kind === 'retryable' || answer.status === 401;
  return answer.isPage !== true && passes ? answer.failure : { kind: 'told', body: null };
}

export function featuresIn(config: JsonObject | null): ScimFeatures {
  const pagination = config === null ? undefined : attribute(config, 'pagination');
  return {
    told: config !== null,
    patches: supported(config, 'patch'),
    filters: supported(config, 'filter'),
    cursors: isObject(pagination) && attribute(pagination, 'cursor') === true,
  };
}

function supported(config: JsonObject | null, feature: string): boolean | null {
  const entry = config === null ? undefined : attribute(config, feature);
  const value = isObject(entry) ? attribute(entry, 'supported') : undefined;
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : null;
}

function same(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function objectsIn(object: JsonObject, name: string): readonly JsonObject[] {
  const value = attribute(object, name);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Null for one that says too little, or whose endpoint is not below the base URL. */
function typeIn(entry: JsonObject, baseUrl: string): ResourceType | null {
  const name = textOf(attribute(entry, 'name')) ?? textOf(attribute(entry, 'id'));
  const schema = textOf(attribute(entry, 'schema'));
  const written = textOf(attribute(entry, 'endpoint')) ?? '';
  // Some write the whole address, or leave the slash out.
  const path = written.startsWith(`${baseUrl}/`) ? written.slice(baseUrl.length) : written.replace(/^\/*/, '/');
  const endpoint = endpointOf(path);
  if (name === null || schema === null || endpoint === null) return null;
  const extensions = objectsIn(entry, 'schemaExtensions').flatMap((one) => textOf(attribute(one, 'schema')) ?? []);
  return { name, endpoint, schema, extensions };
}

/** Empty for an attribute that is no list. */
function listAttributeIn(entry: JsonObject): readonly ListAttribute[] {
  const name = textOf(attribute(entry, 'name'));
  if (name === null || attribute(entry, 'multiValued') !== true) return [];
  const plain = textOf(attribute(entry, 'type'))?.toLowerCase() !== 'complex';
  const value = plain
    ? entry
    : objectsIn(entry, 'subAttributes').find((one) => same(textOf(attribute(one, 'name')), 'value'));
  const canonical = value === undefined ? [] : attribute(value, 'canonicalValues');
  const offered = Array.isArray(canonical) ? canonical.flatMap((one) => textOf(one) ?? []) : [];
  const returned = textOf(attribute(entry, 'returned'))?.toLowerCase() ?? 'default';
  return [{ name, plain, offered, returned: returned !== 'never' }];
}
