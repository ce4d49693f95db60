/**
 * The certificate bundle: one file that holds everything a verifier needs. docs/certificate.md, "Format".
 *
 * The one fact: the bundle carries no trust.
 */

import { encodeCanonical, parseCanonical, readJson } from './canonical.js';
import { hexToBytes, readUtf8, utf8 } from './encodings.js';
import { hasExactly } from './envelope.js';
import { Refusal, refuse } from './refusal.js';
import { parseStatement } from './statements.js';

export const FORMAT = 'sealsum-certificate/1', REDACTED_FORMAT = 'sealsum-certificate-redacted/1';
export const MAX_BUNDLE = 64 * 1024 * 1024;
const FIELDS = ['format', 'request', 'full', 'authority_root', 'checkpoint', 'hashes', 'statements'];
const STATEMENT_FIELDS = ['envelope', 'index', 'logged_at', 'inclusion'];
const HASH = /^[0-9a-f]{64}$/, BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** @typedef {import('./statements.js').Logged & {inclusion: Uint8Array[]}} Proven */
/**
 * @typedef {object} Bundle
 * @property {string} request
 * @property {string} full
 * @property {boolean} isRedacted
 * @property {string} authorityRoot
 * @property {string} checkpoint
 * @property {Proven[]} statements
 */

/**
 * Read a bundle; Refusal unless: 1. at most 64 MiB of canonical JSON; 2. exactly its fields; 3. every statement
 * parses, ascending by index; 4. a redacted one holds result and certificate of its request; 5. it is written in its
 * one form.
 * @param {Uint8Array} data
 * @param {import('./pace.js').Pace} pace
 * @returns {Promise<Bundle>}
 */
export async function parseBundle(data, pace) {
  if (data.length > MAX_BUNDLE) refuse('format', `expected at most ${MAX_BUNDLE} bytes, found ${data.length}`); // 1
  const fields = parseCanonical(data);
  const bundle = await readBundle(fields, pace); // 2, 3
  if (bundle.isRedacted) checkRedacted(bundle); // 4
  if (writeAgain(fields) !== readUtf8(data)) refuse('format', 'the bundle is not written in its one canonical form'); // 5
  return bundle;
}

/**
 * @param {any} fields
 * @param {import('./pace.js').Pace} pace
 */
async function readBundle(fields, pace) {
  if (!hasExactly(fields, FIELDS)) refuse('format', `expected an object with exactly ${FIELDS.join(', ')}`);
  const texts = [fields.format, fields.request, fields.full, fields.authority_root, fields.checkpoint];
  if (texts.some((text) => typeof text !== 'string') || ![FORMAT, REDACTED_FORMAT].includes(fields.format)) {
    refuse('format', `expected format ${FORMAT} or ${REDACTED_FORMAT} and text fields`);
  }
  if (!Array.isArray(fields.hashes) || fields.hashes.some((/** @type {any} */ hash) => typeof hash !== 'string' || !HASH.test(hash))) {
    refuse('format', 'expected hashes of 64 lowercase hex digits');
  }
  if (!Array.isArray(fields.statements)) refuse('format', 'expected a list of statements');
  const hashes = fields.hashes.map(hexToBytes), statements = /** @type {Proven[]} */ ([]);
  for (const item of fields.statements) {
    statements.push(readStatement(item, hashes));
    await pace.rest();
  }
  if (statements.some((item, at) => at > 0 && item.index <= statements[at - 1].index)) {
    refuse('format', 'expected statements ascending by index, each once');
  }
  // What is redacted is told by `full`, and the form that is written follows from it (5).
  return {
    request: fields.request, full: fields.full, isRedacted: fields.full !== '', authorityRoot: fields.authority_root,
    checkpoint: fields.checkpoint, statements,
  };
}

/**
 * @param {any} item
 * @param {Uint8Array[]} hashes
 * @returns {Proven}
 */
function readStatement(item, hashes) {
  if (!hasExactly(item, STATEMENT_FIELDS)) refuse('format', `expected a statement with exactly ${STATEMENT_FIELDS.join(', ')}`);
  const counts = [item.index, item.logged_at, ...(Array.isArray(item.inclusion) ? item.inclusion : [-1])];
  if (counts.some((count) => !Number.isSafeInteger(count) || count < 0)) {
    refuse('format', 'expected whole numbers from 0 as index, time and positions');
  }
  const inclusion = item.inclusion.map((/** @type {number} */ position) => hashes[position]);
  if (inclusion.includes(undefined)) refuse('format', 'an inclusion proof names a hash that is not there');
  return { ...parseStatement(item.envelope, item.index, item.logged_at), inclusion };
}

/**
 * Whether these bytes, which are no bundle, hold one's JSON as another program wrote it: behind a byte order mark, with
 * spaces or line breaks, in another order. For advice only: such a file is refused.
 * @param {Uint8Array} data
 * @param {import('./pace.js').Pace} pace
 */
export async function isResaved(data, pace) {
  if (data.length > MAX_BUNDLE) return false;
  const isMarked = BYTE_ORDER_MARK.every((byte, at) => data[at] === byte);
  try {
    const fields = readJson(isMarked ? data.subarray(BYTE_ORDER_MARK.length) : data);
    await parseBundle(utf8(encodeCanonical(fields)), pace);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** @param {Bundle} bundle */
function checkRedacted(bundle) {
  const of = (/** @type {string} */ type) => bundle.statements.filter((item) => item.payload.type === type);
  const [results, marks, enrolments] = [of('result'), of('certificate'), of('enrolment')];
  const isComplete = results.length === 1 && marks.length === 1 && enrolments.length === bundle.statements.length - 2;
  if (!HASH.test(bundle.full) || !isComplete) {
    refuse('format', 'expected one result, one certificate and enrolments in a redacted bundle');
  }
  const [result, mark] = [results[0].payload, marks[0].payload];
  if (result.request !== bundle.request || mark.request !== bundle.request || mark.result !== results[0].id) {
    refuse('format', 'expected the result and the certificate of the request that is named');
  }
}

/** The one text of a bundle: hashes in the order of first use, no other. @param {any} fields */
function writeAgain(fields) {
  /** @type {Map<string, number>} */
  const positions = new Map();
  const place = (/** @type {string} */ hash) => {
    if (!positions.has(hash)) positions.set(hash, positions.size);
    return positions.get(hash);
  };
  const statements = fields.statements.map((/** @type {any} */ item) => ({
    ...item,
    inclusion: item.inclusion.map((/** @type {number} */ at) => place(fields.hashes[at])),
  }));
  const format = fields.full === '' ? FORMAT : REDACTED_FORMAT;
  return encodeCanonical({ ...fields, format, hashes: [...positions.keys()], statements });
}
