/** Merkle trees as transparency logs hash them: RFC 9162, 2.1.3.2. Protocol 14. */

import { sha256 } from '@noble/hashes/sha2.js';

import { bytesToHex, concatBytes, equalBytes } from './encodings.js';
import { refuse } from './refusal.js';

const LEAF = new Uint8Array([0]), NODE = new Uint8Array([1]);

/** @param {Uint8Array} data */
export function leafHash(data) {
  return sha256(concatBytes(LEAF, data));
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
function nodeHash(left, right) {
  return sha256(concatBytes(NODE, left, right));
}

/**
 * Refusal unless the proof leads from the leaf at `index` to the root of the tree of `size` leaves.
 * @param {Uint8Array} leaf
 * @param {number} index
 * @param {bigint} size
 * @param {Uint8Array[]} proof
 * @param {Uint8Array} root
 */
export function checkInclusion(leaf, index, size, proof, root) {
  let node = BigInt(index), last = size - 1n, current = leaf;
  if (node >= size) refuse('inclusion', `expected an index below the tree size ${size}, found ${index}`);
  for (const step of proof) {
    if (last === 0n) refuse('inclusion', 'the inclusion proof is longer than the tree is high');
    if ((node & 1n) === 1n || node === last) {
      current = nodeHash(step, current);
      while ((node & 1n) === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else current = nodeHash(current, step);
    node >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) refuse('inclusion', 'the inclusion proof is shorter than the tree is high');
  if (!equalBytes(current, root)) {
    refuse('inclusion', `the proof of leaf ${index} leads to ${bytesToHex(current)}, not to the root ${bytesToHex(root)}`);
  }
}
