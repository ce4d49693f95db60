/**
 * Cosignatures of witnesses under a checkpoint (C2SP tlog-cosignature, Ed25519, type 04).
 *
 * The one fact: a witness signs the time and the whole text; a signature that does not hold counts for nothing, for
 * anyone may append one. Protocol 14, "The log, its witnesses".
 */

import { toInteger } from './encodings.js';
import { isSigned, MAX_TIME, parseNoteKey, signaturesBy, splitNote, WITNESS_KEY } from './note.js';
import { refuse } from './refusal.js';

/**
 * Refusal unless at least `threshold` of these witnesses, each counted once, cosigned the note.
 * @param {string} note
 * @param {string[]} witnesses
 * @param {number} threshold
 */
export function checkCosignatures(note, witnesses, threshold) {
  const { text, signatures } = witnesses.length > 0 ? splitNote(note) : { text: '', signatures: [] };
  const holding = [...new Set(witnesses)].filter((witness) => {
    const key = parseNoteKey(witness, WITNESS_KEY), own = signaturesBy(signatures, key);
    if (own.length !== 1 || own[0].length !== 8 + 64) return false;
    const time = toInteger(own[0].subarray(0, 8));
    return time <= MAX_TIME && isSigned(own[0].subarray(8), `cosignature/v1\ntime ${time}\n${text}`, key);
  });
  if (holding.length < threshold) {
    refuse('witnesses', `expected cosignatures of ${threshold} of ${witnesses.length} pinned witnesses, found ${holding.length}`);
  }
}
