/**
 * The Fiat-Shamir transcript. Protocol 12, 14.
 *
 * The one fact: an item is a 4-byte length, its label, a 4-byte length, its bytes, so no two sequences of items hash
 * alike.
 */

import { sha512 } from '@noble/hashes/sha2.js';

import { fromInteger, hexToBytes, toInteger, utf8 } from './encodings.js';
import { B, encodeScalar, G, H, ORDER } from './group.js';

/** @typedef {import('./group.js').MaybePoint} MaybePoint */

/** A running SHA-512 over labelled items; challenges are absorbed like anything else. */
export class Transcript {
  /** @param {string} kind */
  constructor(kind) {
    this.hash = sha512.create();
    this.absorb('protocol', utf8('sealsum/v1'));
    this.absorb('kind', utf8(kind));
    this.absorbPoint('generator/B', B);
    this.absorbPoint('generator/G', G);
    this.absorbPoint('generator/H', H);
  }

  /**
   * @param {string} label
   * @param {Uint8Array} data
   */
  absorb(label, data) {
    const name = utf8(label);
    this.hash.update(fromInteger(BigInt(name.length), 4)).update(name);
    this.hash.update(fromInteger(BigInt(data.length), 4)).update(data);
  }

  /**
   * @param {string} label
   * @param {MaybePoint} point
   */
  absorbPoint(label, point) {
    this.absorb(label, point === null ? new Uint8Array(0) : hexToBytes(point.hex));
  }

  /**
   * @param {string} label
   * @param {number} value
   */
  absorbInteger(label, value) {
    this.absorb(label, utf8(String(value)));
  }

  /** @param {string} label */
  challenge(label) {
    for (;;) {
      const digest = this.hash.clone().digest();
      const value = toInteger(digest) % ORDER;
      this.absorb(label, value === 0n ? digest : encodeScalar(value));
      if (value !== 0n) return value;
    }
  }
}

/**
 * What every proof is bound to: its kind, the signer, the statement's core id, and further ids and numbers in order.
 * @param {string} kind
 * @param {string} signer
 * @param {string} coreId
 * @param {...string} context
 */
export function proofTranscript(kind, signer, coreId, ...context) {
  const transcript = new Transcript(kind);
  transcript.absorb('signer', hexToBytes(signer));
  transcript.absorb('core', hexToBytes(coreId));
  for (const item of context) transcript.absorb('context', utf8(item));
  return transcript;
}
