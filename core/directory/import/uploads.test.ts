/** Files on their way here: whatever a window sends, only what was announced is kept, in its order, and nothing stays behind. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { maximumFileBytes, uploadPieceBytes } from '#core/contract/import-file.ts';
import type { Result } from '#core/domain/errors.ts';
import { newId, type EmployeeId, type UploadId } from '#core/domain/ids.ts';
import type { Uploader, Uploads } from '#core/workspace.ts';
import { openUploads } from './uploads.ts';

const ada: Uploader = { sessionId: 'window of Ada', employeeId: newId<EmployeeId>() };
let directory: string;
let uploads: Uploads;
const left = (): readonly string[] => readdirSync(join(directory, 'uploads'));
const open = (dead: readonly string[] = []) =>
  openUploads({ directory, owner: 'here:1:mark', isDead: (owner) => dead.includes(owner) });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-uploads-'));
  uploads = await open();
});
afterEach(() => rmSync(directory, { recursive: true }));

function valueOf<Value>(result: Result<Value>): Value {
  if (result.outcome === 'refused') throw new Error(result.refusal.message);
  return result.value;
}

async function begin(size: number, by = ada): Promise<UploadId> {
  return valueOf(await uploads.begin(by, { name: 'people.csv', size })).uploadId;
}

const send = (uploadId: UploadId, offset: number, text: string, by = ada) =>
  uploads.append(by, { uploadId, offset, piece: new Blob([text]) });
const codeOf = (result: Result<unknown>) => (result.outcome === 'refused' ? result.refusal.code : 'done');

it('keeps a file of many pieces for its owner alone, hands it over once as often as it is read, and removes it', async () => {
  const text = Array.from({ length: 500 }, (_, line) => `person${line}@example.com\n`).join('');
  const uploadId = await begin(text.length);
  for (let offset = 0; offset < text.length;) {
    ({ received: offset } = valueOf(await send(uploadId, offset, text.slice(offset, offset + 37))));
  }
  const [name = ''] = left();
  expect(statSync(join(directory, 'uploads', name)).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'uploads')).mode & 0o777).toBe(0o700);
  const file = valueOf(await uploads.take(ada, uploadId));
  expect(file.name).toBe('people.csv');
  for (let reading = 0; reading < 2; reading += 1)
    expect((await buffer(file.read() as NodeJS.ReadableStream)).toString()).toBe(text);
  // It is its import's now: the end of the call that sent it, or of another one, leaves it alone.
  await uploads.discard(uploadId);
  expect(left()).toHaveLength(1);
  expect([codeOf(await uploads.take(ada, uploadId)), codeOf(await send(uploadId, text.length, 'x'))]).toEqual([
    'upload.notFound',
    'upload.notFound',
  ]);
  await file.remove();
  expect(left()).toEqual([]);
});

it('takes each piece once and in its order, and the file only as a whole', async () => {
  const uploadId = await begin(6);
  const inOrder = send(uploadId, 0, 'abc');
  // The next one before the answer to this one.
  expect(codeOf(await send(uploadId, 3, 'def'))).toBe('upload.outOfOrder');
  expect(codeOf(await uploads.take(ada, uploadId))).toBe('upload.incomplete');
  expect(valueOf(await inOrder)).toEqual({ received: 3 });
  expect(await send(uploadId, 0, 'abc')).toMatchObject({
    refusal: { code: 'upload.outOfOrder', data: { received: 3 } },
  });
  expect(codeOf(await send(uploadId, 4, 'ef'))).toBe('upload.outOfOrder');
  expect(codeOf(await uploads.take(ada, uploadId))).toBe('upload.incomplete');
  valueOf(await send(uploadId, 3, 'def'));
  const file = valueOf(await uploads.take(ada, uploadId));
  expect((await buffer(file.read() as NodeJS.ReadableStream)).toString()).toBe('abcdef');
});

it('gives nobody else anything of it: not another window, and not another person in the same one', async () => {
  const uploadId = await begin(3);
  const others = [
    { ...ada, sessionId: 'another window' },
    { ...ada, employeeId: newId<EmployeeId>() },
  ];
  for (const other of others) expect(codeOf(await send(uploadId, 0, 'abc', other))).toBe('upload.notFound');
  valueOf(await send(uploadId, 0, 'abc'));
  for (const other of others) expect(codeOf(await uploads.take(other, uploadId))).toBe('upload.notFound');
  expect(codeOf(await send(newId<UploadId>(), 0, 'abc'))).toBe('upload.notFound');
});

it('removes a file of which more comes than was announced, or too much at a time, and announces none that is too large', async () => {
  const short = await begin(3);
  expect(codeOf(await send(short, 0, 'abcd'))).toBe('upload.tooLarge');
  expect(codeOf(await send(short, 0, 'abc'))).toBe('upload.notFound');
  const long = await begin(2 * uploadPieceBytes);
  expect(codeOf(await send(long, 0, 'x'.repeat(uploadPieceBytes + 1)))).toBe('upload.tooLarge');
  expect(left()).toEqual([]);
  expect(codeOf(await uploads.begin(ada, { name: 'a.csv', size: maximumFileBytes + 1 }))).toBe('upload.tooLarge');
});

it('takes two files at a time from a window, and eight in all, also when they are announced in one moment', async () => {
  const announced = (by: Uploader, count: number) =>
    Promise.all(Array.from({ length: count }, () => uploads.begin(by, { name: 'a.csv', size: 1 })));
  const mine = await announced(ada, 3);
  expect(mine.map(codeOf)).toEqual(['done', 'done', 'upload.tooMany']);
  const others = await Promise.all(
    Array.from({ length: 7 }, (_, index) => announced({ ...ada, sessionId: `window ${index}` }, 1)),
  );
  expect(others.flat().map(codeOf).toSorted().join()).toBe([...Array(6).fill('done'), 'upload.tooMany'].join());
  await uploads.discard(valueOf(mine[0]!).uploadId);
  expect(codeOf((await announced(ada, 1))[0]!)).toBe('done');
  await uploads.close();
  expect(left()).toEqual([]);
});

it('removes a file that is given up while a piece is written', async () => {
  const uploadId = await begin(3);
  const sent = send(uploadId, 0, 'abc');
  await uploads.discard(uploadId);
  expect(codeOf(await sent)).toBe('upload.notFound');
  expect(left()).toEqual([]);
});

it('removes at its start what killed processes left, and leaves what others are sending', async () => {
  await begin(3);
  const files = ['dead.1.part', 'unknown.2.part', 'forgotten.3.part'].map((name) => join(directory, 'uploads', name));
  for (const file of files) writeFileSync(file, 'abc');
  utimesSync(files[2]!, 0, 0);
  // The folder may be somebody's own, and what is in it is then not ours, however old.
  const photographs = join(directory, 'uploads', 'photographs.2019.part');
  mkdirSync(photographs);
  const own = [join(directory, 'uploads', 'holiday.jpg'), join(directory, 'uploads', 'notes'), photographs];
  for (const path of own.slice(0, 2)) writeFileSync(path, 'abc');
  for (const path of own) utimesSync(path, 0, 0);
  await open(['dead']);
  expect(files.map(existsSync)).toEqual([false, true, false]);
  expect(own.map(existsSync)).toEqual([true, true, true]);
  for (const path of own) rmSync(path, { recursive: true });
  expect(left()).toHaveLength(2);
});

it('says what keeps a file from being written', async () => {
  rmSync(join(directory, 'uploads'), { recursive: true, force: true });
  writeFileSync(join(directory, 'uploads'), 'no folder');
  // The workspace opens, also then.
  uploads = await open();
  await expect(uploads.begin(ada, { name: 'a.csv', size: 1 })).rejects.toMatchObject({
    code: 'workspace.folder',
    message: expect.stringContaining('Something else has this name. Rename it or move it away.'),
  });
  // It holds no place of those who come after.
  rmSync(join(directory, 'uploads'));
  for (let count = 0; count < 2; count += 1) await begin(1);
});
