/**
 * Numbers as people read them: rounded, with at least three digits that mean something, thousands apart.
 *
 * The one fact: the same number looks the same everywhere; verifier/numbers.py has the same function.
 */

import { absolute, encodeDecimal, fraction, parseExact, PLACES, times } from './exact.js';

const SPACE = '\u00a0', MINUS = '−', SMALLEST = 100n, HUNDRED = fraction(100n); // SMALLEST: of the last place, three digits

/**
 * A decimal text of a statement, rounded half-even to `places` decimals, to more where fewer digits would stay.
 * @param {string} text
 * @param {number} places
 */
export function showNumber(text, places) {
  const value = parseExact(text), size = absolute(value);
  let enough = places;
  while (value.n !== 0n && size.n * 10n ** BigInt(enough) < SMALLEST * size.d && enough < PLACES) enough += 1;
  const shown = encodeDecimal(value, enough);
  const [whole, part] = shown.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, SPACE);
  return `${shown.startsWith('-') ? MINUS : ''}${grouped}${part === undefined ? '' : `.${part}`}`;
}

/**
 * A share of 1 as percent, without the sign.
 * @param {string} share
 * @param {number} [places]
 */
export function showPercent(share, places = 1) {
  return showNumber(encodeDecimal(times(parseExact(share), HUNDRED)), places);
}

/** A time in Unix seconds as a day. @param {number} seconds */
export function showDay(seconds) {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
