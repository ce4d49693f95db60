/**
 * The functional unit: 1 kWh delivered over the pack's life, and its total energy. docs/method.md, 2.
 */

import { compare, encodeDecimal, fraction, over, parseExact, times } from './exact.js';
import { isSaid } from './library.js';
import { lengthOf } from './encodings.js';
import { refuse } from './refusal.js';
import tables from './tables.json';

/** @typedef {import('./exact.js').Fraction} Fraction */
/** @typedef {import('./method_rules.js').Rules} Rules */

const POSITIVE = ['cycles_per_year', 'warranty_years', 'warranty_km', 'measured_cycles'];
const PLAIN = ['pack_energy_kwh', 'usable_energy_kwh', ...POSITIVE];

/**
 * Refusal unless the unit is well formed, written in plain decimals, and its total energy is the rule set's.
 * @param {any} unit
 * @param {Rules} rules
 */
export function checkFunctionalUnit(unit, rules) {
  const wrong = (/** @type {string} */ expected) => refuse('functional unit', `expected ${expected}`);
  if (![unit.model, unit.chemistry, unit.vehicle_category].every(isSaid)) wrong('model and chemistry');
  if (lengthOf(unit.cycles_reason) > 400) wrong('a reason of at most 400 characters');
  if (!tables.vehicle_categories.includes(unit.vehicle_category)) wrong('a known vehicle category');
  if (POSITIVE.some((name) => unit[name] !== null && parseExact(unit[name]).n <= 0n)) wrong('numbers above 0');
  const usable = parseExact(unit.usable_energy_kwh);
  if (usable.n <= 0n || compare(usable, parseExact(unit.pack_energy_kwh)) > 0) wrong('0 < usable energy <= pack energy');
  if (PLAIN.some((name) => unit[name] !== null && encodeDecimal(parseExact(unit[name])) !== unit[name])) {
    wrong('plain decimals, without trailing zeros');
  }
  const total = encodeDecimal(totalEnergyOf(unit, rules));
  if (unit.total_energy_kwh !== total) wrong(`a total energy of ${total} kWh, found ${unit.total_energy_kwh}`);
}

/**
 * What the pack delivers over its life, in kWh.
 * @param {any} unit
 * @param {Rules} rules
 */
export function totalEnergyOf(unit, rules) {
  const { usable, cycles, years } = lifeOf(unit, rules);
  return years === null ? times(usable, cycles) : times(times(usable, cycles), years);
}

/**
 * What that is the product of: kWh, full cycles (a year's, or the measured ones where `years` is null), and the least of the
 * limits of the warranty, by the field that states each.
 * @param {any} unit
 * @param {Rules} rules
 */
export function lifeOf(unit, rules) {
  const usable = parseExact(unit.usable_energy_kwh);
  if (rules.total_energy === 'measured_cycles') {
    if (unit.measured_cycles === null) refuse('functional unit', `${rules.code} counts measured cycles`);
    return { usable, cycles: parseExact(unit.measured_cycles), limits: [], years: null };
  }
  const limits = limitsOf(unit, rules);
  const years = limits.map(([, limit]) => limit).reduce((least, limit) => (compare(limit, least) < 0 ? limit : least));
  return { usable, cycles: cyclesOf(unit, rules), limits, years };
}

/**
 * Cycles per year: the maker's value first where the rule set lets it; where a table alone decides, the maker of a
 * vehicle that is not in it chooses one of the table's values and says why.
 * @param {any} unit
 * @param {Rules} rules
 * @returns {Fraction}
 */
function cyclesOf(unit, rules) {
  const table = /** @type {Record<string, number | undefined>} */ (rules.default_cycles);
  const own = unit.cycles_per_year === null ? null : parseExact(unit.cycles_per_year);
  const listed = table[unit.vehicle_category];
  if (rules.cycles_from === 'table' && listed === undefined && own !== null) {
    const isListed = Object.values(table).some((value) => compare(own, fraction(BigInt(value ?? 0))) === 0);
    if (!isListed || unit.cycles_reason === '') refuse('functional unit', 'expected cycles of the table, and a reason');
    return own;
  }
  if (rules.cycles_from === 'maker' && own !== null) return own;
  if (listed === undefined) return refuse('functional unit', `${rules.code} has no cycles for ${unit.vehicle_category}`);
  return fraction(BigInt(listed));
}

/**
 * The years of each limit of the warranty, by the field that states it; a mileage converts by the yearly mileage.
 * @param {any} unit
 * @param {Rules} rules
 */
function limitsOf(unit, rules) {
  /** @type {[string, Fraction][]} */
  const limits = unit.warranty_years === null ? [] : [['warranty_years', parseExact(unit.warranty_years)]];
  if (unit.warranty_km !== null) {
    const yearly = /** @type {Record<string, number | undefined>} */ (rules.yearly_mileage_km)[unit.vehicle_category];
    if (yearly === undefined) return refuse('functional unit', `no yearly mileage for ${unit.vehicle_category}`);
    limits.push(['warranty_km', over(parseExact(unit.warranty_km), fraction(BigInt(yearly)))]);
  }
  if (limits.length === 0) refuse('functional unit', 'expected a warranty in years or kilometres');
  return limits;
}
