/**
 * The functional unit for people, and how the energy over the pack's life comes about: who multiplies gets it.
 *
 * The one fact: the same rows as in the report of `sealsum verify --report`; a test compares the two.
 */

import { compare, encodeDecimal, PLACES } from './exact.js';
import { lifeOf, totalEnergyOf } from './functional_unit.js';
import { rulesOf } from './method_rules.js';
import { showNumber } from './numbers.js';
import { Refusal } from './refusal.js';
import tables from './tables.json';
import { said } from './words.js';

/** @typedef {import('./exact.js').Fraction} Fraction */
/** @typedef {import('./method_rules.js').Rules} Rules */
/** @typedef {ReturnType<typeof lifeOf>} Life */

const L = tables.labels;
const NONE = '—';
const FIRST = /** @type {Record<string, any>} */ ({ warranty_years: L.warranty_years_first, warranty_km: L.warranty_km_first });

/**
 * The rows, each a label and what is said.
 * @param {any} unit
 * @param {string} method
 * @returns {[string, string][]}
 */
export function rowsOfUnit(unit, method) {
  const rules = rulesOf(method), life = rules === null ? null : findLife(unit, rules);
  const kwh = (/** @type {string} */ text) => `${showNumber(text, 1)} kWh`;
  return [
    [said(L.pack_energy), kwh(unit.pack_energy_kwh)], [said(L.usable_energy), kwh(unit.usable_energy_kwh)],
    [said(L.cycles), showCycles(unit, life)],
    ...showWarranty(unit, life, rules),
    [said(L.measured_cycles), unit.measured_cycles === null ? NONE : showNumber(unit.measured_cycles, 0)],
    [said(L.total_energy), [kwh(unit.total_energy_kwh), ...life === null ? [] : [showProduct(life)]].join(' = ')],
  ];
}

/**
 * How the energy over the pack's life comes about; null where the file's is not the rule set's.
 * @param {any} unit
 * @param {Rules} rules
 * @returns {Life | null}
 */
function findLife(unit, rules) {
  try {
    return encodeDecimal(totalEnergyOf(unit, rules)) === unit.total_energy_kwh ? lifeOf(unit, rules) : null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** @param {Life} life */
function showProduct({ usable, cycles, years }) {
  const counted = years === null ? [] : [said(L.in_years, { years: showYears(years) })];
  return [`${exactly(usable)} kWh`, exactly(cycles), ...counted].join(' × ');
}

/** @param {any} unit @param {Life | null} life */
function showCycles(unit, life) {
  const own = unit.cycles_per_year;
  if (life !== null && life.years !== null && encodeDecimal(life.cycles) !== own) return said(L.by_rule_set, { cycles: exactly(life.cycles) });
  return own === null ? NONE : showNumber(own, 1);
}

/**
 * The limits of the warranty; of two, which one counts.
 * @param {any} unit
 * @param {Life | null} life
 * @param {Rules | null} rules
 * @returns {[string, string][]}
 */
function showWarranty(unit, life, rules) {
  const limits = life?.limits ?? [], mileage = limits.find(([field]) => field === 'warranty_km');
  const shown = unit.warranty_years === null ? [] : [said(L.in_years, { years: showNumber(unit.warranty_years, 1) })];
  if (mileage !== undefined) {
    const yearly = /** @type {Record<string, number>} */ (rules?.yearly_mileage_km)[unit.vehicle_category];
    const values = { km: showNumber(unit.warranty_km, 0), yearly: showNumber(String(yearly), 0) };
    shown.push(said(L.mileage_in_years, { ...values, years: showYears(mileage[1]) }));
  } else if (unit.warranty_km !== null) shown.push(`${showNumber(unit.warranty_km, 0)} km`);
  /** @type {[string, string][]} */
  const rows = [[said(L.warranty), shown.join('; ') || NONE]];
  const [one, two] = limits;
  if (one === undefined || two === undefined || compare(one[1], two[1]) === 0) return rows;
  const [field, first] = compare(one[1], two[1]) < 0 ? one : two;
  return [...rows, [said(L.counted_years), said(FIRST[field], { years: showYears(first) })]];
}

/** To the letter, so that who multiplies gets what is shown. @param {Fraction} value */
function exactly(value) {
  return showNumber(encodeDecimal(value), PLACES);
}

/** @param {Fraction} value */
function showYears(value) {
  return showNumber(encodeDecimal(value), 4);
}
