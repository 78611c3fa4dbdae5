/**
 * What every part of the connector works with while a connection is open, and what it has learned of the server
 * meanwhile. Nothing of it is an effect's state: it is what an empty answer of this server is worth.
 */
import type { ScimClient } from './client.ts';

/** What the server was seen to do in this connection. An empty answer counts only where a full one was seen. */
export interface SeenOfServer {
  /** By endpoint and attribute, e.g. `/Groups members`: single resources were seen to show values of it. */
  readonly shown: Set<string>;
  /** By endpoint: the filter for a member found somebody, and did not find somebody who cannot exist. */
  readonly memberFilter: Set<string>;
}

/** What the server says of itself (RFC 7643 sections 5 and 6). */
export interface ScimService {
  /** Whether it takes PATCH (RFC 7644 section 3.5.2); null: it does not say. */
  readonly patches: boolean | null;
  /** It pages by cursor (RFC 9865 section 4). */
  readonly cursors: boolean;
  /** Users have the attributes of the enterprise extension (RFC 7643 section 4.3). */
  readonly enterprise: boolean;
}

export interface ScimContext {
  readonly client: ScimClient;
  readonly pageSize: number;
  readonly seen: SeenOfServer;
  /** What the server says of itself; null until it was asked. */
  readonly service: { known: ScimService | null };
}

export function nothingSeen(): SeenOfServer {
  return { shown: new Set(), memberFilter: new Set() };
}
