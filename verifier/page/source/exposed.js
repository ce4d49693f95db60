/**
 * What the script offers to programs that embed it, and to the tests that hold it against known answers.
 *
 * The one fact: pure functions only; nothing here touches the page.
 */

import { EquationBatch } from './batch.js';
import { encodeCanonical, parseCanonical } from './canonical.js';
import { verifyBundle } from './certificate.js';
import { checkCosignatures } from './cosignature.js';
import { hexToBytes, utf8 } from './encodings.js';
import { parseEnvelope } from './envelope.js';
import { makeGenerator, multiMultiply, parsePoint, wrap } from './group.js';
import { parseLinearProof, queueLinear } from './linear.js';
import { checkInclusion, leafHash } from './merkle.js';
import { bucketSum } from './multi_scalar.js';
import { checkCheckpoint } from './note.js';
import { showNumber, showPercent, tellDay, tellMoment } from './numbers.js';
import { Pace } from './pace.js';
import { parsePins } from './pins.js';
import { parseRangeProof, queueRange } from './range_proof.js';
import { checkSignature } from './signing.js';
import { parseStatement } from './statements.js';
import { makePublicForm, makeSummary } from './summary.js';
import { Transcript } from './transcript.js';

export const EXPOSED = Object.freeze({
  EquationBatch, Pace, Transcript, bucketSum, checkCheckpoint, checkCosignatures, checkInclusion, checkSignature, encodeCanonical,
  hexToBytes, leafHash, makeGenerator, makePublicForm, makeSummary, multiMultiply, parseCanonical, parseEnvelope,
  parseLinearProof, parsePins, parsePoint, parseRangeProof, parseStatement, queueLinear, queueRange, showNumber, showPercent, tellDay,
  tellMoment, utf8, verifyBundle, wrap,
});
