/**
 * DSSE envelopes with exactly one signature. Protocol 14, "Envelope".
 *
 * The one fact: a statement's id hashes what was signed and not the signature.
 */

import { sha256 } from '@noble/hashes/sha2.js';

import { bytesToHex, concatBytes, fromBase64, utf8 } from './encodings.js';
import { refuse } from './refusal.js';
import { checkSignature } from './signing.js';

export const PAYLOAD_TYPE = 'application/vnd.sealsum.statement+json; version=1';

/** @typedef {{payload: Uint8Array, signature: Uint8Array, keyId: string, signed: Uint8Array, id: string}} Envelope */

/**
 * Read an envelope, its JSON already parsed and canonical; the signature is not checked here.
 * @param {any} value
 * @returns {Envelope}
 */
export function parseEnvelope(value) {
  if (!hasExactly(value, ['payload', 'payloadType', 'signatures']) || value.payloadType !== PAYLOAD_TYPE) {
    refuse('encoding', `expected an envelope of type ${PAYLOAD_TYPE}`);
  }
  const [entry, ...more] = Array.isArray(value.signatures) ? value.signatures : [];
  if (more.length > 0 || !hasExactly(entry, ['keyid', 'sig']) || !/^[0-9a-f]{64}$/.test(entry.keyid)) {
    refuse('encoding', 'expected exactly one signature with keyid and sig');
  }
  const payload = fromBase64(value.payload), signature = fromBase64(entry.sig);
  if (payload === null || signature === null || signature.length !== 64) {
    return refuse('encoding', 'expected payload and a signature of 64 bytes in base64');
  }
  const head = utf8(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `);
  const signed = concatBytes(head, payload);
  return { payload, signature, keyId: entry.keyid, signed, id: bytesToHex(sha256(signed)) };
}

/**
 * Refusal unless the envelope names this key, and the key signed type and payload.
 * @param {Envelope} envelope
 * @param {import('./certificates.js').Certificate} certificate
 */
export async function checkEnvelope(envelope, certificate) {
  if (envelope.keyId !== certificate.keyId) {
    refuse('signature', `expected a signature by key ${certificate.keyId}, found one by ${envelope.keyId}`);
  }
  await checkSignature(certificate.key, envelope.signed, envelope.signature);
}

/**
 * Whether a value is an object with these keys and no other.
 * @param {any} value
 * @param {string[]} names
 */
export function hasExactly(value, names) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const found = Object.keys(value);
  return found.length === names.length && names.every((name) => Object.hasOwn(value, name));
}
