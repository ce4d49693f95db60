/**
 * Exact numbers and the one place where they are rounded. docs/method.md, 1.
 *
 * The one fact: every number is a fraction of two whole numbers; text in and text out are plain decimals.
 */

/** A fraction; `d` is above 0. @typedef {{n: bigint, d: bigint}} Fraction */

export const PLACES = 15;

/**
 * @param {bigint} n
 * @param {bigint} [d]
 * @returns {Fraction}
 */
export function fraction(n, d = 1n) {
  return d < 0n ? { n: -n, d: -d } : { n, d };
}

export const ZERO = fraction(0n), ONE = fraction(1n);

/** A decimal or rational text that the schema accepted. @param {string} text */
export function parseExact(text) {
  const [over, under] = text.split('/');
  const [whole, part = ''] = over.split('.');
  const n = BigInt(`${whole}${part}`);
  return fraction(n, 10n ** BigInt(part.length) * BigInt(under ?? '1'));
}

/** @param {Fraction} a @param {Fraction} b */
export function plus(a, b) {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** @param {Fraction} a */
export function minus(a) {
  return fraction(-a.n, a.d);
}

/** @param {Fraction} a @param {Fraction} b */
export function times(a, b) {
  return fraction(a.n * b.n, a.d * b.d);
}

/** @param {Fraction} a @param {Fraction} b other than 0 */
export function over(a, b) {
  return fraction(a.n * b.d, a.d * b.n);
}

/** @param {Fraction} a */
export function absolute(a) {
  return a.n < 0n ? minus(a) : a;
}

/** Below 0, 0 or above 0 as a is to b. @param {Fraction} a @param {Fraction} b */
export function compare(a, b) {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** The largest whole number that is not above the value. @param {Fraction} a */
export function roundDown(a) {
  const whole = a.n / a.d;
  return a.n < 0n && whole * a.d !== a.n ? whole - 1n : whole;
}

/** The nearest whole number, ties to even. @param {Fraction} a */
export function roundHalfEven(a) {
  const low = roundDown(a), twice = 2n * (a.n - low * a.d);
  return twice > a.d || (twice === a.d && (low & 1n) === 1n) ? low + 1n : low;
}

/**
 * The value rounded half-even to `places` decimals, without trailing zeros, exponent or "-0".
 * @param {Fraction} value
 * @param {number} [places]
 */
export function encodeDecimal(value, places = PLACES) {
  const scaled = roundHalfEven(times(value, fraction(10n ** BigInt(places))));
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places), part = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}
