/**
 * Many verification equations checked as one sum.
 *
 * The one fact: each equation is multiplied by a 128-bit weight drawn after the file was fixed, so sums that are not
 * infinity cancel with probability 2^-128 only, and a point that many use is multiplied once. Protocol 4.
 */

import { toInteger } from './encodings.js';
import { multiMultiply, ORDER } from './group.js';
import { vectorGenerators } from './vector_bases.js';

/** @typedef {import('./group.js').Term} Term */
/** @typedef {import('./pace.js').Pace} Pace */

/** Collects equations: sum of scalar * point is infinity; g and h multiply the first vector generators. */
export class EquationBatch {
  constructor() {
    /** @type {Map<string, [bigint, import('./group.js').Point]>} */
    this.terms = new Map();
    /** @type {bigint[]} */
    this.g = [];
    /** @type {bigint[]} */
    this.h = [];
  }

  /**
   * @param {Iterable<Term>} terms
   * @param {bigint[]} [g]
   * @param {bigint[]} [h]
   */
  add(terms, g = [], h = []) {
    const weight = toInteger(crypto.getRandomValues(new Uint8Array(16))) + 1n; // never 0
    for (const [scalar, point] of terms) {
      if (point === null) continue;
      const found = this.terms.get(point.hex);
      if (found === undefined) this.terms.set(point.hex, [weight * scalar, point]);
      else found[0] += weight * scalar;
    }
    addWeighed(this.g, g, weight);
    addWeighed(this.h, h, weight);
  }

  /**
   * Whether all equations hold; an empty batch does.
   * @param {Pace} pace
   */
  async holds(pace) {
    /** @type {Term[]} */
    const terms = [...this.terms.values()];
    const sides = /** @type {const} */ ([['G', this.g], ['H', this.h]]);
    for (const [side, scalars] of sides) {
      if (scalars.length === 0) continue;
      const points = vectorGenerators(side);
      scalars.forEach((scalar, index) => terms.push([scalar, points[index]]));
    }
    return (await multiMultiply(terms, pace)).is0();
  }
}

/**
 * @param {bigint[]} sums
 * @param {bigint[]} scalars
 * @param {bigint} weight
 */
function addWeighed(sums, scalars, weight) {
  scalars.forEach((scalar, at) => {
    sums[at] = ((sums[at] ?? 0n) + weight * scalar) % ORDER;
  });
}
