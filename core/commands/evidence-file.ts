/** A file as evidence: what it is by its content, its hash for the trail, and a name that is harmless everywhere. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { evidenceFileProblem, maximumEvidenceBytes } from '#core/contract/evidence-file.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import type { FulfillmentTaskId } from '#core/domain/ids.ts';
import type { EvidenceFile } from '#core/domain/request.ts';
import type { Reader, Writer } from '#core/persistence/tables.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

export const evidencePayloadSchema = z.object({
  name: z.string().max(1000),
  /** The content in base64: a command is plain data. */
  content: z.base64().max(Math.ceil(maximumEvidenceBytes / 3) * 4),
});
export type EvidencePayload = z.output<typeof evidencePayloadSchema>;

/** What the trail says of the file; a refusal when it is of no kind that is taken. */
export function describeEvidence({ name, content }: EvidencePayload): Result<EvidenceFile> {
  const bytes = Buffer.from(content, 'base64');
  const problem = evidenceFileProblem({ name, size: bytes.length });
  if (problem !== null) return refuse('fulfillment.evidenceInvalid', problem);
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === null)
    return refuse(
      'fulfillment.evidenceInvalid',
      'Only PDF files, pictures (PNG or JPEG) and plain text are taken as evidence. This file is none of them, whatever its name says.',
    );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return done({ name: plainName(name), mediaType, bytes: bytes.length, sha256 });
}

const beginnings: readonly (readonly [mediaType: string, bytes: readonly number[]])[] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
];

/** By its first bytes; text when all of it is UTF-8 without the control characters that no text has. */
function mediaTypeOf(bytes: Uint8Array): string | null {
  const known = beginnings.find(([, start]) => start.every((byte, index) => bytes[index] === byte));
  if (known !== undefined) return known[0];
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : 'text/plain';
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** The last part of a path, without what a file system or a reader could stumble over. */
function plainName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const plain = last
    .replaceAll(/[\p{C}<>:"|?*]/gu, '')
    .replace(/^[.\s]+/, '')
    .trim();
  return plain === '' ? 'evidence' : plain.slice(0, 120);
}

export async function storeEvidence(
  writer: Writer,
  fulfillmentTaskId: FulfillmentTaskId,
  { content }: EvidencePayload,
): Promise<void> {
  await insertRows(writer, 'evidence_content', [{ fulfillmentTaskId, content }]);
}

/** The content as it was left; null when there is none. */
export async function readEvidence(
  reader: Reader,
  fulfillmentTaskId: FulfillmentTaskId,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const row = await reader
    .selectFrom('evidence_content')
    .select('content')
    .where('fulfillment_task_id', '=', fulfillmentTaskId)
    .executeTakeFirst();
  return row === undefined ? null : new Uint8Array(Buffer.from(row.content, 'base64'));
}
