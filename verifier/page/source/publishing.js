/**
 * What may stand in the log about the library and about who takes part. Protocol 14, "Rules that the fold enforces",
 * "Keys that are replaced".
 *
 * The one fact: a publication counts on accepting reviews by experts of two parents, the submitter's own entity aside.
 */

import { hexToBytes } from './encodings.js';
import { checkIssued, parseCertificate } from './certificates.js';
import { refuse } from './refusal.js';
import { checkSignature } from './signing.js';
import { enrolmentOf } from './statements.js';

/** @typedef {import('./statements.js').Before} Before */
/** @typedef {import('./statements.js').Logged} Logged */
/** @typedef {import('./certificates.js').Certificate} Certificate */

const REVIEWS_NEEDED = 2;

/**
 * 1. The subject is a logged category or factor, neither published nor returned before. 2. Experts of two parents
 * accept it. 3. Its code belongs to whoever published it first, and the version rises.
 * @param {any} publication
 * @param {Before} record
 */
export function checkPublication(publication, record) {
  const id = publication.subject, logged = record.get(id, 'category', 'factor');
  if (logged === null) return refuse('publication', `${id} is no logged category or factor`); // 1
  if (record.about('publication', id).length + record.about('return', id).length > 0) {
    refuse('publication', `${id} is published or returned already`);
  }
  const subject = logged.payload, submitter = enrolmentOf(subject.by, record).legal_entity;
  const parents = new Set(publication.reviews.flatMap((/** @type {string} */ one) => acceptedBy(one, id, submitter, record)));
  if (parents.size < REVIEWS_NEEDED) {
    refuse('publication', `expected accepting reviews by ${REVIEWS_NEEDED} experts, found ${parents.size}`); // 2
  }
  for (const { id: one, payload: earlier } of record.about(subject.type, subject.code)) { // 3
    if (record.about('publication', one).length === 0) continue;
    const isOwn = enrolmentOf(earlier.by, record).legal_entity === submitter;
    if (!isOwn || earlier.version >= subject.version) refuse('publication', `${subject.code} is published already`);
  }
}

/**
 * The expert's parent where its review accepts the subject, else nothing.
 * @param {string} id
 * @param {string} subject
 * @param {string} submitter
 * @param {Before} record
 * @returns {string[]}
 */
function acceptedBy(id, subject, submitter, record) {
  const logged = record.get(id, 'review');
  if (logged === null) return refuse('publication', `${id} is no logged review`);
  const expert = enrolmentOf(logged.payload.by, record);
  const counts = logged.payload.subjects.includes(subject) && expert.legal_entity !== submitter;
  return counts && logged.payload.verdict === 'accept' ? [expert.parent] : [];
}

/**
 * Refusal when one of these publications was retired before.
 * @param {string[]} publications
 * @param {Before} record
 */
export function checkNotRetired(publications, record) {
  for (const publication of publications) {
    if (record.about('retirement', publication).length > 0) refuse('retired', `${publication} was retired before`);
  }
}

/**
 * The certificate is the root's and valid; a rotation carries the replaced key's signature over the core id.
 * @param {Logged} logged
 * @param {Before} record
 * @param {Certificate} root
 */
export async function checkEnrolment(logged, record, root) {
  const { payload } = logged;
  await checkIssued(parseCertificate(payload.certificate), root, logged.loggedAt);
  if (payload.replaces === null) {
    if (payload.proofs.rotation.length > 0) refuse('rotation', 'expected no rotation signature: nothing is replaced');
    return;
  }
  const replaced = enrolmentOf(payload.replaces, record), revoked = record.revokedAt(payload.replaces);
  if (replaced.legal_entity !== payload.legal_entity) refuse('rotation', 'expected the same legal entity');
  if (revoked !== undefined && revoked < logged.loggedAt) refuse('rotation', 'what is replaced was revoked before');
  const { key } = parseCertificate(replaced.certificate);
  if (payload.proofs.rotation.length !== 64) refuse('rotation', 'expected a signature of 64 bytes');
  await checkSignature(key, hexToBytes(logged.coreId), payload.proofs.rotation);
}
