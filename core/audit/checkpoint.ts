/**
 * Checkpoints of the trail: a signed statement over all events so far. What is cut off at the end or
 * changed anywhere before no longer fits the last one. A checkpoint proves nothing about events after it,
 * and an unsigned one (no keychain on this machine) only shows accidents.
 */
import canonicalize from 'canonicalize';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { defineCommand, onlySystem } from '#core/commands/command-definition.ts';
import { done, GatehouseError } from '#core/domain/errors.ts';
import type { Instant } from '#core/domain/instant.ts';
import { fromRow, type Reader, type Rows } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import type { SecretStore } from '#core/secrets/secret-store.ts';
import { extendFrontier, rootOf } from './merkle.ts';

type Checkpoint = Rows['audit_checkpoint'];
const eventsAtATime = 5_000;
const keyName = 'audit:signing-key';

/** `audit.seal`: a checkpoint over every event so far, unless the last one says so already. */
export function sealTrail(key: KeyObject | null) {
  return defineCommand({
    type: 'audit.seal',
    payload: z.object({}),
    async run(_payload, context) {
      const allowed = onlySystem(context);
      if (allowed.outcome === 'refused') return allowed;
      const { writer, circumstances } = context;
      const last = await lastCheckpoint(writer);
      const { frontier, size } = await grow(writer, last?.frontier ?? [], last?.sequence ?? 0);
      if (size === (last?.sequence ?? 0)) return done({ sequence: size });
      const statement = { sequence: size, at: circumstances.now, root: rootOf(frontier) };
      await insertRows(writer, 'audit_checkpoint', [
        {
          ...statement,
          frontier,
          signature: key === null ? null : sign(null, bytesOf(statement), key).toString('base64'),
          publicKey:
            key === null ? null : createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
        },
      ]);
      return done({ sequence: size });
    },
  });
}

/** The key of this machine, made and kept in the keychain at first use; null where there is no keychain. */
export async function signingKey(secrets: SecretStore): Promise<KeyObject | null> {
  if (!(await secrets.availability()).available) return null;
  try {
    const held = await secrets.read(keyName);
    if (held?.['privateKey'] !== undefined)
      return createPrivateKey({ key: Buffer.from(held['privateKey'], 'base64'), type: 'pkcs8', format: 'der' });
    const { privateKey } = generateKeyPairSync('ed25519');
    await secrets.write(keyName, {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    });
    return privateKey;
  } catch (error) {
    // A keychain that was locked meanwhile: the checkpoint is made without a signature and says so.
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}

export type CheckpointFinding =
  | { readonly kind: 'none' }
  | { readonly kind: 'holds'; readonly sequence: number; readonly at: Instant; readonly signed: boolean }
  | {
      readonly kind: 'broken';
      readonly sequence: number;
      readonly reason: 'eventsMissing' | 'eventsChanged' | 'signatureWrong';
    };

/** Holds the trail against its last checkpoint, reading every event again. */
export async function verifyCheckpoint(reader: Reader): Promise<CheckpointFinding> {
  const last = await lastCheckpoint(reader);
  if (last === null) return { kind: 'none' };
  const { sequence, at, root, signature, publicKey } = last;
  const { frontier, size } = await grow(reader, [], 0, sequence);
  if (size < sequence) return { kind: 'broken', sequence, reason: 'eventsMissing' };
  if (rootOf(frontier) !== root) return { kind: 'broken', sequence, reason: 'eventsChanged' };
  if (signature === null || publicKey === null) return { kind: 'holds', sequence, at, signed: false };
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
  const valid = verify(null, bytesOf({ sequence, at, root }), key, Buffer.from(signature, 'base64'));
  return valid ? { kind: 'holds', sequence, at, signed: true } : { kind: 'broken', sequence, reason: 'signatureWrong' };
}

async function lastCheckpoint(reader: Reader): Promise<Checkpoint | null> {
  const row = await reader
    .selectFrom('audit_checkpoint')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : fromRow('audit_checkpoint', row);
}

/** Adds the events after `size`, up to `end`, to a tree. The sequence has no gaps, so an event's number is its place. */
async function grow(reader: Reader, start: readonly string[], from: number, end = Number.MAX_SAFE_INTEGER) {
  let frontier = start;
  let size = from;
  for (;;) {
    const events = await reader
      .selectFrom('audit_event')
      .select(['sequence', 'hash'])
      .where('sequence', '>', size)
      .where('sequence', '<=', end)
      .orderBy('sequence')
      .limit(eventsAtATime)
      .execute();
    const unbroken = events.findIndex((event, index) => event.sequence !== size + index + 1);
    const usable = unbroken === -1 ? events : events.slice(0, unbroken);
    frontier = extendFrontier(
      frontier,
      size,
      usable.map((event) => event.hash),
    );
    size += usable.length;
    if (usable.length < eventsAtATime) return { frontier, size };
  }
}

function bytesOf(statement: { readonly sequence: number; readonly at: Instant; readonly root: string }): Buffer {
  return Buffer.from(canonicalize(statement) ?? '', 'utf8');
}
