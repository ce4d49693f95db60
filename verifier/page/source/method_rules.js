/**
 * Rule sets: what a method decides, as data (tables.json), and the weights of recycling. docs/method.md.
 *
 * The one fact: an amount is the same in every rule set and boundary; only its public weight differs.
 */

import { minus, ONE, parseExact, plus, ZERO } from './exact.js';
import { refuse } from './refusal.js';
import tables from './tables.json';

/** @typedef {import('./exact.js').Fraction} Fraction */
/** @typedef {(typeof tables.rules)['mee-2025-cff']} RuleData */
/** @typedef {RuleData & {code: string, boundaries: Record<string, string[]>}} Rules */

/** The rule set of this name, null when there is none. @param {string} method @returns {Rules | null} */
export function rulesOf(method) {
  const known = /** @type {Record<string, any>} */ (tables.rules);
  return Object.hasOwn(known, method) ? { code: method, ...known[method] } : null;
}

/**
 * @param {string} method
 * @param {string} boundary
 * @returns {Rules}
 */
export function findRules(method, boundary) {
  const rules = rulesOf(method);
  if (rules === null) return refuse('method', `unknown method ${method}`);
  if (!Object.hasOwn(rules.boundaries, boundary)) refuse('method', `method ${method} has no boundary ${boundary}`);
  return rules;
}

/** @type {Record<string, (a: Fraction, b: Fraction) => Fraction>} */
const CFF = {
  recycled_input_virgin: (a) => plus(ONE, minus(a)),
  recycled_input_recycled: (a) => plus(a, minus(ONE)),
  recycled_output_recycling: (a) => plus(ONE, minus(a)),
  recycled_output_avoided: (a) => plus(a, minus(ONE)),
  energy_recovery: (_, b) => plus(ONE, minus(b)),
  energy_avoided: (_, b) => plus(b, minus(ONE)),
  disposal: () => ONE,
};
/** @type {Record<string, (a: Fraction, b: Fraction) => Fraction>} */
const LITERAL = {
  recycled_input_virgin: (a) => a,
  recycled_input_recycled: () => ZERO,
  recycled_output_recycling: () => ONE,
  recycled_output_avoided: minus,
  energy_recovery: () => ONE,
  energy_avoided: () => ZERO,
  disposal: () => ONE,
};

/**
 * What a line of this role counts for: an activity 1, recycling nothing where the boundary has no end of life.
 * @param {Rules} rules
 * @param {string} role
 * @param {string} material
 * @param {string} boundary
 */
export function weightOf(rules, role, material, boundary) {
  if (role === 'activity') return ONE;
  if (!rules.boundaries[boundary].includes('end_of_life')) return ZERO;
  const share = parseExact(/** @type {Record<string, string>} */ (rules.allocation)[material]);
  const weigh = rules.weigh === 'literal' ? LITERAL : CFF;
  return weigh[role](share, parseExact(rules.energy_allocation));
}

/** The name of a rating by the rule set's own edges. @param {Fraction} rating @param {Rules} rules */
export function bandOf(rating, rules) {
  for (const band of rules.quality_bands) {
    const upper = parseExact(band.upper), difference = rating.n * upper.d - upper.n * rating.d;
    if (difference < 0n || (band.includes_upper && difference === 0n)) return band.name;
  }
  return rules.quality_bands.length > 0 ? 'poor' : '';
}

