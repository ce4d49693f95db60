/**
 * What a contribution and a consent prove: relation 1, the range of the guards, possession of a key. Protocol 4, 14.
 */

import { templateOf } from './library.js';
import { unitPoints } from './declaring.js';
import { add, B, G, H, negate } from './group.js';
import { parseLinearProof, queueLinear } from './linear.js';
import { parseRangeProof, queueRange } from './range_proof.js';
import { declarationOf } from './requesting.js';
import { guardWidths } from './totals.js';
import { proofTranscript } from './transcript.js';

/** @typedef {import('./statements.js').Before} Before */
/** @typedef {import('./statements.js').Logged} Logged */
/** @typedef {import('./batch.js').EquationBatch} EquationBatch */
/** @typedef {import('./group.js').MaybePoint} MaybePoint */

/**
 * @param {EquationBatch} batch
 * @param {Logged} logged
 */
export function queueConsent(batch, logged) {
  const { payload } = logged, relation = { matrix: [[B]], images: [payload.ephemeral] };
  const transcript = proofTranscript('possession', payload.by, logged.coreId, payload.request);
  queueLinear(batch, relation, parseLinearProof(payload.proofs.possession, 1, 1), transcript);
}

/**
 * @param {EquationBatch} batch
 * @param {Logged} logged
 * @param {import('./calculation.js').Calculation} calculation
 * @param {Before} record
 */
export function queueContribution(batch, logged, calculation, record) {
  const { payload } = logged, index = calculation.member(payload.consent);
  const entry = calculation.terms.entries[index], declaration = declarationOf(entry.declaration, record);
  const unit = unitPoints(declaration, templateOf(declaration, calculation.terms.boundary, record));
  const widths = guardWidths(calculation, index, record);
  payload.models.forEach((/** @type {any} */ part, /** @type {number} */ model) => {
    const context = [payload.request, payload.roster, entry.declaration, payload.consent, String(model)];
    const proofs = payload.proofs.models[model];
    const guards = proofTranscript('guards', payload.by, logged.coreId, ...context);
    queueRange(batch, part.guards, widths[model], parseRangeProof(proofs.range, widths[model]), guards);
    const relation = relationOf(entry.quantities[model], unit, part);
    const contribution = proofTranscript('contribution', payload.by, logged.coreId, ...context);
    queueLinear(batch, relation, parseLinearProof(proofs.relation, 5, 6), contribution);
  });
}

/**
 * Relation 1 over x = (q, u, d[0..3]): Q = q G + u H and D[k] - M[k] = q P[k] + d[k] H.
 * @param {MaybePoint} quantity
 * @param {MaybePoint[]} unit
 * @param {any} part
 */
function relationOf(quantity, unit, part) {
  /** @type {MaybePoint[][]} */
  const matrix = [[G, H, null, null, null, null]];
  /** @type {MaybePoint[]} */
  const images = [quantity];
  unit.forEach((point, k) => {
    const shift = [0, 1, 2, 3].map((column) => (column === k ? H : null));
    matrix.push([point, null, ...shift]);
    images.push(add(part.subtotals[k], negate(part.guards[k])));
  });
  return { matrix, images };
}
