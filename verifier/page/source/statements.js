/**
 * A statement: one signed payload, its two ids, its place in the log; and the record of all of them. Protocol 14.
 *
 * The one fact: what a statement cites must have been logged before it, so rules look things up in the record as it
 * stood before an index.
 */

import { sha256 } from '@noble/hashes/sha2.js';

import { encodeCanonical, parseCanonical } from './canonical.js';
import { bytesToHex, utf8 } from './encodings.js';
import { parseEnvelope } from './envelope.js';
import { parsePayload } from './payloads.js';
import { refuse } from './refusal.js';

const MAX_ENVELOPE = 256 * 1024, MAX_REQUEST_ENVELOPE = 2 * 1024 * 1024, MAX_ITEMS = 32 * 1024;

/**
 * @typedef {object} Logged
 * @property {string} id
 * @property {string} coreId
 * @property {any} payload
 * @property {import('./envelope.js').Envelope} envelope
 * @property {string} envelopeHash SHA-256 of the envelope's bytes
 * @property {number} index
 * @property {number} loggedAt
 */

/**
 * Read an envelope of a canonical bundle and its payload. 1. Size: 2 MiB for a request, 256 KiB for every other kind.
 * 2. The payload is canonical, of at most 32 768 items. 3. It has exactly the fields of its kind.
 * @param {any} value
 * @param {number} index
 * @param {number} loggedAt
 * @returns {Logged}
 */
export function parseStatement(value, index, loggedAt) {
  const data = utf8(encodeCanonical(value));
  if (data.length > MAX_REQUEST_ENVELOPE) refuse('size', `expected at most ${MAX_REQUEST_ENVELOPE} bytes`); // 1
  const envelope = parseEnvelope(value);
  const fields = parseCanonical(envelope.payload, MAX_ITEMS); // 2
  const payload = parsePayload(fields); // 3
  if (data.length > MAX_ENVELOPE && payload.type !== 'request') {
    refuse('size', `expected at most ${MAX_ENVELOPE} bytes for this kind, found ${data.length}`); // 1
  }
  const { proofs, seals, ...core } = fields;
  const coreId = bytesToHex(sha256(utf8(encodeCanonical(core))));
  return { id: envelope.id, coreId, payload, envelope, envelopeHash: bytesToHex(sha256(data)), index, loggedAt };
}

/** The log's leaf for a statement. @param {Logged} logged */
export function encodeLeaf(logged) {
  return utf8(encodeCanonical({ envelope: logged.envelopeHash, id: logged.id, logged_at: logged.loggedAt }));
}

/** By what a statement is looked up beside its id. @type {Record<string, string>} */
const TOPICS = {
  category: 'code', declaration: 'certificates', factor: 'code', opening_answer: 'asked', opening_request: 'declaration',
  publication: 'subject', return: 'subject', retirement: 'publication', revocation: 'enrolment', verification: 'subject',
};

/** The statements of a bundle, by id and by what they are about. */
export class StatementRecord {
  constructor() {
    /** @type {Map<string, Logged>} */
    this.statements = new Map();
    /** @type {Map<string, Logged[]>} */
    this.topics = new Map();
    /** @type {Map<string, number>} */
    this.revoked = new Map();
  }

  /** Take a statement; the order is that of the log. @param {Logged} logged */
  add(logged) {
    const { payload } = logged;
    if (this.statements.has(logged.id)) return;
    this.statements.set(logged.id, logged);
    for (const topic of [payload[TOPICS[payload.type]] ?? []].flat()) {
      const name = `${payload.type}/${topic}`;
      this.topics.set(name, [...(this.topics.get(name) ?? []), logged]);
    }
    if (payload.type === 'revocation' && !this.revoked.has(payload.enrolment)) {
      this.revoked.set(payload.enrolment, logged.loggedAt);
    }
  }

  /**
   * The record as it stood before a log index.
   * @param {number} index
   */
  before(index) {
    return new Before(this, index);
  }
}

/** A record as it stood before a log index. */
export class Before {
  /**
   * @param {StatementRecord} record
   * @param {number} index
   */
  constructor(record, index) {
    this.record = record;
    this.index = index;
  }

  /**
   * The statement with this id if it was logged earlier and is of one of these kinds (any, where none is named).
   * @param {string} id
   * @param {...string} kinds
   */
  get(id, ...kinds) {
    const found = this.record.statements.get(id);
    if (found === undefined || found.index >= this.index) return null;
    return kinds.length === 0 || kinds.includes(found.payload.type) ? found : null;
  }

  /** When the authority's revocation of this enrolment was logged, or undefined. @param {string} enrolment */
  revokedAt(enrolment) {
    return this.record.revoked.get(enrolment);
  }

  /**
   * @param {string} kind
   * @param {string} topic
   */
  about(kind, topic) {
    return (this.record.topics.get(`${kind}/${topic}`) ?? []).filter((logged) => logged.index < this.index);
  }
}

/**
 * The payload of the enrolment with this id; Refusal("signer") when the record holds none.
 * @param {string} id
 * @param {Before} record
 */
export function enrolmentOf(id, record) {
  const logged = record.get(id, 'enrolment');
  return logged === null ? refuse('signer', `no enrolment ${id} is known`) : logged.payload;
}

/**
 * Whether two enrolments belong to one legal entity.
 * @param {string} one
 * @param {string} other
 * @param {Before} record
 */
export function isSameEntity(one, other, record) {
  const first = record.get(one, 'enrolment'), second = record.get(other, 'enrolment');
  return one === other || (first !== null && first.payload.legal_entity === second?.payload.legal_entity);
}
