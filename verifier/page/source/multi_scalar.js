/**
 * Sums of thousands of scalar * point for public scalars: Pippenger's buckets over affine points.
 *
 * The one fact: within a window points are added pairwise, bucket by bucket, with one field inversion for a whole round
 * of pairs; so an addition costs six multiplications instead of the twelve and more of projective coordinates. A test
 * compares it with @noble/curves.
 */

import { secp256k1 } from '@noble/curves/secp256k1.js';

const Curve = secp256k1.Point, PRIME = Curve.Fp.ORDER;
const BYTES = 32, HALF = 128;

/** An affine point; null is infinity. @typedef {{x: bigint, y: bigint}} Affine */

/**
 * @param {InstanceType<typeof Curve>[]} points other than infinity
 * @param {bigint[]} scalars in [0, order)
 * @param {import('./pace.js').Pace} pace
 */
export async function bucketSum(points, scalars, pace) {
  const affine = points.map((point) => point.toAffine()), digits = scalars.map(signedBytes);
  let total = Curve.ZERO;
  for (let window = BYTES; window >= 0; window -= 1) {
    for (let bit = 0; bit < 8; bit += 1) total = total.double();
    total = total.add(windowSum(affine, digits, window));
    await pace.rest();
  }
  return total;
}

/** 33 digits from -127 to 128, lowest first, that are the bytes of the scalar with their carries. @param {bigint} scalar */
function signedBytes(scalar) {
  const hex = scalar.toString(16).padStart(2 * BYTES, '0'), digits = new Int16Array(BYTES + 1);
  let carry = 0;
  for (let at = 0; at < BYTES; at += 1) {
    const digit = Number.parseInt(hex.slice(hex.length - 2 * at - 2, hex.length - 2 * at), 16) + carry;
    carry = digit > HALF ? 1 : 0;
    digits[at] = digit - 256 * carry;
  }
  digits[BYTES] = carry;
  return digits;
}

/**
 * @param {Affine[]} points
 * @param {Int16Array[]} digits
 * @param {number} window
 */
function windowSum(points, digits, window) {
  /** @type {Affine[][]} */
  const buckets = Array.from({ length: HALF + 1 }, () => []);
  points.forEach((point, at) => {
    const digit = digits[at][window];
    if (digit > 0) buckets[digit].push(point);
    else if (digit < 0) buckets[-digit].push({ x: point.x, y: PRIME - point.y });
  });
  while (addPairs(buckets));
  let running = Curve.ZERO, sum = Curve.ZERO;
  for (let digit = HALF; digit > 0; digit -= 1) {
    const [point] = buckets[digit];
    if (point !== undefined) running = running.add(Curve.fromAffine(point));
    sum = sum.add(running);
  }
  return sum;
}

/**
 * Halve every bucket of two points or more; whether there was one.
 * @param {Affine[][]} buckets
 */
function addPairs(buckets) {
  /** @type {{left: Affine, right: Affine, bucket: Affine[]}[]} */
  const pairs = [];
  /** @type {bigint[]} */
  const lower = [];
  buckets.forEach((bucket, digit) => {
    if (bucket.length < 2) return;
    /** @type {Affine[]} */
    const kept = bucket.length % 2 === 1 ? [bucket[bucket.length - 1]] : [];
    for (let at = 0; at + 1 < bucket.length; at += 2) {
      const left = bucket[at], right = bucket[at + 1];
      if (left.x === right.x && left.y !== right.y) continue; // they cancel
      pairs.push({ left, right, bucket: kept });
      lower.push(left.x === right.x ? 2n * left.y : right.x - left.x);
    }
    buckets[digit] = kept;
  });
  if (pairs.length === 0) return buckets.some((bucket) => bucket.length > 1);
  invertAll(lower).forEach((inverse, at) => {
    const { left, right, bucket } = pairs[at];
    const rise = left.x === right.x ? 3n * left.x * left.x : right.y - left.y;
    const slope = ((rise % PRIME) * inverse) % PRIME;
    const x = positive((slope * slope - left.x - right.x) % PRIME);
    bucket.push({ x, y: positive((slope * (left.x - x) - left.y) % PRIME) });
  });
  return true;
}

/** @param {bigint} value */
function positive(value) {
  return value < 0n ? value + PRIME : value;
}

/**
 * The inverses of values other than 0, for the price of one inversion.
 * @param {bigint[]} values
 */
function invertAll(values) {
  /** @type {bigint[]} */
  const products = [1n];
  for (const value of values) products.push((products[products.length - 1] * value) % PRIME);
  let inverse = Curve.Fp.inv(positive(products[values.length]));
  const inverses = new Array(values.length);
  for (let at = values.length - 1; at >= 0; at -= 1) {
    inverses[at] = (inverse * products[at]) % PRIME;
    inverse = (inverse * values[at]) % PRIME;
  }
  return inverses;
}
