/**
 * Requests: what a pack maker asked for. Protocol 4, 14.
 *
 * The one fact: a quantity is a commitment, proven to lie in [1, 2^32] thousandths of the declared unit.
 */

import { checkFunctionalUnit } from './functional_unit.js';
import { add, G, negate } from './group.js';
import { publishedCategory } from './library.js';
import { findRules } from './method_rules.js';
import { parseRangeProof, queueRange } from './range_proof.js';
import { refuse } from './refusal.js';
import { proofTranscript } from './transcript.js';

/** @typedef {import('./statements.js').Before} Before */
/** @typedef {import('./statements.js').Logged} Logged */

const QUANTITY_BITS = 32, PER_PROOF = 64, MAX_QUANTITIES = 2048, SEAL_LENGTH = 89, LONGEST_SECONDS = 366 * 24 * 3600;

/**
 * The payload of a logged declaration.
 * @param {string} id
 * @param {Before} record
 */
export function declarationOf(id, record) {
  const logged = record.get(id, 'declaration');
  return logged === null ? refuse('declaration', `${id} is no logged declaration`) : logged.payload;
}

/**
 * 1. At least two entries, one quantity and one seal per entry and model, as many proofs as needed. 2. The method knows
 * the boundary. 3. Each functional unit is the method's. 4. Each declaration is logged, of this method, named once, in
 * a stage that boundary and category allow. 5. Deadlines lie ahead, in order, within 366 days.
 * @param {Logged} logged
 * @param {Before} record
 */
export function checkRequest(logged, record) {
  const request = logged.payload, { models, entries, seals, deadlines } = request;
  const count = models.length, rows = entries.length;
  if (rows < 2) refuse('request', 'expected at least two entries'); // 1
  const fits = entries.every((/** @type {any} */ entry) => entry.quantities.length === count) && seals.length === rows
    && seals.every((/** @type {any} */ row) => row.length === count);
  if (!fits || rows * count > MAX_QUANTITIES) refuse('request', 'expected one quantity and one seal per entry and model');
  if (seals.flat().some((/** @type {Uint8Array} */ seal) => seal.length !== SEAL_LENGTH)) {
    refuse('request', `expected seals of ${SEAL_LENGTH} bytes`);
  }
  if (request.proofs.ranges.length !== Math.ceil((rows * count) / PER_PROOF)) {
    refuse('request', `expected one range proof per ${PER_PROOF} quantities`);
  }
  const rules = findRules(request.method, request.boundary); // 2
  for (const unit of models) checkFunctionalUnit(unit, rules); // 3
  checkEntries(request, rules.boundaries[request.boundary], record); // 4
  const { consent_by: consent, contribute_by: contribute, result_by: result } = deadlines; // 5
  const isOrdered = logged.loggedAt < consent && consent <= contribute && contribute <= result;
  if (!isOrdered || result > logged.loggedAt + LONGEST_SECONDS) {
    refuse('deadline', 'expected deadlines ahead, in order, within 366 days');
  }
}

/**
 * @param {any} request
 * @param {string[]} stages
 * @param {Before} record
 */
function checkEntries(request, stages, record) {
  const named = new Set(request.entries.map((/** @type {any} */ entry) => entry.declaration));
  if (named.size !== request.entries.length) refuse('request', 'a declaration is named by two entries');
  for (const entry of request.entries) {
    const declaration = declarationOf(entry.declaration, record);
    if (declaration.method !== request.method) refuse('method', `a declaration was made under ${declaration.method}`);
    const category = publishedCategory(declaration.category, record);
    if (!stages.includes(entry.stage) || !category.stages.includes(entry.stage)) {
      refuse('stage', `boundary or category does not allow the stage ${entry.stage}`);
    }
  }
}

/**
 * @param {import('./batch.js').EquationBatch} batch
 * @param {Logged} logged
 */
export function queueRequest(batch, logged) {
  const { payload } = logged, minusOne = negate(G);
  const flat = payload.entries.flatMap((/** @type {any} */ entry) => entry.quantities);
  payload.proofs.ranges.forEach((/** @type {Uint8Array} */ data, /** @type {number} */ number) => {
    const start = number * PER_PROOF;
    const part = flat.slice(start, start + PER_PROOF).map((/** @type {any} */ point) => add(point, minusOne));
    const widths = part.map(() => QUANTITY_BITS);
    const transcript = proofTranscript('quantities', payload.by, logged.coreId, String(start));
    queueRange(batch, part, widths, parseRangeProof(data, widths), transcript);
  });
}
