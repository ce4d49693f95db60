/**
 * Verification of a certificate bundle: the numbered checks of docs/certificate.md, in the browser.
 *
 * The one fact: the pins are the only trust. Every check is recomputed from the statements.
 */

import { EquationBatch } from './batch.js';
import { isResaved, parseBundle } from './bundle.js';
import { Calculation } from './calculation.js';
import { checkIssued, parseCertificate } from './certificates.js';
import { checkCosignatures } from './cosignature.js';
import { checkDeclaration, queueDeclaration } from './declaring.js';
import { checkEnvelope } from './envelope.js';
import { checkCategory, checkFactor } from './library.js';
import { checkInclusion, leafHash } from './merkle.js';
import { checkCheckpoint, parseCheckpoint } from './note.js';
import { SIGNERS } from './payloads.js';
import { checkEnrolment, checkPublication } from './publishing.js';
import { NotReached, Refusal, refuse } from './refusal.js';
import { queueConsent, queueContribution } from './relation.js';
import { checkRequest, queueRequest } from './requesting.js';
import { encodeLeaf, enrolmentOf, StatementRecord } from './statements.js';
import tables from './tables.json';
import { checkFigures, maskEquations, totalEquations } from './totals.js';

/** @typedef {import('./statements.js').Logged} Logged */
/** @typedef {import('./pins.js').Pins} Pins */
/** @typedef {import('./pace.js').Pace} Pace */
/** @typedef {{number: number, name: string, status: 'running' | 'passed' | 'failed' | 'not_reached', detail: string, statement: number | null}} CheckResult */

const ENDS = ['withdrawal', 'void', 'refusal', 'revocation', 'mask_opening', 'key_opening', 'seal_opening'];

/** What the checks of one bundle share; each method is one numbered check and throws a Refusal. */
class Verification {
  /**
   * @param {Uint8Array} data
   * @param {Pins} pins
   * @param {Pace} pace
   */
  constructor(data, pins, pace) {
    this.data = data;
    this.pins = pins;
    this.pace = pace;
    /** @type {import('./bundle.js').Bundle | null} */
    this.bundle = null;
    /** @type {Calculation | null} */
    this.calculation = null;
    this.record = new StatementRecord();
    /** @type {number | null} */
    this.statement = null; // the index of the one that a check looks at by itself
    this.reached = 0; // the log index up to which the calculation is folded
  }

  // Each of these refuses to go on without what an earlier check established.
  get read() {
    if (this.bundle === null) throw new NotReached();
    return this.bundle;
  }

  get folded() {
    if (this.calculation === null) throw new NotReached();
    return this.calculation;
  }

  get root() {
    return parseCertificate(this.pins.authorityRoot);
  }

  /** @param {...string} kinds */
  ofKind(...kinds) {
    return this.read.statements.filter((item) => kinds.includes(item.payload.type));
  }

  async format() {
    this.bundle = await parseBundle(this.data, this.pace);
    for (const item of this.bundle.statements) this.record.add(item);
  }

  async authority() {
    if (parseCertificate(this.read.authorityRoot).fingerprint !== this.root.fingerprint) {
      refuse('authority', 'the bundle names another authority than the pinned one');
    }
  }

  async checkpoint() {
    checkCheckpoint(this.read.checkpoint, this.pins.logKey);
  }

  async inclusion() {
    // The root is read from the checkpoint's text; that its signature holds is the check before this one.
    const { checkpoint } = this.read;
    const { size, root } = parseCheckpoint(`${checkpoint.slice(0, Math.max(0, checkpoint.lastIndexOf('\n\n')))}\n`);
    for (const item of this.each()) {
      checkInclusion(leafHash(encodeLeaf(item)), item.index, size, item.inclusion, root);
      await this.pace.rest();
    }
  }

  async order() {
    this.read.statements.forEach((item, at, all) => {
      if (at > 0 && item.loggedAt < all[at - 1].loggedAt) refuse('order', 'a later statement carries an earlier time');
    });
  }

