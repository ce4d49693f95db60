/**
 * Field types of statements: one JSON form each. Protocol 14, the paragraph before the table.
 *
 * The one fact: a reader takes a JSON value and returns what it means; it accepts exactly the text it would write.
 */

import { fromBase64, lengthOf } from './encodings.js';
import { parsePoint } from './group.js';
import { refuse } from './refusal.js';

/** @typedef {(value: any, place: string) => any} Reader */

const SHOWABLE = '[^\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]';

/**
 * @param {string} place
 * @param {string} expected
 * @returns {never}
 */
function wrong(place, expected) {
  return refuse('schema', `field ${place}: expected ${expected}`);
}

/**
 * @param {RegExp} pattern
 * @param {string} expected
 * @returns {Reader}
 */
function matching(pattern, expected) {
  return (value, place) => (typeof value === 'string' && pattern.test(value) ? value : wrong(place, expected));
}

/**
 * @param {RegExp} pattern
 * @param {number} longest
 * @returns {Reader}
 */
function textOf(pattern, longest) {
  return (value, place) => {
    const fits = typeof value === 'string' && pattern.test(value) && lengthOf(value) <= longest;
    return fits ? value : wrong(place, `a text of at most ${longest} characters that can be shown`);
  };
}

export const id = matching(/^[0-9a-f]{64}$/, '64 lowercase hex digits');
export const nonce = matching(/^[0-9a-f]{32}$/, '32 lowercase hex digits');
export const code = matching(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a code');
export const date = matching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'a date as 2025-01-01');
export const decimal = matching(/^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?$/, 'a decimal text');
export const rational = matching(/^-?(0|[1-9][0-9]{0,17})(\/[1-9][0-9]{0,17})?$/, 'a rational text');
export const text = textOf(new RegExp(`^${SHOWABLE}+$`, 'u'), 400);
export const optionalText = textOf(new RegExp(`^(\\n|${SHOWABLE})*$`, 'u'), 4000);
export const pem = textOf(/^[^]+$/, 8000);

/** @type {Reader} */
export function integer(value, place) {
  return typeof value === 'string' && /^(0|-?[1-9][0-9]{0,90})$/.test(value) ? BigInt(value) : wrong(place, 'an integer text');
}

/** @type {Reader} */
export function point(value, place) {
  return typeof value === 'string' && /^[0-9a-f]{66}$/.test(value) ? parsePoint(value) : wrong(place, 'a point');
}

/** @type {Reader} */
export function bytes(value, place) {
  return fromBase64(value) ?? wrong(place, 'standard base64');
}

/** @type {Reader} */
export function bool(value, place) {
  return typeof value === 'boolean' ? value : wrong(place, 'true or false');
}

/**
 * @param {number} low
 * @param {number} high
 * @returns {Reader}
 */
export function between(low, high) {
  return (value, place) => {
    const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high;
    return fits ? value : wrong(place, `a whole number from ${low} to ${high}`);
  };
}

export const small = between(0, Number.MAX_SAFE_INTEGER);

/**
 * @param {...string} words
 * @returns {Reader}
 */
export function oneOf(...words) {
  return (value, place) => (words.includes(value) ? value : wrong(place, `one of ${words.join(', ')}`));
}

/**
 * @param {Reader} reader
 * @returns {Reader}
 */
export function nullable(reader) {
  return (value, place) => (value === null ? null : reader(value, place));
}

/**
 * @param {Reader} reader
 * @param {number} fewest
 * @param {number} most
 * @returns {Reader}
 */
export function list(reader, fewest, most) {
  return (value, place) => {
    if (!Array.isArray(value) || value.length < fewest || value.length > most) {
      return wrong(place, `a list of ${fewest} to ${most} items`);
    }
    return value.map((item, at) => reader(item, `${place}.${at}`));
  };
}

/**
 * An object with exactly these fields.
 * @param {Record<string, Reader>} fields
 * @returns {Reader}
 */
export function record(fields) {
  const names = Object.keys(fields);
  return (value, place) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrong(place, 'an object');
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) return wrong(`${place}.${unknown}`, 'no such field');
    /** @type {Record<string, any>} */
    const found = {};
    for (const name of names) {
      if (!Object.hasOwn(value, name)) return wrong(`${place}.${name}`, 'this field');
      found[name] = fields[name](value[name], `${place}.${name}`);
    }
    return found;
  };
}

/**
 * An object whose keys are among these; none must be there.
 * @param {string[]} names
 * @param {Reader} reader
 * @returns {Reader}
 */
export function someOf(names, reader) {
  return (value, place) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrong(place, 'an object');
    const pairs = Object.entries(value).map(([name, item]) => [
      oneOf(...names)(name, place),
      reader(item, `${place}.${name}`),
    ]);
    return Object.fromEntries(pairs);
  };
}
