/**
 * Range proofs: each committed value lies in [0, 2^width), its own width (Bulletproofs+, eprint 2020/735, in parts and
 * answered early). Protocol 14, "Range proof".
 *
 * The one fact: count, widths, commitments and generators of a part are absorbed before its first challenge.
 */

import { bytesToHex } from './encodings.js';
import { G, H, invert, ORDER, parsePoint, parseScalar, power } from './group.js';
import { refuse } from './refusal.js';
import { generatorsDigest, LONGEST } from './vector_bases.js';

/** @typedef {import('./group.js').Point} Point */
/** @typedef {import('./group.js').MaybePoint} MaybePoint */
/** @typedef {import('./group.js').Term} Term */
/** @typedef {import('./transcript.js').Transcript} Transcript */
/** @typedef {import('./batch.js').EquationBatch} EquationBatch */
/**
 * @typedef {object} RangePart
 * @property {Point} bits
 * @property {[Point, Point][]} rounds
 * @property {[Point, Point]} last
 * @property {bigint[]} r
 * @property {bigint[]} s
 * @property {bigint} delta
 */

const LAST_LENGTH = 32, MAX_WIDTH = 64, MAX_BITS = 2048;

/**
 * [start, end) of the values in each part: as many as fit into 256 bits, in order.
 * @param {number[]} widths
 */
export function splitWidths(widths) {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (widths.length === 0 || widths.length > MAX_BITS || total > MAX_BITS || widths.some((w) => w > MAX_WIDTH)) {
    refuse('proof', `a range proof is about 1 to ${MAX_BITS} values of 0 to ${MAX_WIDTH} bits, ${MAX_BITS} in all`);
  }
  const parts = [];
  let start = 0, bits = 0;
  widths.forEach((width, index) => {
    if (bits + width > LONGEST) {
      parts.push([start, index]);
      start = index;
      bits = 0;
    }
    bits += width;
  });
  parts.push([start, widths.length]);
  return parts;
}

/** @param {number[]} widths */
export function paddedLength(widths) {
  const bits = widths.reduce((sum, width) => sum + width, 0);
  let length = 1;
  while (length < bits) length *= 2;
  return length;
}

/** @param {number} length */
function roundsOf(length) {
  return Math.max(0, Math.log2(length / LAST_LENGTH));
}

/** @param {number} length */
function encodedLength(length) {
  return (2 * roundsOf(length) + 3) * 33 + (2 * Math.min(length, LAST_LENGTH) + 1) * 32;
}

/**
 * Read a proof for values of these widths; Refusal on another length or contents.
 * @param {Uint8Array} data
 * @param {number[]} widths
 * @returns {RangePart[]}
 */
export function parseRangeProof(data, widths) {
  const lengths = splitWidths(widths).map(([start, end]) => paddedLength(widths.slice(start, end)));
  const expected = lengths.reduce((sum, length) => sum + encodedLength(length), 0);
  if (data.length !== expected) refuse('proof', `expected a range proof of ${expected} bytes, found ${data.length}`);
  let at = 0;
  return lengths.map((length) => {
    const end = at + encodedLength(length);
    const part = parsePart(data.subarray(at, end), length);
    at = end;
    return part;
  });
}

/**
 * @param {Uint8Array} data
 * @param {number} length
 * @returns {RangePart}
 */
function parsePart(data, length) {
  const split = (2 * roundsOf(length) + 3) * 33, last = Math.min(length, LAST_LENGTH);
  const points = [], scalars = [];
  for (let at = 0; at < split; at += 33) points.push(parsePoint(bytesToHex(data.subarray(at, at + 33))));
  for (let at = split; at < data.length; at += 32) scalars.push(parseScalar(data.subarray(at, at + 32)));
  /** @type {[Point, Point][]} */
  const rounds = [];
  for (let at = 1; at < points.length - 2; at += 2) rounds.push([points[at], points[at + 1]]);
  return {
    bits: points[0],
    rounds,
    last: [points[points.length - 2], points[points.length - 1]],
    r: scalars.slice(0, last),
    s: scalars.slice(last, 2 * last),
    delta: scalars[2 * last],
  };
}

/**
 * Add the proof's equations to the batch, one a part.
 * @param {EquationBatch} batch
 * @param {MaybePoint[]} commitments
 * @param {number[]} widths
 * @param {RangePart[]} proof
 * @param {Transcript} transcript
 */
export function queueRange(batch, commitments, widths, proof, transcript) {
  splitWidths(widths).forEach(([start, end], number) => {
    const own = widths.slice(start, end);
    batch.add(...equationOf(commitments.slice(start, end), own, proof[number], transcript));
  });
}

/**
 * What adds up to infinity when the part holds: e^2 P + e A' + B' less the responses' side, the rounds unrolled.
 * @param {MaybePoint[]} commitments
 * @param {number[]} widths
 * @param {RangePart} part
 * @param {Transcript} transcript
 * @returns {[Term[], bigint[], bigint[]]}
 */
