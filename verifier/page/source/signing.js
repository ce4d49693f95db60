/**
 * Signatures of statements and certificates: ECDSA on P-256 with SHA-256.
 *
 * The one fact: the browser's own implementation is used where there is one, @noble/curves elsewhere (a page that is
 * served without TLS has no WebCrypto). Protocol 14, "Envelope".
 */

import { p256 } from '@noble/curves/nist.js';

import { bytesToHex, toInteger } from './encodings.js';
import { refuse } from './refusal.js';

const ORDER = p256.Point.Fn.ORDER;

/** @type {Map<string, Promise<CryptoKey>>} */
const imported = new Map();

/**
 * Whether r ‖ s is a signature of the message; `key` is the uncompressed point, 65 bytes, which lies on the curve.
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 */
export async function isSignature(key, message, signature) {
  const r = toInteger(signature.subarray(0, 32)), s = toInteger(signature.subarray(32));
  if (signature.length !== 64 || r === 0n || s === 0n || r >= ORDER || s >= ORDER) return false;
  if (globalThis.crypto?.subtle === undefined) return p256.verify(signature, message, key, { lowS: false });
  const own = await importKey(key);
  const bytes = /** @type {BufferSource} */ (message), signed = /** @type {BufferSource} */ (signature);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, own, signed, bytes);
}

/** @param {Uint8Array} key */
function importKey(key) {
  const name = bytesToHex(key);
  let found = imported.get(name);
  if (found === undefined) {
    const raw = /** @type {BufferSource} */ (key);
    found = crypto.subtle.importKey('raw', raw, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    imported.set(name, found);
  }
  return found;
}

/**
 * Refusal unless the message is signed, with the lower of the two possible s.
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 */
export async function checkSignature(key, message, signature) {
  if (toInteger(signature.subarray(32)) > ORDER / 2n) {
    refuse('signature', 'expected the lower of the two possible s of the signature, found the higher');
  }
  if (!(await isSignature(key, message, signature))) {
    refuse('signature', 'the signature does not belong to this message under this key');
  }
}

/** Whether 65 bytes are a point of P-256, uncompressed. @param {Uint8Array} key */
export function isKey(key) {
  try {
    return key.length === 65 && key[0] === 4 && !p256.Point.fromBytes(key).is0();
  } catch {
    return false;
  }
}
