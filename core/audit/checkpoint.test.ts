import { generateKeyPairSync } from 'node:crypto';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { appendEvents } from '#core/audit/append-events.ts';
import { sealTrail, signingKey, verifyCheckpoint } from '#core/audit/checkpoint.ts';
import { extendFrontier, rootOf } from '#core/audit/merkle.ts';
import { newId, type CommandId } from '#core/domain/ids.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';

const system = { kind: 'system', part: 'setup' } as const;

async function addEvents({ database, clock }: TestWorkspace, count: number): Promise<void> {
  await database.transaction((writer) =>
    appendEvents(
      writer,
      Array.from({ length: count }, (_, index) => ({
        type: 'connection.tested' as const,
        requestId: null,
        itemId: null,
        data: { index },
      })),
      { actor: system, at: clock.now(), commandId: newId<CommandId>() },
    ),
  );
}

async function seal(workspace: TestWorkspace, key = generateKeyPairSync('ed25519').privateKey) {
  const result = await workspace.execute(sealTrail(key), {
    id: newId<CommandId>(),
    payload: {},
    actor: system,
    issuedAt: workspace.clock.now(),
    basedOn: null,
  });
  expect(result.outcome).toBe('done');
}

it('grows into the same root whatever the steps', () => {
  const leaves = Array.from({ length: 37 }, (_, index) => index.toString(16).padStart(64, '0'));
  const whole = rootOf(extendFrontier([], 0, leaves));
  for (const cut of [1, 2, 7, 16, 31, 36]) {
    const first = extendFrontier([], 0, leaves.slice(0, cut));
    expect(rootOf(extendFrontier(first, cut, leaves.slice(cut)))).toBe(whole);
  }
  expect(rootOf(extendFrontier([], 0, leaves.slice(0, 36)))).not.toBe(whole);
});

it('hashes as RFC 9162 does', () => {
  // The tree of the single empty leaf, and the empty tree, from the RFC's definition.
  expect(rootOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(rootOf(extendFrontier([], 0, ['']))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
});

it('keeps one signing key in the keychain, and has none without a keychain', async () => {
  const secrets = createMemorySecretStore();
  const first = await signingKey(secrets);
  const again = await signingKey(secrets);
  expect(first?.export({ type: 'pkcs8', format: 'pem' })).toBe(again?.export({ type: 'pkcs8', format: 'pem' }));
  expect(
    await signingKey({ ...secrets, availability: async () => ({ available: false, message: 'none' }) }),
  ).toBeNull();
});

describeEachDatabase('checkpoints', (open, dialect) => {
  it('says nothing without one, holds with one, and covers what came later with the next', async () => {
    const workspace = await open();
    expect(await verifyCheckpoint(workspace.database.read)).toEqual({ kind: 'none' });
    await addEvents(workspace, 5);
    await seal(workspace);
    await addEvents(workspace, 8);
    expect(await verifyCheckpoint(workspace.database.read)).toMatchObject({ kind: 'holds', sequence: 5, signed: true });
    await seal(workspace);
    await seal(workspace);
    expect(await verifyCheckpoint(workspace.database.read)).toMatchObject({
      kind: 'holds',
      sequence: 13,
      signed: true,
    });
    const { count } = await workspace.database.read
      .selectFrom('audit_checkpoint')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(2);
  });

  it('finds events that were cut off, changed, or signed by another', async () => {
    const workspace = await open();
    await addEvents(workspace, 6);
    await seal(workspace);
    const tamper = async (statement: ReturnType<typeof sql>) => {
      await workspace.database.transaction(async (writer) => {
        if (dialect === 'postgres') await sql`alter table audit_event disable trigger all`.execute(writer);
        else {
          await sql`drop trigger if exists audit_event_no_update`.execute(writer);
          await sql`drop trigger if exists audit_event_no_delete`.execute(writer);
        }
        await statement.execute(writer);
      });
    };
    await tamper(sql`update audit_checkpoint set signature = ${Buffer.alloc(64).toString('base64')}`);
    expect(await verifyCheckpoint(workspace.database.read)).toMatchObject({ kind: 'broken', reason: 'signatureWrong' });
    await tamper(sql`update audit_event set hash = ${'0'.repeat(64)} where sequence = 3`);
    expect(await verifyCheckpoint(workspace.database.read)).toMatchObject({ kind: 'broken', reason: 'eventsChanged' });
    await tamper(sql`delete from audit_event where sequence = 6`);
    expect(await verifyCheckpoint(workspace.database.read)).toMatchObject({ kind: 'broken', reason: 'eventsMissing' });
  });
});
