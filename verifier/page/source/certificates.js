/**
 * X.509 certificates of the enrolment authority: one small profile. Protocol 14, "Certificates".
 *
 * The one fact: a certificate is accepted when it is what the authority writes: one level below a pinned root, P-256,
 * no other authorities, no extension that is not known.
 */

import { sha256 } from '@noble/hashes/sha2.js';

import * as der from './der.js';
import { bytesToHex, concatBytes, fromBase64, fromInteger, toBase64, toInteger, utf8 } from './encodings.js';
import { refuse } from './refusal.js';
import { isKey, isSignature } from './signing.js';

const LIMIT = 8192;
const VERSION_3 = '020102', ECDSA_WITH_SHA256 = '300a06082a8648ce3d040302';
const P256_HEADER = '3059301306072a8648ce3d020106082a8648ce3d030107034200';
const BASIC_CONSTRAINTS = '0603551d13', KEY_USAGE = '0603551d0f';
const KNOWN = new Set([BASIC_CONSTRAINTS, KEY_USAGE, '0603551d25', '0603551d0e', '0603551d23', '0603551d11']);
const ROOT = { constraints: '30060101ff020100', usage: '03020204' };
const PARTY = { constraints: '3000', usage: '03020780' };

/**
 * @typedef {object} Certificate
 * @property {Uint8Array} key the point, 65 bytes
 * @property {string} keyId SHA-256 of the SubjectPublicKeyInfo
 * @property {string} fingerprint SHA-256 of the DER
 * @property {string} issuer DER of the name, hex
 * @property {string} subject
 * @property {number} notBefore
 * @property {number} notAfter
 * @property {Map<string, {isCritical: boolean, value: string}>} extensions
 * @property {string} algorithm
 * @property {Uint8Array} signed
 * @property {Uint8Array} signature r ‖ s
 */

/** @type {Map<string, Certificate>} */
const parsed = new Map();

/**
 * Read one PEM certificate: the one encoding of a P-256 certificate and nothing else.
 * @param {string} pem
 * @returns {Certificate}
 */
export function parseCertificate(pem) {
  let found = parsed.get(pem);
  if (found === undefined) {
    found = readCertificate(pem);
    parsed.set(pem, found);
  }
  return found;
}

/** @param {string} pem */
function readCertificate(pem) {
  const body = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n$/.exec(pem);
  const data = body === null || utf8(pem).length > LIMIT ? null : fromBase64(body[1].replaceAll('\n', ''));
  if (body === null || data === null || (toBase64(data).match(/.{1,64}/g) ?? []).join('\n') !== body[1]) {
    return refuse('certificate', 'expected the one PEM encoding of a certificate and nothing else');
  }
  const outer = der.openDer(data, der.SEQUENCE);
  const signed = outer.read(der.SEQUENCE), algorithm = outer.read(der.SEQUENCE);
  const signature = readSignature(outer);
  outer.end();
  return { ...readSigned(signed.content), ...readAlgorithm(algorithm, signed), signature, fingerprint: bytesToHex(sha256(data)) };
}

/**
 * @param {der.Value} algorithm
 * @param {der.Value} signed
 */
function readAlgorithm(algorithm, signed) {
  return { algorithm: bytesToHex(algorithm.whole), signed: signed.whole };
}

/** ECDSA-Sig-Value as r ‖ s. @param {der.DerReader} outer */
function readSignature(outer) {
  const { content } = outer.read(der.BIT_STRING);
  if (content[0] !== 0) outer.fail();
  const pair = der.openDer(content.subarray(1), der.SEQUENCE);
  const r = toInteger(der.readNatural(pair)), s = toInteger(der.readNatural(pair));
  pair.end();
  if (r >= 1n << 256n || s >= 1n << 256n) outer.fail();
  return concatBytes(fromInteger(r, 32), fromInteger(s, 32));
}

/** @param {Uint8Array} content */
function readSigned(content) {
  const reader = new der.DerReader(content);
  const version = reader.read(0xa0);
  if (bytesToHex(version.content) !== VERSION_3) reader.fail();
  der.readNatural(reader); // serial
  const inner = bytesToHex(reader.read(der.SEQUENCE).whole);
  const issuer = readName(reader);
  const validity = reader.enter(der.SEQUENCE);
  const notBefore = der.readTime(validity), notAfter = der.readTime(validity);
  validity.end();
  const subject = readName(reader), key = readKey(reader.read(der.SEQUENCE).whole);
  const extensions = readExtensions(reader);
  reader.end();
  return { inner, issuer, subject, notBefore, notAfter, ...key, extensions };
}

