/**
 * The public library: categories, factors, and the coefficients that follow from them. Protocol 14, "Coefficients";
 * docs/method.md, "Categories and factors as statements".
 *
 * The one fact: everything numeric about a line follows from what was published and from rule set and boundary.
 */

import { fraction, parseExact, roundHalfEven, times } from './exact.js';
import { lengthOf } from './encodings.js';
import { findRules, weightOf } from './method_rules.js';
import { refuse } from './refusal.js';
import tables from './tables.json';

/** @typedef {import('./statements.js').Before} Before */
/** @typedef {[bigint, bigint, bigint, bigint]} Coefficients */
/** @typedef {{category: any, factors: any[], coefficients: Coefficients[]}} Template */

const MILLION = fraction(10n ** 6n), LIMIT = 2n ** 40n, WIDEST = 10n;

/** A text that is more than white space. @param {string} text */
export function isSaid(text) {
  return lengthOf(text) <= 400 && /[^\p{White_Space}]/u.test(text);
}

/** Whether text is a real day. @param {string} text */
export function isDay(text) {
  const [year, month, day] = text.split('-').map(Number);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  return year >= 1 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
}

/** Refusal unless the method takes this category. @param {any} category */
export function checkCategory(category) {
  const demand = demandOf('category', category.code);
  demand(category.version >= 1 && category.version <= 10 ** 6, 'a version from 1 to 1 000 000');
  demand([category.name_zh, category.name_en].every(isSaid), 'names');
  demand(tables.units.includes(category.declared_unit), 'a declared unit by its one name');
  demand(new Set(category.stages).size === category.stages.length, 'each stage once');
  demand(new Set(category.lines.map((/** @type {any} */ line) => line.code)).size === category.lines.length, 'each line once');
  category.lines.forEach((/** @type {any} */ line) => checkLine(line, demand));
  const numbers = [...category.reference, category.quantity_low, category.quantity_high];
  demand(numbers.every((number) => /^-?[0-9]{1,18}$/.test(String(number))), 'numbers of at most 18 digits');
  const [total, , secondary, quality] = category.reference;
  demand(total !== 0n && secondary >= 0n && quality >= 0n, 'a reference total other than 0, the last two from 0');
  const { quantity_low: low, quantity_high: high } = category;
  demand(low > 0n && low <= high && high <= WIDEST * low, '0 < quantity_low <= quantity_high <= 10 quantity_low');
}

/**
 * @param {string} kind
 * @param {string} code
 * @returns {(holds: boolean, expected: string) => void}
 */
function demandOf(kind, code) {
  return (holds, expected) => {
    if (!holds) refuse(kind, `${kind} ${code}: expected ${expected}`);
  };
}

/**
 * @param {any} line
 * @param {(holds: boolean, expected: string) => void} demand
 */
function checkLine(line, demand) {
  demand([line.name_zh, line.name_en].every(isSaid), `names of line ${line.code}`);
  demand(tables.units.includes(line.unit), `the unit of line ${line.code} by its one name`);
  demand(tables.line_kinds.includes(line.kind), `a known kind of line ${line.code}`);
  demand(line.accepts.length === 0 || line.accepts.includes(line.default_factor), `the default of line ${line.code} among its factors`);
  demand(tables.roles.includes(line.role), `a known role of line ${line.code}`);
  const materials = line.role === 'activity' ? [''] : tables.materials;
  demand(materials.includes(line.material), `a known material of line ${line.code}`);
  const models = line.kind === 'electricity' ? ['', ...tables.electricity_models] : [''];
  demand(models.includes(line.model), `a known electricity model of line ${line.code}`);
}

/** Refusal unless the method takes this factor. @param {any} factor */
export function checkFactor(factor) {
  const demand = demandOf('factor', factor.code);
  demand(factor.version >= 1 && factor.version <= 10 ** 6, 'a version from 1 to 1 000 000');
  const said = [factor.name_zh, factor.name_en, factor.region, factor.source, factor.licence, factor.owner];
  demand(said.every(isSaid), 'names, region, source, licence and owner');
  for (const [field, known] of Object.entries(tables.factor)) demand(known.includes(factor[field]), `a known ${field}`);
  demand(tables.units.includes(factor.unit), 'a unit by its one name');
  demand(factor.year >= 1900 && factor.year <= 2200, 'a year from 1900 to 2200');
  demand([factor.valid_from, factor.valid_to].every((day) => day === null || isDay(day)), 'real days');
  demand(lengthOf(factor.note) <= 400, 'a note of at most 400 characters');
}

