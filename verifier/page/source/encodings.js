/**
 * Bytes as hex, base64 and UTF-8, and integers as bytes. Protocol 14.
 *
 * The one fact: whatever is read must be the one encoding of its value, or null comes back and the caller refuses.
 */

import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';

export { bytesToHex, concatBytes, hexToBytes };

// The last digit before a `=` has bits to spare, which are 0 in the one encoding.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param {string} text */
export function utf8(text) {
  return ENCODER.encode(text);
}

/**
 * The text, null when it is no UTF-8.
 * @param {Uint8Array} data
 */
export function readUtf8(data) {
  try {
    return DECODER.decode(data);
  } catch {
    return null;
  }
}

/** @param {Uint8Array} data */
export function toBase64(data) {
  let text = '';
  for (let at = 0; at < data.length; at += 0x8000) {
    text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/**
 * The bytes, null unless the text is standard base64 with padding and the only such text for them.
 * @param {unknown} text
 * @returns {Uint8Array | null}
 */
export function fromBase64(text) {
  if (typeof text !== 'string' || !BASE64.test(text)) return null;
  const raw = atob(text);
  const data = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) data[at] = raw.charCodeAt(at);
  return data;
}

/** @param {Uint8Array} data big-endian */
export function toInteger(data) {
  return data.length === 0 ? 0n : BigInt(`0x${bytesToHex(data)}`);
}

/**
 * @param {bigint} value from 0, below 256^length
 * @param {number} length
 */
export function fromInteger(value, length) {
  return hexToBytes(value.toString(16).padStart(2 * length, '0'));
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export function equalBytes(left, right) {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** Characters as a person counts them, not UTF-16 units. @param {string} text */
export function lengthOf(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
