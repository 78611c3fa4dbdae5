/**
 * What every part of the connector works with while a connection is open, and what it has learned of the server
 * meanwhile. Nothing of it is an effect's state: it is what an empty answer of this server is worth.
 */
import type { ScimClient } from './client.ts';

/** What the server was seen to do in this connection. An empty answer counts only where a full one was seen. */
export interface SeenOfServer {
  /** By endpoint and attribute, e.g. `/Groups members`: single resources were seen to show values of it. */
  readonly shown: Set<string>;
  /** By the same: the filter for a value found somebody, and did not find somebody who cannot exist. */
  readonly filtered: Set<string>;
}

/** The ServiceProviderConfig (RFC 7643 section 5). Null: the server does not say. */
export interface ScimFeatures {
  /** There is such a page at all. */
  readonly told: boolean;
  /** It takes PATCH (RFC 7644 section 3.5.2). */
  readonly patches: boolean | null;
  /** It answers filters (RFC 7644 section 3.4.2.2). */
  readonly filters: boolean | null;
  /** It pages by cursor (RFC 9865 section 4). */
  readonly cursors: boolean;
}

/** One of the server's resource types (RFC 7643 section 6). */
export interface ResourceType {
  readonly name: string;
  /** Below the base URL, starting with a slash. */
  readonly endpoint: string;
  readonly schema: string;
  readonly extensions: readonly string[];
}

/** What the server's schemas (RFC 7643 section 7) say of a multi-valued attribute of one of its resources. */
export interface ListAttribute {
  readonly name: string;
  /** Its values are plain texts instead of objects with a `value`. */
  readonly plain: boolean;
  /** The values a client can give it, where the server names them. */
  readonly offered: readonly string[];
  /** A resource that is asked for shows its values (`returned` of RFC 7643 section 2.2). */
  readonly returned: boolean;
}

/** The multi-valued attributes of each schema the server tells of, by the schema's id in lower case. */
export type ScimSchemas = ReadonlyMap<string, readonly ListAttribute[]>;

/** What the server says of itself, each null until it was asked. */
export interface ScimService {
  features: ScimFeatures | null;
  types: readonly ResourceType[] | null;
  schemas: ScimSchemas | null;
}

export interface ScimContext {
  readonly client: ScimClient;
  readonly pageSize: number;
  readonly seen: SeenOfServer;
  readonly service: ScimService;
}

export function nothingSeen(): SeenOfServer {
  return { shown: new Set(), filtered: new Set() };
}

export function nothingAsked(): ScimService {
  return { features: null, types: null, schemas: null };
}
