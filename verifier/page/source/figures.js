/**
 * Figures of a result: from totals to per kWh, shares, data quality. Protocol 14, "figures"; docs/method.md.
 *
 * The one fact: rounding happens here only, so whoever holds the totals derives the same texts.
 */

import { absolute, compare, encodeDecimal, fraction, minus, ONE, over, parseExact, plus, roundDown, times, ZERO } from './exact.js';
import { totalEnergyOf } from './functional_unit.js';
import { bandOf } from './method_rules.js';
import { STAGES } from './payloads.js';
import { refuse } from './refusal.js';

/** @typedef {import('./exact.js').Fraction} Fraction */

const MILLION = 10n ** 6n, SIX = 6;

/**
 * @param {Fraction[]} totals kg of each of the seven cells
 * @param {Fraction[]} bounds kg by which each indicator is overstated at most
 * @param {any} unit
 * @param {import('./method_rules.js').Rules} rules
 * @returns {Record<string, any>}
 */
export function makeFigures(totals, bounds, unit, rules) {
  const stages = totals.slice(0, 4), [biogenic, secondary, quality] = totals.slice(4);
  const total = stages.reduce(plus, ZERO), energy = totalEnergyOf(unit, rules);
  if (secondary.n < 0n || (secondary.n !== 0n && quality.n < 0n)) refuse('figures', 'sums of absolute values are at least 0');
  const rating = secondary.n === 0n ? null : over(quality, times(secondary, fraction(3n)));
  const byStage = (/** @type {(value: Fraction) => string} */ write) =>
    Object.fromEntries(STAGES.map((stage, at) => [stage, write(stages[at])]));
  return {
    stages: byStage((value) => encodeDecimal(value)),
    total_kg: encodeDecimal(total),
    total_energy_kwh: encodeDecimal(energy),
    per_kwh: encodeDecimal(over(total, energy)),
    per_kwh_capacity: encodeDecimal(over(total, parseExact(unit.pack_energy_kwh))),
    overstated_by_at_most: encodeDecimal(bounds[0]),
    biogenic_kg: encodeDecimal(biogenic),
    secondary_kg: encodeDecimal(secondary),
    quality_rating: rating === null ? '0' : encodeDecimal(rating, SIX),
    quality_band: rating === null ? '' : bandOf(rating, rules),
    primary_data_share: primaryShare(stages, secondary, bounds[0]),
    shares: byStage((value) => (total.n === 0n ? '0' : encodeDecimal(over(value, total), SIX))),
    biogenic_overstated_by_at_most: encodeDecimal(bounds[1]),
    secondary_overstated_by_at_most: encodeDecimal(bounds[2]),
    quality_overstated_by_at_most: encodeDecimal(bounds[3]),
  };
}

/**
 * A lower bound, rounded down: 1 - secondary / (sum of the absolute stages - what they are overstated by).
 * @param {Fraction[]} stages
 * @param {Fraction} secondary
 * @param {Fraction} bound
 */
function primaryShare(stages, secondary, bound) {
  if (secondary.n === 0n) return '1';
  const size = plus(stages.map(absolute).reduce(plus, ZERO), minus(bound));
  if (size.n <= 0n) return '0';
  const share = plus(ONE, minus(over(secondary, size)));
  if (compare(share, ZERO) <= 0) return '0';
  return encodeDecimal(fraction(roundDown(times(share, fraction(MILLION))), MILLION), SIX);
}
