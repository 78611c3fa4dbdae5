/** ServiceNow for tests: its Table API as documented, for one table whose records are searched by an encoded query. */
import { playServer, type GivenAnswer, type PlayedServer, type ReceivedCall } from './http-server.ts';

export type ServiceNowRecord = Record<string, string>;

export interface ServiceNowServer extends PlayedServer {
  readonly records: ServiceNowRecord[];
}

export const serviceNowAccount = { username: 'gatehouse', password: 'service-now-password' } as const;

export async function startServiceNowServer(table = 'incident'): Promise<ServiceNowServer> {
  const records: ServiceNowRecord[] = [];
  const authorization = `Basic ${Buffer.from(`${serviceNowAccount.username}:${serviceNowAccount.password}`).toString('base64')}`;
  const error = (status: number, message: string, detail: string): GivenAnswer => ({
    status,
    body: { error: { message, detail }, status: 'failure' },
  });

  function answer({ method, url, headers, body }: ReceivedCall): GivenAnswer {
    if (headers.authorization !== authorization)
      return error(401, 'User Not Authenticated', 'Required to provide Auth information');
    if (url.pathname !== `/api/now/table/${table}`) return error(400, 'Invalid table', url.pathname);
    if (method === 'POST') {
      const number = `INC${String(records.length + 1).padStart(7, '0')}`;
      const record = {
        ...(JSON.parse(body) as ServiceNowRecord),
        sys_id: `sys-${records.length + 1}`,
        number,
        state: '1',
      };
      records.push(record);
      return { status: 201, body: { result: record } };
    }
    const wanted = new Map(
      (url.searchParams.get('sysparm_query') ?? '')
        .split('^')
        .filter((part) => part !== '')
        .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const),
    );
    const fields = url.searchParams.get('sysparm_fields')?.split(',') ?? null;
    const result = records
      .filter((record) => [...wanted].every(([name, value]) => record[name] === value))
      .slice(0, Number(url.searchParams.get('sysparm_limit') ?? 10_000))
      .map((record) =>
        fields === null ? record : Object.fromEntries(fields.map((name) => [name, record[name] ?? ''] as const)),
      );
    return { status: 200, body: { result } };
  }
  return { ...(await playServer(answer)), records };
}
