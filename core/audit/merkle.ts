/**
 * A Merkle tree that only grows, hashed as RFC 9162 section 2.1.1 says. Its frontier (the roots of the
 * complete subtrees, the largest first) is all that is needed to go on.
 */
import { createHash } from 'node:crypto';

/** The empty tree's root: the hash of nothing. */
const emptyRoot = createHash('sha256').digest('hex');

/** The frontier after `leaves` (hex) are added to a tree of `size` leaves. */
export function extendFrontier(
  frontier: readonly string[],
  size: number,
  leaves: readonly string[],
): readonly string[] {
  const roots = [...frontier];
  let count = size;
  for (const leaf of leaves) {
    let root = hash(0x00, leaf);
    // Every trailing one bit of the count is a complete subtree as large as the one that is growing.
    for (let bits = count; bits % 2 === 1; bits = Math.floor(bits / 2)) root = hash(0x01, roots.pop() ?? '', root);
    roots.push(root);
    count += 1;
  }
  return roots;
}

/** The root over everything in a frontier, hex. */
export function rootOf(frontier: readonly string[]): string {
  if (frontier.length === 0) return emptyRoot;
  return frontier.reduceRight((right, left) => hash(0x01, left, right));
}

function hash(prefix: number, ...parts: readonly string[]): string {
  const digest = createHash('sha256').update(Uint8Array.of(prefix));
  for (const part of parts) digest.update(part, 'hex');
  return digest.digest('hex');
}
