/**
 * Proof of linear relations: knowledge of x with A x = Y, A a public matrix of points (Maurer's proof). Protocol 14,
 * "Linear relation".
 *
 * The one fact: the caller's transcript holds the context; this module absorbs A, Y and the announcements.
 */

import { bytesToHex } from './encodings.js';
import { parsePoint, parseScalar } from './group.js';
import { refuse } from './refusal.js';

/** @typedef {import('./group.js').MaybePoint} MaybePoint */
/** @typedef {import('./group.js').Term} Term */
/** @typedef {{matrix: MaybePoint[][], images: MaybePoint[]}} LinearRelation */
/** @typedef {{announcements: import('./group.js').Point[], responses: bigint[]}} LinearProof */

/**
 * @param {Uint8Array} data
 * @param {number} rows
 * @param {number} columns
 * @returns {LinearProof}
 */
export function parseLinearProof(data, rows, columns) {
  const split = rows * 33, expected = split + columns * 32;
  if (data.length !== expected) refuse('proof', `expected a proof of ${expected} bytes, found ${data.length}`);
  const announcements = [], responses = [];
  for (let at = 0; at < split; at += 33) announcements.push(parsePoint(bytesToHex(data.subarray(at, at + 33))));
  for (let at = split; at < expected; at += 32) responses.push(parseScalar(data.subarray(at, at + 32)));
  return { announcements, responses };
}

/**
 * Add the proof's equations to the batch, one a row: sum of response * A - announcement - challenge * Y is infinity.
 * @param {import('./batch.js').EquationBatch} batch
 * @param {LinearRelation} relation
 * @param {LinearProof} proof
 * @param {import('./transcript.js').Transcript} transcript
 */
export function queueLinear(batch, relation, proof, transcript) {
  transcript.absorbInteger('linear/rows', relation.matrix.length);
  transcript.absorbInteger('linear/columns', relation.matrix[0].length);
  for (const row of relation.matrix) for (const point of row) transcript.absorbPoint('linear/A', point);
  for (const image of relation.images) transcript.absorbPoint('linear/Y', image);
  for (const announcement of proof.announcements) transcript.absorbPoint('linear/announcement', announcement);
  const challenge = transcript.challenge('linear/challenge');
  relation.matrix.forEach((row, number) => {
    /** @type {Term[]} */
    const terms = row.map((point, column) => [proof.responses[column], point]);
    terms.push([-1n, proof.announcements[number]], [-challenge, relation.images[number]]);
    batch.add(terms);
  });
}
