/** An engine process as the shell starts one: opens the workspace in the given folder, serves the contract on a port, and answers the first page of requests. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { MessageChannel } from 'node:worker_threads';
import type { Contract } from '#core/contract/index.ts';
import { openWorkspace } from '#core/host.ts';
import { silentLog } from '#core/log.ts';
import { createRouter } from '#core/procedures/router.ts';
import { servePort } from '#core/transports/message-port.ts';
import { createSession } from '#core/transports/sessions.ts';

const [, , directory = ''] = process.argv;
const workspace = await openWorkspace({ directory });
const administrator = await workspace.database.read
  .selectFrom('role_assignment')
  .select('employee_id')
  .where('role', '=', 'administrator')
  .executeTakeFirstOrThrow();
const session = createSession(() => null);
session.signIn(administrator.employee_id);

const { port1, port2 } = new MessageChannel();
servePort(port1, { workspace, router: createRouter(), session, log: silentLog() });
const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port2 }));
port2.start();
const page = await client.requests.list({ scope: 'visible', status: 'all' });

const { user, system } = process.cpuUsage();
const told = {
  answered: page.rows.length,
  processSeconds: (user + system) / 1e6,
  wallSeconds: performance.now() / 1000,
};
process.stdout.write(`${JSON.stringify(told)}\n`);
port2.close();
await workspace.close();
