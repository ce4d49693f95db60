/**
 * pins.json: what whoever verifies has pinned. docs/certificate.md.
 *
 * The one fact: pins are all the trust there is, so what would weaken itself is refused whole.
 */

import { parseCertificate } from './certificates.js';
import { bytesToHex } from './encodings.js';
import { hasExactly } from './envelope.js';
import { LOG_KEY, parseNoteKey, WITNESS_KEY } from './note.js';
import { refuse } from './refusal.js';

const MAX_WITNESSES = 50;

/** @typedef {{logKey: string, authorityRoot: string, witnesses: string[], threshold: number}} Pins */

/**
 * Read the text of pins.json. 1. Log key and root, perhaps witnesses and a threshold, and nothing else. 2. All keys are
 * well formed, and none stands there twice. 3. No more are wanted than are pinned.
 * @param {string} text
 * @returns {Pins}
 */
export function parsePins(text) {
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    return refuse('pins', 'expected JSON');
  }
  const known = ['log_key', 'authority_root', 'witnesses', 'threshold'];
  const isObject = read !== null && typeof read === 'object' && !Array.isArray(read);
  if (!isObject || Object.keys(read).some((name) => !known.includes(name))) { // 1
    return refuse('pins', 'expected log_key and authority_root, perhaps witnesses and threshold');
  }
  const witnesses = read.witnesses ?? [], threshold = read.threshold ?? 0;
  const areWitnesses = Array.isArray(witnesses) && witnesses.length <= MAX_WITNESSES
    && witnesses.every((one) => hasExactly(one, ['name', 'key']) && typeof one.key === 'string' && one.key.split('+')[0] === one.name);
  if (!areWitnesses || !Number.isSafeInteger(threshold)) refuse('pins', 'expected witnesses with name and key, and a threshold');
  const keys = witnesses.map((/** @type {any} */ one) => one.key);
  return checkPins({ logKey: read.log_key, authorityRoot: read.authority_root, witnesses: keys, threshold });
}

/** Whether two pins trust the same: log key, root, witnesses, threshold. @param {Pins} one @param {Pins} other */
export function areSamePins(one, other) {
  const [told, expected] = [one, other].map(({ logKey, authorityRoot, witnesses, threshold }) =>
    JSON.stringify([logKey, parseCertificate(authorityRoot).fingerprint, [...witnesses].sort(), threshold]));
  return told === expected;
}

/** The text of a pins.json with these pins. @param {Pins} pins */
export function encodePins({ logKey, authorityRoot, witnesses, threshold }) {
  const named = witnesses.map((key) => ({ name: key.split('+')[0], key }));
  return `${JSON.stringify({ log_key: logKey, authority_root: authorityRoot, witnesses: named, threshold }, null, 2)}\n`;
}

/** The pins themselves when all are well formed. @param {Pins} pins */
export function checkPins(pins) {
  if (typeof pins.logKey !== 'string' || typeof pins.authorityRoot !== 'string') {
    refuse('pins', 'expected the log key and the root certificate as texts');
  }
  parseCertificate(pins.authorityRoot);
  const keys = [parseNoteKey(pins.logKey, LOG_KEY), ...pins.witnesses.map((text) => parseNoteKey(text, WITNESS_KEY))]; // 2
  if (new Set(keys.map(({ key }) => bytesToHex(key))).size !== keys.length) refuse('pins', 'a key is pinned twice');
  if (pins.threshold < 0 || pins.threshold > pins.witnesses.length) { // 3
    refuse('pins', `a threshold of ${pins.threshold} with ${pins.witnesses.length} witnesses`);
  }
  return pins;
}
