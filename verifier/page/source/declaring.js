/**
 * Declarations: what a supplier committed to. Protocol 4, 14.
 *
 * The one fact: the commitment to the unit footprint, P[k] = sum w_j[k] C_j, is computed here and taken from nobody.
 */

import { isDay, checkValidIn, templateOf } from './library.js';
import { sumSmall, wrap } from './group.js';
import { rulesOf } from './method_rules.js';
import { checkNotRetired } from './publishing.js';
import { parseRangeProof, queueRange } from './range_proof.js';
import { refuse } from './refusal.js';
import { enrolmentOf } from './statements.js';
import { proofTranscript } from './transcript.js';

/** @typedef {import('./statements.js').Before} Before */
/** @typedef {import('./statements.js').Logged} Logged */

const AMOUNT_BITS = 40, CITED = [0, 8, 40, 200], DAY = 24 * 3600 * 1000;

/**
 * 1. Its period is in order, at most 366 days. 2. Its method is known. 3. Category and factors are published and fit,
 * with coefficients in range under every boundary. 4. Each factor's validity meets the period. 5. Nothing it cites was
 * retired before. 6. No certificate of electricity it cites is cited for anything else.
 * @param {any} declaration
 * @param {Before} record
 */
export function checkDeclaration(declaration, record) {
  const { start, end } = declaration.period; // 1
  if (!isDay(start) || !isDay(end)) refuse('period', 'expected dates as 2025-01-01');
  const days = (Date.parse(end) - Date.parse(start)) / DAY + 1;
  if (days < 1 || days > 366) refuse('period', `expected a period of 1 to 366 days, found ${days}`);
  const rules = rulesOf(declaration.method);
  if (rules === null) return refuse('method', `unknown method ${declaration.method}`); // 2
  const templates = Object.keys(rules.boundaries).map((boundary) => templateOf(declaration, boundary, record)); // 3
  templates[0].factors.forEach((factor) => checkValidIn(factor, declaration.period)); // 4
  checkNotRetired([declaration.category, ...declaration.lines.map((/** @type {any} */ line) => line.factor)], record); // 5
  checkCertificates(declaration, record); // 6
}

/**
 * @param {any} declaration
 * @param {Before} record
 */
function checkCertificates(declaration, record) {
  const digests = /** @type {string[]} */ (declaration.certificates);
  if (!CITED.includes(digests.length) || digests.some((digest, at) => at > 0 && digest <= digests[at - 1])) {
    refuse('certificates', `expected ${CITED.join(', ')} digests, ascending, each once`);
  }
  if (digests.length === 0) return;
  const owner = enrolmentOf(declaration.by, record).legal_entity;
  for (const { payload: other } of digests.flatMap((digest) => record.about('declaration', digest))) {
    const { start, end } = other.period;
    const isSame = other.product === declaration.product && start === declaration.period.start && end === declaration.period.end;
    if (!isSame || enrolmentOf(other.by, record).legal_entity !== owner) {
      refuse('certificates', 'a certificate cited here is cited in another declaration already');
    }
  }
}

/**
 * @param {import('./batch.js').EquationBatch} batch
 * @param {Logged} logged
 */
export function queueDeclaration(batch, logged) {
  const { payload } = logged, widths = payload.lines.map(() => AMOUNT_BITS);
  const proof = parseRangeProof(payload.proofs.range, widths);
  const commitments = payload.lines.map((/** @type {any} */ line) => line.amount);
  queueRange(batch, commitments, widths, proof, proofTranscript('declaration', payload.by, logged.coreId));
}

/**
 * P[k] for the four indicators; null where it is infinity.
 * @param {any} declaration
 * @param {import('./library.js').Template} template
 */
export function unitPoints(declaration, template) {
  return [0, 1, 2, 3].map((k) => {
    /** @type {[bigint, import('./group.js').Point][]} */
    const terms = declaration.lines.map((/** @type {any} */ line, /** @type {number} */ at) =>
      [template.coefficients[at][k], line.amount]);
    return wrap(sumSmall(terms));
  });
}