  async signatures() {
    for (const item of this.each()) {
      await this.signature(item);
      await this.pace.rest();
    }
  }

  /**
   * The signer is enrolled earlier and not revoked (an authority's statement: the pinned root); one of its roles may
   * sign this kind; its certificate was valid; the envelope's signature holds.
   * @param {Logged} logged
   */
  async signature(logged) {
    const { payload } = logged, { root } = this;
    if (payload.type === 'enrolment' || payload.type === 'revocation') {
      if (payload.by !== root.keyId) refuse('signer', `a ${payload.type} is signed by the pinned authority only`);
      return checkEnvelope(logged.envelope, root);
    }
    const record = this.record.before(logged.index), enrolment = enrolmentOf(payload.by, record);
    const revoked = record.revokedAt(payload.by);
    if (revoked !== undefined && revoked < logged.loggedAt) refuse('signer', `enrolment ${payload.by} was revoked`);
    if (!SIGNERS[payload.type].some((role) => enrolment.entity_roles.includes(role))) {
      refuse('role', `the signer of a ${payload.type} needs the role ${SIGNERS[payload.type].join(' or ')}`);
    }
    const certificate = parseCertificate(enrolment.certificate);
    await checkIssued(certificate, root, logged.loggedAt);
    return checkEnvelope(logged.envelope, certificate);
  }

  async library() {
    for (const item of this.ofKind('category', 'factor', 'publication', 'enrolment')) {
      const before = this.record.before(item.index);
      if (item.payload.type === 'category') checkCategory(item.payload);
      else if (item.payload.type === 'factor') checkFactor(item.payload);
      else if (item.payload.type === 'publication') checkPublication(item.payload, before);
      else await checkEnrolment(item, before, this.root);
      await this.pace.rest();
    }
  }

  async declarations() {
    const declarations = this.ofKind('declaration');
    for (const item of declarations) checkDeclaration(item.payload, this.record.before(item.index));
    await this.checkProofs(declarations, queueDeclaration);
  }

  async request() {
    const requests = this.ofKind('request');
    if (requests.length !== 1 || requests[0].id !== this.read.request) {
      refuse('request', 'expected exactly the request that the bundle names');
    }
    const [request] = requests, before = this.record.before(request.index);
    checkRequest(request, before);
    await this.checkProofs(requests, queueRequest);
    this.calculation = new Calculation(request, this.record.before(Infinity));
    this.reached = request.index;
  }

  async consents() {
    await this.advance('consent');
    await this.checkProofs(this.ofKind('consent'), queueConsent);
  }

  async roster() {
    await this.advance('roster');
    if (this.folded.phase !== 'contributing') refuse('roster', 'expected exactly one roster');
  }

  async contributions() {
    this.needs('contributing');
    await this.advance('contribution');
    const calculation = this.folded;
    await this.checkProofs(this.ofKind('contribution'), (batch, item) =>
      queueContribution(batch, item, calculation, this.record.before(item.index)));
    if (calculation.phase !== 'computing') refuse('contribution', 'expected a contribution of every member');
  }

  async masks() {
    this.needs('computing');
    if (!(await maskEquations(this.folded).holds(this.pace))) {
      refuse('masks', 'the masked commitments do not add up to the subtotals');
    }
  }

  async totals() {
    this.needs('computing');
    for (const kind of ['dispute', 'vector_opening', 'result']) await this.advance(kind);
    if (!(await totalEquations(this.folded, this.published()).holds(this.pace))) {
      refuse('totals', 'a published total does not open the sum of the commitments');
    }
  }

  async figures() {
    this.needs('published');
    checkFigures(this.folded, this.published(), this.record.before(Infinity));
  }

  async certificate() {
    this.needs('published');
    await this.advance('certificate');
    if (this.folded.phase !== 'certified') refuse('certificate', 'the bundle holds no certificate');
    if (this.ofKind(...ENDS).length > 0) refuse('certificate', 'the bundle holds a statement that ends the calculation');
  }

