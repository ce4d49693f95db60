/**
 * Canonical JSON (RFC 8785) without floats: the one byte string that a statement's payload may be. Protocol 14.
 *
 * The one fact: `parseCanonical` accepts exactly what `encodeCanonical` writes.
 */

import { readUtf8 } from './encodings.js';
import { refuse } from './refusal.js';

const MAX_DEPTH = 32;

/**
 * Write null, boolean, whole number, text, list or object as canonical JSON.
 * @param {any} value
 * @returns {string}
 */
export function encodeCanonical(value) {
  if (typeof value === 'string') {
    // JSON.stringify would write a lone surrogate as an escape, which UTF-8 has no bytes for.
    if (!value.isWellFormed()) refuse('encoding', 'expected Unicode text without lone surrogates');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) refuse('encoding', 'expected whole numbers within ±(2^53 - 1)');
    return String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(encodeCanonical).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${encodeCanonical(name)}:${encodeCanonical(value[name])}`).join(',')}}`;
}

/**
 * Read canonical JSON; Refusal unless all of this holds. 1. UTF-8. 2. At most 32 deep, at most `maxItems` commas and
 * brackets outside the texts. 3. JSON. 4. Encoding it again gives the same bytes: no key twice, no float, no space.
 * @param {Uint8Array} data
 * @param {number} [maxItems]
 */
export function parseCanonical(data, maxItems = Infinity) {
  const value = readJson(data, maxItems); // 1, 2, 3
  if (encodeCanonical(value) !== readUtf8(data)) {
    refuse('encoding', 'expected canonical JSON (RFC 8785); encoding it again gives other bytes'); // 4
  }
  return value;
}

/**
 * Points 1 to 3 of `parseCanonical`.
 * @param {Uint8Array} data
 * @param {number} [maxItems]
 */
export function readJson(data, maxItems = Infinity) {
  const text = readUtf8(data);
  if (text === null) refuse('encoding', 'expected UTF-8'); // 1
  checkStructure(data, maxItems); // 2
  return parseJson(/** @type {string} */ (text)); // 3
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('encoding', 'expected JSON');
  }
}

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, LIST = 0x5b, LIST_END = 0x5d, OBJECT = 0x7b, OBJECT_END = 0x7d;

/**
 * @param {Uint8Array} data
 * @param {number} maxItems
 */
function checkStructure(data, maxItems) {
  let depth = 0, items = 0, inText = false;
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === COMMA) items += 1;
    else if (byte === LIST || byte === OBJECT) {
      items += 1;
      depth += 1;
      if (depth > MAX_DEPTH) refuse('encoding', `expected JSON nested at most ${MAX_DEPTH} deep`);
    } else if (byte === LIST_END || byte === OBJECT_END) depth -= 1;
  }
  if (items > maxItems) refuse('encoding', `expected JSON of at most ${maxItems} items`);
}
