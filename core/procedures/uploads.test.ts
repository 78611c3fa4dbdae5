/** A file from a window to the directory over both carriers: as large as it is, and gone whatever becomes of the window. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { RouterClient } from '@orpc/server';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import { uploadPieceBytes } from '#core/contract/import-file.ts';
import { imported } from '#core/directory/import/import-testbed.ts';
import { openWorkspace, type OpenWorkspace } from '#core/host.ts';
import { silentLog } from '#core/log.ts';
import { openLoopbackConsole } from '#core/testing/loopback-console.ts';
import { serveLoopback, type LoopbackServer } from '#core/transports/loopback-server.ts';
import { servePort } from '#core/transports/message-port.ts';
import { createSession } from '#core/transports/sessions.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Session } from '#core/workspace.ts';
import { chooseAnyone, commandId, errorOf } from './callers.ts';
import { createRouter } from './router.ts';

type Client = RouterClient<ReturnType<typeof createRouter>>;

interface Window {
  readonly client: Client;
  close(): void;
}

const log = silentLog();
const router = createRouter();
let directory: string;
let workspace: OpenWorkspace;
let server: LoopbackServer;
let people: ReadonlyMap<string, EmployeeId>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-sent-'));
  const forgotten = join(directory, 'uploads', 'before.1.part');
  mkdirSync(join(directory, 'uploads'));
  writeFileSync(forgotten, 'abc');
  utimesSync(forgotten, 0, 0);
  workspace = await openWorkspace({ directory, runtime: false });
  if (existsSync(forgotten)) throw new Error('What a killed process left is still there.');
  const text = 'work_email,roles\ngrace@example.com,Administrator\nada@example.com,\n';
  await imported({ ...workspace, clock: workspace }, 'employees', text);
  await workspace.database.transaction((writer) => writeWorkspaceSettings(writer, chooseAnyone));
  const rows = await workspace.database.read.selectFrom('employee').select(['id', 'work_email']).execute();
  people = new Map(rows.map((row) => [row.work_email, row.id]));
  server = await serveLoopback({ workspace, router, log, rendererDirectory: directory });
});

afterAll(async () => {
  await server.close();
  await workspace.close();
  rmSync(directory, { recursive: true });
});

const left = (): readonly string[] => readdirSync(join(directory, 'uploads'));

/** A window on a port, where `email` is signed in. */
function onPort(email: string, session: Session = createSession(() => null)): Window {
  session.signIn(people.get(email)!);
  const { port1, port2 } = new MessageChannel();
  servePort(port2, { workspace, router, session, log });
  const client: Client = createORPCClient(new RPCLink({ port: port1 }));
  port1.start();
  return { client, close: () => port1.close() };
}

async function onWebSocket(): Promise<Window> {
  const window = await openLoopbackConsole(server.link());
  await window.client.session.signIn({ employeeId: people.get('grace@example.com')! });
  return window;
}

/** Announces a file and sends it as the console does, up to `end`. */
async function send({ client }: Window, file: File, end = file.size) {
  const call = await client.directory.upload({ name: file.name, size: file.size });
  const first = await call.next();
  if (first.done === true) throw new Error('No file was announced.');
  const { uploadId } = first.value;
  for (let offset = 0; offset < end;) {
    const piece = new File([file.slice(offset, offset + uploadPieceBytes)], 'piece');
    const sent = await client.directory.sendPiece({ uploadId, offset, piece });
    if (sent.outcome === 'refused') throw new Error(sent.refusal.message);
    offset = sent.value.received;
  }
  return { uploadId, end: () => call.return?.() };
}

const asEmployees = { kind: 'employees', mode: 'acceptGood' } as const;

describe.each<[string, () => Window | Promise<Window>]>([
  ['a MessagePort', () => onPort('grace@example.com')],
  ['a loopback WebSocket', onWebSocket],
])('a file sent over %s', (carrier, open) => {
  it('is imported when it is whole, once, and nothing of it stays', async () => {
    const window = await open();
    // Too long a value rejects its row: much of the file is read, and little of it is written.
    const rows = Array.from({ length: 2 }, (_, row) => `${row}@example.com,${'x'.repeat(uploadPieceBytes)}\n`);
    const file = new File(['work_email,title\n', ...rows, `${carrier.length}@new.example,Clerk\n`], 'people.csv');
    const { uploadId, end } = await send(window, file);
    const result = await window.client.directory.import({ ...asEmployees, commandId: commandId(), uploadId });
    expect(result).toMatchObject({ outcome: 'done', value: { report: { created: 1, rejected: rows.length } } });
    expect(left()).toEqual([]);
    expect(await window.client.directory.import({ ...asEmployees, commandId: commandId(), uploadId })).toMatchObject({
      refusal: { code: 'upload.notFound' },
    });
    await end();
    window.close();
  });

  it('goes with the call that announced it, and with its window', async () => {
    const window = await open();
    const file = new File(['work_email\n', 'x'.repeat(uploadPieceBytes)], 'people.csv');
    const given = await send(window, file, 1);
    expect(left()).toHaveLength(1);
    await given.end();
    await vi.waitFor(() => expect(left()).toEqual([]));
    const { uploadId } = await send(window, file, 1);
    expect(left()).toHaveLength(1);
    window.close();
    await vi.waitFor(() => expect(left()).toEqual([]));
    const next = await open();
    const piece = new File(['x'], 'piece');
    expect(await next.client.directory.sendPiece({ uploadId, offset: uploadPieceBytes, piece })).toMatchObject({
      refusal: { code: 'upload.notFound' },
    });
    next.close();
  });
});

it('may be larger than any message', async () => {
  const window = await onWebSocket();
  const part = randomBytes(100_000);
  const file = new File(Array.from<typeof part>({ length: 600 }).fill(part), 'people.csv');
  const { end } = await send(window, file);
  const [name = ''] = left();
  const sent = readFileSync(join(directory, 'uploads', name));
  expect(sent.length).toBe(60_000_000);
  for (let offset = 0; offset < sent.length; offset += part.length)
    if (sent.compare(part, 0, part.length, offset, offset + part.length) !== 0) throw new Error(`Spoilt at ${offset}`);
  await end();
  window.close();
  await vi.waitFor(() => expect(left()).toEqual([]));
});

it('is for administrators, who are asked again with every piece and at the import', async () => {
  const session = createSession(() => null);
  const window = onPort('grace@example.com', session);
  const file = new File(['work_email\nnew@example.com\n'], 'people.csv');
  const { uploadId } = await send(window, file);
  session.signIn(people.get('ada@example.com')!);
  const refused = { refusal: { code: 'access.notAllowed' } };
  const piece = new File(['x'], 'piece');
  expect(await errorOf(window.client.directory.upload({ name: 'a.csv', size: 1 }))).toMatchObject({
    data: { code: 'access.notAllowed' },
  });
  expect(await window.client.directory.sendPiece({ uploadId, offset: 0, piece })).toMatchObject(refused);
  const asNew = { ...asEmployees, uploadId };
  expect(await window.client.directory.import({ ...asNew, commandId: commandId() })).toMatchObject(refused);
  const tooLarge = new File(['x'.repeat(uploadPieceBytes + 1)], 'piece');
  expect(await errorOf(window.client.directory.sendPiece({ uploadId, offset: 0, piece: tooLarge }))).toMatchObject({
    code: 'BAD_REQUEST',
  });
  window.close();
});