function equationOf(commitments, widths, part, transcript) {
  const length = paddedLength(widths);
  absorbStatement(commitments, widths, length, transcript);
  transcript.absorbPoint('range/A', part.bits);
  const y = transcript.challenge('range/y'), z = transcript.challenge('range/z');
  const folds = part.rounds.map(([left, right]) => {
    transcript.absorbPoint('range/L', left);
    transcript.absorbPoint('range/R', right);
    return transcript.challenge('range/e');
  });
  transcript.absorbPoint('range/last/A', part.last[0]);
  transcript.absorbPoint('range/last/B', part.last[1]);
  const last = transcript.challenge('range/last/e');
  const square = (last * last) % ORDER, inverses = folds.map(invert), yInverse = invert(y);
  const weights = valueWeights(z, widths.length), atEnd = power(y, length + 1);
  /** @type {Term[]} */
  const terms = [[square, part.bits], [last, part.last[0]], [1n, part.last[1]]];
  part.rounds.forEach(([left, right], at) => {
    terms.push([(square * folds[at] * folds[at]) % ORDER, left]);
    terms.push([(square * inverses[at] * inverses[at]) % ORDER, right]);
  });
  commitments.forEach((point, at) => terms.push([(((square * atEnd) % ORDER) * weights[at]) % ORDER, point]));
  terms.push([valueScalar({ y, z, square, atEnd, weights, widths, length }, part), G], [-part.delta, H]);
  const [gScalars, hScalars] = unfold(yInverse, folds, inverses, part, last);
  const bits = bitWeights(square, y, yInverse, weights, widths, length);
  const shift = (square * z) % ORDER;
  return [
    terms,
    gScalars.map((scalar) => -shift - scalar),
    hScalars.map((scalar, at) => shift + bits[at] - scalar),
  ];
}

/**
 * @param {MaybePoint[]} commitments
 * @param {number[]} widths
 * @param {number} length
 * @param {Transcript} transcript
 */
function absorbStatement(commitments, widths, length, transcript) {
  transcript.absorbInteger('range/count', commitments.length);
  for (const width of widths) transcript.absorbInteger('range/width', width);
  transcript.absorb('range/generators', generatorsDigest(length));
  for (const commitment of commitments) transcript.absorbPoint('range/V', commitment);
}

/**
 * z^2, z^4, ... one for each value.
 * @param {bigint} z
 * @param {number} count
 */
function valueWeights(z, count) {
  const square = (z * z) % ORDER;
  return powers(square, square, count);
}

/**
 * @param {bigint} start
 * @param {bigint} ratio
 * @param {number} count
 */
function powers(start, ratio, count) {
  const found = [];
  for (let value = start; found.length < count; value = (value * ratio) % ORDER) found.push(value);
  return found;
}

/**
 * square * d[i] * y^(N - i) for each padded bit i, from 0.
 * @param {bigint} square
 * @param {bigint} y
 * @param {bigint} yInverse
 * @param {bigint[]} weights
 * @param {number[]} widths
 * @param {number} length
 */
function bitWeights(square, y, yInverse, weights, widths, length) {
  const ratio = (2n * yInverse) % ORDER; // the next bit weighs twice as much, and one y less
  /** @type {bigint[]} */
  const found = [];
  let yPower = (square * power(y, length)) % ORDER;
  widths.forEach((width, at) => {
    found.push(...powers((weights[at] * yPower) % ORDER, ratio, width));
    yPower = (yPower * power(yInverse, width)) % ORDER;
  });
  while (found.length < length) found.push(0n);
  return found;
}

/**
 * The scalar of G: square ((z - z^2) sum y^i - z y^(N+1) sum d) - sum r s y^i.
 * @param {{y: bigint, z: bigint, square: bigint, atEnd: bigint, weights: bigint[], widths: number[], length: number}} known
 * @param {RangePart} part
 */
function valueScalar({ y, z, square, atEnd, weights, widths, length }, part) {
  let ySum = 0n, dSum = 0n, product = 0n;
  for (const value of powers(y, y, length)) ySum += value;
  widths.forEach((width, at) => {
    dSum += weights[at] * ((1n << BigInt(width)) - 1n);
  });
  for (let at = part.r.length - 1; at >= 0; at -= 1) product = ((product + part.r[at] * part.s[at]) * y) % ORDER;
  const expected = (z - z * z) * (ySum % ORDER) - ((z * atEnd) % ORDER) * (dSum % ORDER);
  return (square * (expected % ORDER) - product) % ORDER;
}

/**
 * The scalars that the folds give each g and h: at the fold by e over bit t of the index g takes 1/e or e y^(-2^t), h
 * takes e or 1/e.
 * @param {bigint} yInverse
 * @param {bigint[]} folds
 * @param {bigint[]} inverses
 * @param {RangePart} part
 * @param {bigint} last
 */
function unfold(yInverse, folds, inverses, part, last) {
  let gScale = last, hScale = last;
  folds.forEach((fold, at) => {
    gScale = (gScale * inverses[at]) % ORDER;
    hScale = (hScale * fold) % ORDER;
  });
  let g = part.r.map((response) => (gScale * response) % ORDER);
  let h = part.s.map((response) => (hScale * response) % ORDER);
  let yPower = power(yInverse, g.length);
  for (let at = folds.length - 1; at >= 0; at -= 1) { // the last fold is the lowest bit
    const gRatio = (((folds[at] * folds[at]) % ORDER) * yPower) % ORDER;
    const hRatio = (inverses[at] * inverses[at]) % ORDER;
    g = g.concat(g.map((scalar) => (scalar * gRatio) % ORDER));
    h = h.concat(h.map((scalar) => (scalar * hRatio) % ORDER));
    yPower = (yPower * yPower) % ORDER;
  }
  return [g, h];
}
