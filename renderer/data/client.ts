/**
 * The one client of the engine: `client` for calls, `orpc` for TanStack Query options and keys.
 * Lives in `data/` (not `app/`), because features import it and must not import the app that mounts them.
 */
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { Contract } from '#core/contract/index.ts';
import { connection } from './connection.ts';

export type Client = ContractRouterClient<Contract>;

/** Calls wait for the connection, so that a screen opened while reconnecting loads by itself afterwards. */
export const client: Client = createORPCClient({
  call: (path, input, options) => connection.call(path, input, options),
});

/** Query and mutation options per procedure, e.g. `useQuery(orpc.requests.get.queryOptions({ input: { requestId } }))`. */
export const orpc = createTanstackQueryUtils(client);
