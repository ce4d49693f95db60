/**
 * Cells, equations and figures of a result. Protocol 1, 4, 7.
 *
 * The one fact: sum of D = S G + R H exactly when the published total is the sum of what was committed to.
 */

import { EquationBatch } from './batch.js';
import { cellSubtotals } from './calculation.js';
import { encodeCanonical } from './canonical.js';
import { absolute, compare, fraction, parseExact, plus, roundDown, times } from './exact.js';
import { makeFigures } from './figures.js';
import { G, H, ORDER } from './group.js';
import { templateOf } from './library.js';
import { findRules } from './method_rules.js';
import { CELLS } from './payloads.js';
import { refuse } from './refusal.js';
import { declarationOf } from './requesting.js';
import tables from './tables.json';

/** @typedef {import('./calculation.js').Calculation} Calculation */
/** @typedef {import('./statements.js').Before} Before */
/** @typedef {import('./group.js').Term} Term */

const SCALE = 10n ** 15n, MAX_TOTAL = 2n ** 128n, MAX_GUARD_BITS = 64;
const GUARD_SHARE = [fraction(1n, 1000n), fraction(3n, 100n), fraction(3n, 100n), fraction(3n, 100n)];

// In 1e-3 pieces: below WHOLE_PACK a kWh a piece is a whole pack, of which any pack takes half a one or more.
const WHOLE_PACK = 100n, FEWEST_PACKS = fraction(500n);

/**
 * The quantity that sizes a guard, in 1e-3 declared units: the middle of the range, or the least plausible if more.
 * @param {any} category
 * @param {import('./exact.js').Fraction} energy in kWh
 */
function guardedQuantity(category, energy) {
  const middle = times(fraction(category.quantity_low + category.quantity_high, 2n), energy);
  const isWhole = tables.counting_units.includes(category.declared_unit) && category.quantity_high < WHOLE_PACK;
  return isWhole && compare(middle, FEWEST_PACKS) < 0 ? FEWEST_PACKS : middle;
}

/**
 * s[k] per model of an entry: floor(log2(f reference[k] middle of the range x pack energy)), 0 to 64.
 * @param {Calculation} calculation
 * @param {number} index
 * @param {Before} record
 * @returns {number[][]}
 */
export function guardWidths(calculation, index, record) {
  const { terms } = calculation, declaration = declarationOf(terms.entries[index].declaration, record);
  const { category, coefficients } = templateOf(declaration, terms.boundary, record);
  // quantity_low and _high are in 1e-3 declared units, reference in 1e-12 kg, a guard in 1e-15 kg: the scales cancel.
  return terms.models.map((/** @type {any} */ unit) => {
    const quantity = guardedQuantity(category, parseExact(unit.pack_energy_kwh));
    return GUARD_SHARE.map((share, k) => {
      if (coefficients.every((line) => line[k] === 0n)) return 0;
      const reference = absolute(fraction(category.reference[k] || category.reference[0]));
      const size = roundDown(times(times(share, reference), quantity));
      return Math.min(MAX_GUARD_BITS, Math.max(0, size.toString(2).length - 1));
    });
  });
}

/**
 * Per model and cell: the sum of Y over all members is the sum of D over the cell's members.
 * @param {Calculation} calculation
 */
export function maskEquations(calculation) {
  const batch = new EquationBatch(), parts = calculation.suppliers.map((_, entry) => calculation.contributionOf(entry));
  for (let model = 0; model < calculation.terms.models.length; model += 1) {
    for (let cell = 0; cell < CELLS; cell += 1) {
      /** @type {Term[]} */
      const masked = parts.map((models) => [1n, models[model].masked[cell]]);
      batch.add([...masked, .../** @type {Term[]} */ (cellSubtotals(calculation, model, cell).map((point) => [-1n, point]))]);
    }
  }
  return batch;
}

/**
 * Per model and cell, equation (1); Refusal where S or R is out of bounds, or an empty cell is not 0.
 * @param {Calculation} calculation
 * @param {any} result
 */
export function totalEquations(calculation, result) {
  const batch = new EquationBatch();
  result.models.forEach((/** @type {any} */ part, /** @type {number} */ model) => {
    part.cells.forEach((/** @type {{value: bigint, blinding: bigint}} */ { value, blinding }, /** @type {number} */ cell) => {
      if (value >= MAX_TOTAL || value <= -MAX_TOTAL || blinding < 0n || blinding >= ORDER) {
        refuse('totals', 'expected |S| < 2^128 and R in [0, n)');
      }
      const points = cellSubtotals(calculation, model, cell);
      if (points.length === 0 && (value !== 0n || blinding !== 0n)) refuse('totals', `cell ${cell} has no member`);
      /** @type {Term[]} */
      const members = points.map((point) => [1n, point]);
      batch.add([...members, [-value, G], [-blinding, H]]);
    });
  });
  return batch;
}

/**
 * Refusal unless 1. the result names the request's method and boundary, and 2. every model's figures are what the
 * method derives from its S, to the letter.
 * @param {Calculation} calculation
 * @param {any} result
 * @param {Before} record
 */
export function checkFigures(calculation, result, record) {
  const { terms } = calculation;
  if (result.method !== terms.method || result.boundary !== terms.boundary) {
    refuse('figures', `expected ${terms.method}, ${terms.boundary}, found ${result.method}, ${result.boundary}`); // 1
  }
  const widths = calculation.suppliers.map((_, entry) => guardWidths(calculation, entry, record));
  const rules = findRules(terms.method, terms.boundary);
  result.models.forEach((/** @type {any} */ part, /** @type {number} */ model) => { // 2
    const kg = part.cells.map((/** @type {{value: bigint}} */ cell) => fraction(cell.value, SCALE));
    const bounds = GUARD_SHARE.map((_, k) =>
      widths.map((row) => fraction(2n ** BigInt(row[model][k]) - 1n, SCALE)).reduce(sum));
    const expected = makeFigures(kg, bounds, terms.models[model], rules);
    if (encodeCanonical(expected) !== encodeCanonical(part.figures)) {
      refuse('figures', `model ${model}: the figures do not follow from the totals`);
    }
  });
}

/** @param {import('./exact.js').Fraction} a @param {import('./exact.js').Fraction} b */
function sum(a, b) {
  return a.d === b.d ? fraction(a.n + b.n, a.d) : plus(a, b);
}

