/**
 * The prime-order group secp256k1 over @noble/curves. Protocol 4, 12.
 *
 * The one fact: `null` is infinity; every other point carries its 33 bytes as hex, by which points are compared.
 * Everything here is public, so nothing takes constant time.
 */

import { mulAddUnsafe, pippenger } from '@noble/curves/abstract/curve.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { bytesToHex, concatBytes, fromInteger, hexToBytes, toInteger, utf8 } from './encodings.js';
import { bucketSum } from './multi_scalar.js';
import { refuse } from './refusal.js';

const Curve = secp256k1.Point;
export const ORDER = Curve.Fn.ORDER;
const BUCKETS_PAY_FROM = 400; // terms, measured

/** @typedef {InstanceType<typeof Curve>} CurvePoint */
/** @typedef {{hex: string, curve: CurvePoint}} Point */
/** @typedef {Point | null} MaybePoint */
/** @typedef {[bigint, MaybePoint]} Term */

/**
 * Read exactly 66 lowercase hex digits of a compressed point; Refusal("encoding") else.
 * @param {string} hex
 * @returns {Point}
 */
export function parsePoint(hex) {
  if (!/^0[23][0-9a-f]{64}$/.test(hex)) refuse('encoding', 'a point has 33 bytes and starts with 02 or 03');
  try {
    return { hex, curve: Curve.fromBytes(hexToBytes(hex)) };
  } catch {
    return refuse('encoding', `${hex.slice(0, 12)}… is no point of secp256k1`);
  }
}

/**
 * Read a scalar below the order from 32 bytes; Refusal("encoding") else.
 * @param {Uint8Array} data
 */
export function parseScalar(data) {
  const value = toInteger(data);
  if (data.length !== 32 || value >= ORDER) refuse('encoding', 'expected 32 bytes of a scalar below the group order');
  return value;
}

/** @param {bigint} value */
export function encodeScalar(value) {
  return fromInteger(reduce(value), 32);
}

/** @param {bigint} value */
export function reduce(value) {
  const rest = value % ORDER;
  return rest < 0n ? rest + ORDER : rest;
}

/** @param {bigint} value other than 0 mod the order */
export function invert(value) {
  return Curve.Fn.inv(value);
}

/**
 * @param {bigint} value
 * @param {number} exponent
 */
export function power(value, exponent) {
  return Curve.Fn.pow(value, BigInt(exponent));
}

/**
 * @param {CurvePoint} curve
 * @returns {MaybePoint}
 */
export function wrap(curve) {
  return curve.is0() ? null : { hex: bytesToHex(curve.toBytes(true)), curve };
}

/** @param {MaybePoint} point */
function unwrap(point) {
  return point === null ? Curve.ZERO : point.curve;
}

/**
 * @param {...MaybePoint} points
 * @returns {MaybePoint}
 */
export function add(...points) {
  return wrap(points.reduce((sum, point) => sum.add(unwrap(point)), Curve.ZERO));
}

/**
 * @param {MaybePoint} point
 * @returns {MaybePoint}
 */
export function negate(point) {
  return point === null ? null : wrap(point.curve.negate());
}

/**
 * The sum of scalar * point, for public scalars of any sign and size, by Pippenger's buckets.
 * @param {Iterable<Term>} terms
 * @param {import('./pace.js').Pace} pace
 * @returns {Promise<CurvePoint>}
 */
export async function multiMultiply(terms, pace) {
  const points = [], scalars = [];
  for (const [scalar, point] of terms) {
    const reduced = reduce(scalar);
    if (point === null || reduced === 0n) continue;
    points.push(point.curve);
    scalars.push(reduced);
  }
  if (points.length === 0) return Curve.ZERO;
  return points.length < BUCKETS_PAY_FROM ? pippenger(Curve, points, scalars) : bucketSum(points, scalars, pace);
}

/**
 * The sum of scalar * point for small scalars of any sign, doubling once for all of them.
 * @param {[bigint, Point][]} terms
 */
export function sumSmall(terms) {
  const points = [], scalars = [];
  for (const [scalar, { curve }] of terms) {
    if (scalar === 0n) continue;
    points.push(scalar < 0n ? curve.negate() : curve);
    scalars.push(scalar < 0n ? -scalar : scalar);
  }
  return points.length === 0 ? Curve.ZERO : mulAddUnsafe(Curve, points, scalars);
}

/**
 * The generator of this name: 02 and SHA-256 of "sealsum/v1/generator/NAME" and a counter, the first that is a point.
 * @param {string} name
 * @returns {Point}
 */
export function makeGenerator(name) {
  const seed = utf8(`sealsum/v1/generator/${name}`);
  for (let counter = 0n; ; counter += 1n) {
    const x = bytesToHex(sha256(concatBytes(seed, fromInteger(counter, 4))));
    try {
      return parsePoint(`02${x}`);
    } catch {
      continue; // about every second x lies on the curve
    }
  }
}

export const B = parsePoint(bytesToHex(Curve.BASE.toBytes(true)));
export const G = makeGenerator('G');
export const H = makeGenerator('H');
