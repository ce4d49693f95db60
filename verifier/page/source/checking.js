/**
 * Runs the checks: in a worker where the browser allows one, else in this thread in short pieces.
 *
 * The one fact: worker and page are the same script; what crosses between them is bytes, pins, check results and the
 * summary, all plain values.
 */

import { sha256 } from '@noble/hashes/sha2.js';

import { verifyBundle } from './certificate.js';
import { bytesToHex } from './encodings.js';
import { Pace } from './pace.js';
import { makePublicForm, makeSummary, nameStatements } from './summary.js';

/** @typedef {import('./certificate.js').CheckResult} CheckResult */
/** @typedef {import('./pins.js').Pins} Pins */
/** @typedef {import('./summary.js').Named} Named */
/** @typedef {{checks: CheckResult[], isGood: boolean, isResaved: boolean, sha256: string, summary: any, named: Record<string, Named>, publicForm: Uint8Array | null}} Finding */
/** @typedef {{data: Uint8Array, pins: Pins}} Job */

/** The address of this script, which is also the worker's. */
const SCRIPT = /** @type {any} */ (globalThis.document?.currentScript)?.src ?? '';

/**
 * @param {Job} job
 * @param {(check: CheckResult) => void} hear
 * @param {AbortSignal} signal
 * @returns {Promise<Finding>}
 */
export async function check(job, hear, signal) {
  const worker = startWorker();
  return worker === null ? checkHere(job, hear, new Pace(true), signal) : checkThere(worker, job, hear, signal);
}

/** A worker, null where the browser bars it (a page that is opened from disk). */
function startWorker() {
  try {
    return location.protocol === 'file:' ? null : new Worker(SCRIPT);
  } catch {
    return null;
  }
}

/**
 * @param {Job} job
 * @param {(check: CheckResult) => void} hear
 * @param {Pace} pace
 * @param {AbortSignal} [signal]
 * @returns {Promise<Finding>}
 */
async function checkHere(job, hear, pace, signal) {
  const report = await verifyBundle(job.data, job.pins, pace, (found) => {
    signal?.throwIfAborted();
    hear(found);
  });
  const { bundle, checks, isGood, isResaved } = report;
  const isShown = bundle !== null;
  return {
    checks, isGood, isResaved, sha256: bytesToHex(sha256(job.data)),
    named: isShown ? nameStatements(bundle, checks) : {},
    summary: isShown ? makeSummary(bundle, job.data) : null,
    publicForm: isShown && isGood && !bundle.isRedacted ? makePublicForm(bundle, job.data) : null,
  };
}

/**
 * @param {Worker} worker
 * @param {Job} job
 * @param {(check: CheckResult) => void} hear
 * @param {AbortSignal} signal
 * @returns {Promise<Finding>}
 */
function checkThere(worker, job, hear, signal) {
  return new Promise((resolve, reject) => {
    const end = () => worker.terminate();
    signal.addEventListener('abort', () => {
      end();
      reject(signal.reason);
    });
    worker.onmessage = ({ data }) => {
      if (data.check !== undefined) return hear(data.check);
      end();
      if (data.finding === undefined) return reject(new Error(data.error));
      return resolve(data.finding);
    };
    worker.onerror = (event) => {
      end();
      reject(new Error(event.message));
    };
    worker.postMessage(job);
  });
}

/** What the script does where it is the worker. */
export function serve() {
  globalThis.onmessage = async (/** @type {MessageEvent<Job>} */ { data }) => {
    try {
      const finding = await checkHere(data, (found) => postMessage({ check: found }), new Pace(false));
      postMessage({ finding });
    } catch (error) {
      postMessage({ error: String(error) });
    }
  };
}