/** A name as the hex of its DER; its parts are sets of a type and a text. @param {der.DerReader} reader */
function readName(reader) {
  const name = reader.read(der.SEQUENCE), parts = new der.DerReader(name.content);
  while (!parts.isAtEnd) {
    const set = parts.enter(der.SET), pair = set.enter(der.SEQUENCE);
    pair.read(der.OID);
    pair.read();
    pair.end();
    set.end();
  }
  return bytesToHex(name.whole);
}

/** @param {Uint8Array} info SubjectPublicKeyInfo */
function readKey(info) {
  const hex = bytesToHex(info), key = info.subarray(P256_HEADER.length / 2);
  if (!hex.startsWith(P256_HEADER) || !isKey(key)) {
    refuse('certificate', 'expected a certificate of a P-256 key, its point uncompressed');
  }
  return { key, keyId: bytesToHex(sha256(info)) };
}

/** @param {der.DerReader} reader */
function readExtensions(reader) {
  const found = new Map(), wrapper = reader.enter(0xa3), list = wrapper.enter(der.SEQUENCE);
  wrapper.end();
  while (!list.isAtEnd) {
    const item = list.enter(der.SEQUENCE), oid = bytesToHex(item.read(der.OID).whole);
    const isCritical = item.next === der.BOOLEAN;
    if (isCritical && item.read().content[0] !== 0xff) item.fail();
    const value = bytesToHex(item.read(der.OCTETS).content);
    item.end();
    if (!KNOWN.has(oid) || found.has(oid)) {
      refuse('certificate', 'expected only the extensions that an authority writes, each once');
    }
    found.set(oid, { isCritical, value });
  }
  return found;
}

/**
 * Refusal unless, at Unix second `at`: 1. the root is valid; 2. the certificate is valid; 3. each has the constraints
 * and key usage of its place, critical; 4. the root signed itself and the certificate.
 * @param {Certificate} certificate
 * @param {Certificate} root
 * @param {number} at
 */
export async function checkIssued(certificate, root, at) {
  for (const one of [root, certificate]) { // 1, 2
    if (at < one.notBefore || at > one.notAfter) {
      refuse('certificate', `expected a certificate valid at ${at}, found ${one.notBefore} to ${one.notAfter}`);
    }
  }
  await checkPlace(root, root, ROOT);
  await checkPlace(certificate, root, PARTY);
}

/** @type {Map<string, Promise<void>>} */
const checked = new Map();

/**
 * What does not depend on the time, remembered: a file of thousands of statements has few signers.
 * @param {Certificate} certificate
 * @param {Certificate} root
 * @param {{constraints: string, usage: string}} place
 */
function checkPlace(certificate, root, place) {
  const name = `${certificate.fingerprint}/${root.fingerprint}/${place.usage}`;
  let found = checked.get(name);
  if (found === undefined) {
    found = checkPlaceOnce(certificate, root, place);
    checked.set(name, found);
  }
  return found;
}

/**
 * @param {Certificate} certificate
 * @param {Certificate} root
 * @param {{constraints: string, usage: string}} place
 */
async function checkPlaceOnce(certificate, root, place) {
  const constraints = certificate.extensions.get(BASIC_CONSTRAINTS), usage = certificate.extensions.get(KEY_USAGE);
  if (!constraints?.isCritical || constraints.value !== place.constraints || !usage?.isCritical || usage.value !== place.usage) {
    refuse('certificate', 'expected the constraints and the key usage of its place, both critical'); // 3
  }
  const isInner = /** @type {any} */ (certificate).inner === certificate.algorithm;
  if (certificate.algorithm !== ECDSA_WITH_SHA256 || !isInner) {
    refuse('certificate', 'expected a certificate signed with ECDSA and SHA-256');
  }
  const isIssued = certificate.issuer === root.subject && (await isSignature(root.key, certificate.signed, certificate.signature));
  if (!isIssued) refuse('certificate', 'the certificate was not issued by this authority; compare the pin'); // 4
}