/**
 * What a publication publishes; Refusal("publication") unless it and its subject, of this kind, are known.
 * @param {string} publication
 * @param {string} kind
 * @param {Before} record
 */
function publishedAs(publication, kind, record) {
  const logged = record.get(publication, 'publication');
  const subject = logged === null ? null : record.get(logged.payload.subject, kind);
  return subject === null ? refuse('publication', `${publication} is no logged publication of a ${kind}`) : subject.payload;
}

/**
 * @param {string} publication
 * @param {Before} record
 */
export function publishedCategory(publication, record) {
  const category = publishedAs(publication, 'category', record);
  checkCategory(category);
  return category;
}

/** @type {WeakMap<object, Map<string, Template>>} */
const fitted = new WeakMap();

/**
 * One published factor for each line of the declaration's category, and the coefficients under its own method and this
 * boundary; Refusal when something does not fit.
 * @param {any} declaration
 * @param {string} boundary
 * @param {Before} record
 * @returns {Template}
 */
export function templateOf(declaration, boundary, record) {
  const known = fitted.get(declaration) ?? new Map(), found = known.get(boundary);
  if (found !== undefined) return found;
  const template = fit(declaration, boundary, record);
  fitted.set(declaration, known.set(boundary, template));
  return template;
}

/**
 * @param {any} declaration
 * @param {string} boundary
 * @param {Before} record
 * @returns {Template}
 */
function fit(declaration, boundary, record) {
  const rules = findRules(declaration.method, boundary);
  const category = publishedCategory(declaration.category, record);
  const factors = declaration.lines.map((/** @type {any} */ line) => publishedAs(line.factor, 'factor', record));
  factors.forEach(checkFactor);
  if (factors.length !== category.lines.length) {
    refuse('template', `expected ${category.lines.length} lines, found ${factors.length}`);
  }
  checkOneSet(category.lines, factors);
  const coefficients = category.lines.map((/** @type {any} */ line, /** @type {number} */ at) =>
    makeCoefficients(line, factors[at], weightOf(rules, line.role, line.material, boundary)));
  return { category, factors, coefficients };
}

/**
 * Direct emissions are counted by the warming potentials of one report.
 * @param {any[]} lines
 * @param {any[]} factors
 */
function checkOneSet(lines, factors) {
  const sets = factors.filter((_, at) => lines[at].kind === 'direct_emission').map((factor) => factor.gwp_set);
  if (new Set(sets.filter((set) => set !== 'unknown')).size > 1) {
    refuse('factor', 'warming potentials of two reports do not mix in one sum');
  }
}

/**
 * w[0..3] of a line: total, biogenic, secondary, quality, in 1e-6 kgCO2e per unit of the line.
 * @param {any} line
 * @param {any} factor
 * @param {import('./exact.js').Fraction} weight
 * @returns {Coefficients}
 */
function makeCoefficients(line, factor, weight) {
  const isAccepted = line.accepts.length === 0 || line.accepts.includes(factor.code);
  if (!isAccepted || factor.unit !== line.unit) refuse('factor', `line ${line.code} does not take factor ${factor.code}`);
  const scale = times(times(parseExact(line.coefficient), weight), MILLION);
  const total = roundHalfEven(times(parseExact(factor.total), scale));
  const biogenic = roundHalfEven(times(parseExact(factor.biogenic), scale));
  const { technology, time, geography } = factor.scores;
  const size = total < 0n ? -total : total, secondary = line.secondary ? size : 0n;
  /** @type {Coefficients} */
  const found = [total, biogenic, secondary, BigInt(technology + time + geography) * secondary];
  if (found.some((w) => w >= LIMIT || w <= -LIMIT)) {
    refuse('factor', `line ${line.code} under factor ${factor.code}: a coefficient is 2^40 or more`);
  }
  return found;
}

/**
 * Refusal unless validity and period meet; a day is enough.
 * @param {any} factor
 * @param {{start: string, end: string}} period
 */
export function checkValidIn(factor, period) {
  const early = factor.valid_from !== null && period.end < factor.valid_from;
  const late = factor.valid_to !== null && period.start > factor.valid_to;
  if (early || late) refuse('method', `factor ${factor.code} is not valid in ${period.start} to ${period.end}`);
}

