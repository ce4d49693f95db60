/**
 * Signed notes and checkpoints: what the log signs (golang.org/x/mod/sumdb/note, C2SP signed-note, tlog-checkpoint).
 *
 * The one fact: a note may carry signatures of others, which are ignored; the log's own one must be there and hold.
 * Protocol 14, "Statements".
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { bytesToHex, concatBytes, fromBase64, lengthOf, toBase64, utf8 } from './encodings.js';
import { refuse } from './refusal.js';

/** @typedef {{name: string, hash: string, key: Uint8Array}} NoteKey */
/** @typedef {{origin: string, size: bigint, root: Uint8Array, time: bigint | null}} Checkpoint */

export const LOG_KEY = 1, WITNESS_KEY = 4;
export const MAX_TIME = 2n ** 63n - 1n;
const NOTE_LIMIT = 65536, MAX_SIGNATURES = 100;
const NAME = /^[^\p{C}\p{Z}+]+$/u;
const DASH = '—';

/**
 * Read name+hash+base64; `type` is the byte before the 32 bytes of an Ed25519 key.
 * @param {string} text
 * @param {number} type
 * @returns {NoteKey}
 */
export function parseNoteKey(text, type) {
  const [name, hash, ...rest] = text.split('+');
  const key = fromBase64(rest.join('+'));
  if (rest.length === 0 || !NAME.test(name) || key === null || key.length !== 33 || key[0] !== type) {
    return refuse('key', 'expected a key as name+hash+base64, of Ed25519');
  }
  const found = bytesToHex(sha256(concatBytes(utf8(`${name}\n`), key)).subarray(0, 4));
  if (found !== hash) refuse('key', `the hash in the key of ${name} is not that of the key`);
  return { name, hash, key: key.subarray(1) };
}

/**
 * A note's text and its signatures as [name, bytes], none checked. 1. At most 64 KiB of text without control
 * characters. 2. A blank line, then 1 to 100 well-formed signature lines.
 * @param {string} note
 * @returns {{text: string, signatures: [string, Uint8Array][]}}
 */
export function splitNote(note) {
  // eslint-disable-next-line no-control-regex
  if (lengthOf(note) > NOTE_LIMIT || /[\0-\x09\x0b-\x1f]/.test(note) || !note.isWellFormed()) {
    refuse('note', `expected at most ${NOTE_LIMIT} characters of text without control characters`); // 1
  }
  const at = note.lastIndexOf('\n\n'), lines = note.slice(at + 2).split('\n');
  if (at < 0 || lines.pop() !== '' || lines.length < 1 || lines.length > MAX_SIGNATURES) {
    refuse('note', `expected a blank line and 1 to ${MAX_SIGNATURES} signature lines at the end`); // 2
  }
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * @param {string} line
 * @returns {[string, Uint8Array]}
 */
function parseSignatureLine(line) {
  const parts = line.split(' '), data = fromBase64(parts[2]);
  if (parts.length !== 3 || parts[0] !== DASH || !NAME.test(parts[1]) || data === null || data.length < 5) {
    return refuse('note', 'expected a signature line: em dash, name, base64');
  }
  return [parts[1], data];
}

/**
 * The signatures that name this key, without the four bytes that do.
 * @param {[string, Uint8Array][]} signatures
 * @param {NoteKey} key
 */
export function signaturesBy(signatures, key) {
  return signatures
    .filter(([name, data]) => name === key.name && bytesToHex(data.subarray(0, 4)) === key.hash)
    .map(([, data]) => data.subarray(4));
}

/**
 * Whether an Ed25519 signature holds, as RFC 8032 has it.
 * @param {Uint8Array} signature
 * @param {string} message
 * @param {NoteKey} key
 */
export function isSigned(signature, message, key) {
  try {
    return signature.length === 64 && ed25519.verify(signature, utf8(message), key.key, { zip215: false });
  } catch {
    return false; // no point, or s of the order or more
  }
}

/**
 * Origin, size, root in base64, then perhaps `time SECONDS`; nothing else.
 * @param {string} text
 * @returns {Checkpoint}
 */
export function parseCheckpoint(text) {
  const lines = text.split('\n'), digits = /^(0|[1-9][0-9]{0,18})$/;
  if (![4, 5].includes(lines.length) || lines[lines.length - 1] !== '') {
    refuse('checkpoint', 'expected a checkpoint of three lines: origin, size, root; and perhaps a time');
  }
  const [origin, size] = lines, root = fromBase64(lines[2]);
  const time = lines.length === 5 ? /^time (.*)$/.exec(lines[3]) : null;
  const numbers = lines.length === 5 ? [size, time?.[1] ?? ''] : [size];
  if (!NAME.test(origin) || root === null || root.length !== 32 || toBase64(root) !== lines[2]) {
    return refuse('checkpoint', 'expected an origin without spaces and a root of 32 bytes in base64');
  }
  if (numbers.some((number) => !digits.test(number) || BigInt(number) > MAX_TIME)) {
    return refuse('checkpoint', 'expected size and time in decimal digits, below 2^63');
  }
  return { origin, size: BigInt(size), root, time: time === null ? null : BigInt(time[1]) };
}

/**
 * Refusal unless exactly one signature is by this key, it holds, and the checkpoint is of the log of that name.
 * @param {string} note
 * @param {string} logKey
 */
export function checkCheckpoint(note, logKey) {
  const key = parseNoteKey(logKey, LOG_KEY), { text, signatures } = splitNote(note);
  const own = signaturesBy(signatures, key);
  if (own.length !== 1) refuse('checkpoint', `expected one signature by ${key.name} with this key, found ${own.length}`);
  if (!isSigned(own[0], text, key)) refuse('checkpoint', `the signature by ${key.name} does not belong to this checkpoint`);
  const { origin } = parseCheckpoint(text);
  if (origin !== key.name) refuse('checkpoint', `expected a checkpoint of the log ${key.name}, found one of ${origin}`);
}
