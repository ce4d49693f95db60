/**
 * Numbers as people read them: rounded, with at least three digits that mean something, thousands apart.
 *
 * The one fact: the same number looks the same everywhere; exchange/report/numbers.py has the same function.
 */

import { absolute, encodeDecimal, fraction, minus, parseExact, PLACES, roundDown, roundHalfEven, times } from './exact.js';

const SPACE = '\u00a0', MINUS = '−', SMALLEST = 100n, HUNDRED = fraction(100n); // SMALLEST: of the last place, three digits

/** @type {Record<Rounding, (value: import('./exact.js').Fraction) => bigint>} */
const ROUND = { even: roundHalfEven, down: roundDown, up: (value) => -roundDown(minus(value)) };

/** @typedef {'even' | 'down' | 'up'} Rounding */

/**
 * A decimal text of a statement, rounded to `places` decimals, to more where fewer digits would stay. A bound keeps its
 * side: what holds "at least" is rounded down, "at most" up.
 * @param {string} text
 * @param {number} places
 * @param {Rounding} [rounding]
 */
export function showNumber(text, places, rounding = 'even') {
  const value = parseExact(text), size = absolute(value);
  let enough = places;
  while (value.n !== 0n && size.n * 10n ** BigInt(enough) < SMALLEST * size.d && enough < PLACES) enough += 1;
  const scale = 10n ** BigInt(enough);
  const shown = encodeDecimal(fraction(ROUND[rounding](times(value, fraction(scale))), scale), enough);
  const [whole, part] = shown.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, SPACE);
  return `${shown.startsWith('-') ? MINUS : ''}${grouped}${part === undefined ? '' : `.${part}`}`;
}

/**
 * A share of 1 as percent, without the sign.
 * @param {string} share
 * @param {number} [places]
 * @param {Rounding} [rounding]
 */
export function showPercent(share, places = 1, rounding = 'even') {
  return showNumber(encodeDecimal(times(parseExact(share), HUNDRED), 2 * PLACES), places, rounding);
}

/**
 * A time in Unix seconds as a day, by the clock that it names, as the report has it.
 * @param {number} seconds
 */
export function tellDay(seconds) {
  return tell(seconds, 10);
}

/** A time in Unix seconds to the minute, by the clock that it names. @param {number} seconds */
export function tellMoment(seconds) {
  return tell(seconds, 16);
}

/**
 * @param {number} seconds
 * @param {number} length
 * @returns {import('./words.js').Words}
 */
function tell(seconds, length) {
  const at = (/** @type {number} */ ahead) =>
    new Date((seconds + 3600 * ahead) * 1000).toISOString().slice(0, length).replace('T', ' ');
  return { en: `${at(0)} UTC`, zh: `${at(8)}（北京时间）` };
}