  async witnesses() {
    checkCosignatures(this.read.checkpoint, this.pins.witnesses, this.pins.threshold);
  }

  async verifications() {
    const { terms, result } = this.folded;
    const subjects = new Set([...terms.entries.map((/** @type {any} */ entry) => entry.declaration), result?.id]);
    for (const { payload, id, index } of this.ofKind('verification')) {
      const before = this.record.before(index), subject = before.get(payload.subject, 'declaration', 'result');
      if (!subjects.has(payload.subject)) refuse('verification', `${id} is about no statement of this calculation`);
      if (subject === null) return refuse('verification', `${payload.subject} was not logged before`);
      if (enrolmentOf(payload.by, before).parent === enrolmentOf(subject.payload.by, before).parent) {
        refuse('independence', 'a verifier does not verify its own group of companies');
      }
      if (subject.payload.type === 'result' && before.get(subject.payload.request, 'request') === null) {
        refuse('verification', "the result's request is not logged");
      }
    }
  }

  *each() {
    for (const item of this.read.statements) {
      this.statement = item.index;
      yield item;
    }
    this.statement = null;
  }

  published() {
    const { result } = this.folded;
    return result === null ? refuse('totals', 'the bundle holds no result') : result.payload;
  }

  /** @param {string} phase */
  needs(phase) {
    if (this.folded.phase !== phase) throw new NotReached();
  }

  /** @param {string} kind */
  async advance(kind) {
    // A fold that was refused half-way is no state to go on from: what rests on it is not reached.
    const calculation = this.folded;
    this.calculation = null;
    for (const item of this.ofKind(kind)) {
      // Kind by kind is log order only when it is checked: every kind rests on all that come before it.
      if (item.index < this.reached) refuse('order', `a ${kind} is logged before what it rests on`);
      this.reached = item.index;
      await calculation.advance(item, this.record.before(item.index));
    }
    this.calculation = calculation;
  }

  /**
   * All proofs of these statements in one batch; singly when it fails, to name the bad one.
   * @param {Logged[]} statements
   * @param {(batch: EquationBatch, logged: Logged) => void} queue
   */
  async checkProofs(statements, queue) {
    const all = new EquationBatch();
    for (const item of statements) {
      queue(all, item);
      await this.pace.rest();
    }
    if (await all.holds(this.pace)) return;
    for (const item of statements) {
      const one = new EquationBatch();
      queue(one, item);
      if (!(await one.holds(this.pace))) refuse('proof', `a proof of ${item.payload.type} ${item.id} does not hold`);
    }
  }
}

/**
 * Run every numbered check on untrusted bytes; `hear` is told when each begins and how it ends. Throws only where this
 * page is at fault.
 * @param {Uint8Array} data
 * @param {Pins} pins
 * @param {Pace} pace
 * @param {(check: CheckResult) => void} hear
 */
export async function verifyBundle(data, pins, pace, hear) {
  const verification = new Verification(data, pins, pace);
  /** @type {CheckResult[]} */
  const checks = [];
  for (const { number, name, redacted } of tables.checks) {
    if (verification.bundle?.isRedacted && !redacted) continue;
    hear({ number, name, status: 'running', detail: '', statement: null });
    await pace.rest();
    const found = await run(verification, name), ended = { number, name, ...found, statement: verification.statement };
    verification.statement = null;
    checks.push(ended);
    hear(ended);
  }
  const { bundle } = verification, isGood = checks.every((check) => check.status === 'passed');
  return { checks, bundle, isGood, isResaved: bundle === null && await isResaved(data, pace) };
}

/**
 * @param {Verification} verification
 * @param {string} name
 * @returns {Promise<Pick<CheckResult, 'status' | 'detail'>>}
 */
async function run(verification, name) {
  try {
    await /** @type {any} */ (verification)[name]();
  } catch (error) {
    if (error instanceof NotReached) return { status: 'not_reached', detail: '' };
    if (error instanceof Refusal) return { status: 'failed', detail: error.message };
    throw error;
  }
  return { status: 'passed', detail: '' };
}
