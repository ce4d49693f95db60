/**
 * The generators that carry the bits of range proofs. Protocol 14.
 *
 * The one fact: they are the same for every proof, so in a batch each is multiplied once.
 */

import { sha512 } from '@noble/hashes/sha2.js';

import { concatBytes, hexToBytes } from './encodings.js';
import { makeGenerator } from './group.js';

/** @typedef {import('./group.js').Point} Point */

export const LONGEST = 256;

/** @type {Map<string, Point[]>} */
const made = new Map();

/**
 * @param {'G' | 'H'} side
 * @returns {Point[]} range/SIDE/0 to range/SIDE/255
 */
export function vectorGenerators(side) {
  let found = made.get(side);
  if (found === undefined) {
    found = Array.from({ length: LONGEST }, (_, index) => makeGenerator(`range/${side}/${index}`));
    made.set(side, found);
  }
  return found;
}

/** @type {Map<number, Uint8Array>} */
const digests = new Map();

/**
 * SHA-512 of the first generators of both sides, g first.
 * @param {number} length
 */
export function generatorsDigest(length) {
  let digest = digests.get(length);
  if (digest === undefined) {
    const points = [...vectorGenerators('G').slice(0, length), ...vectorGenerators('H').slice(0, length)];
    digest = sha512(concatBytes(...points.map((point) => hexToBytes(point.hex))));
    digests.set(length, digest);
  }
  return digest;
}
