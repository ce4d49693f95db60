/**
 * The state of a calculation: a pure fold over its statements. Protocol 14, "Rules that the fold enforces"; 8.
 *
 * The one fact: coordinator, nodes and verifiers run the same rules. Here are those of the steps that a certificate
 * holds; whatever else ends a calculation is refused by check 16.
 */

import { add, B, parsePoint } from './group.js';
import { bytesToHex } from './encodings.js';
import { EquationBatch } from './batch.js';
import { parseLinearProof, queueLinear } from './linear.js';
import { Pace } from './pace.js';
import { CELLS, STAGES } from './payloads.js';
import { refuse } from './refusal.js';
import { declarationOf } from './requesting.js';
import { enrolmentOf, isSameEntity } from './statements.js';
import { proofTranscript } from './transcript.js';

/** @typedef {import('./statements.js').Before} Before */
/** @typedef {import('./statements.js').Logged} Logged */
/** @typedef {import('./group.js').MaybePoint} MaybePoint */

const ANSWER_SECONDS = 3 * 24 * 3600, VECTOR_SEAL = 14 * 32 + 49;

/** The cells of a stage's members, by indicator: its stage's for the total, then 4 to 6. @param {string} stage */
export function cellsOf(stage) {
  return [STAGES.indexOf(stage), 4, 5, 6];
}

/** What the log says about one request. */
export class Calculation {
  /**
   * @param {Logged} request
   * @param {Before} record
   */
  constructor(request, record) {
    this.request = request;
    this.terms = request.payload;
    /** @type {string[]} */
    this.suppliers = this.terms.entries.map((/** @type {any} */ entry) => declarationOf(entry.declaration, record).by);
    /** @type {Map<number, Logged>} */
    this.consents = new Map();
    /** @type {Map<string, Logged>} */
    this.contributions = new Map();
    /** @type {{statement: Logged, vectors: Set<string>} | null} */
    this.dispute = null;
    /** @type {Logged | null} */
    this.roster = null;
    /** @type {Logged | null} */
    this.result = null;
    /** @type {Logged | null} */
    this.certificate = null;
  }

  get phase() {
    if (this.certificate !== null) return 'certified';
    if (this.result !== null) return 'published';
    if (this.roster === null) return 'consenting';
    if (this.contributions.size < this.suppliers.length) return 'contributing';
    return this.dispute !== null && this.dispute.vectors.size < this.suppliers.length ? 'disputing' : 'computing';
  }

  /** The entry of a consent. @param {string} consent */
  member(consent) {
    for (const [entry, logged] of this.consents) if (logged.id === consent) return entry;
    return refuse('consent', `${consent} is no consent to this request`);
  }

  /** The models of an entry's contribution. @param {number} entry */
  contributionOf(entry) {
    const logged = this.contributions.get(this.consents.get(entry)?.id ?? '');
    return logged === undefined ? refuse('contribution', `entry ${entry} has not contributed`) : logged.payload.models;
  }

  /**
   * Take one more statement; Refusal names the rule that refuses it.
   * @param {Logged} logged
   * @param {Before} record
   */
  async advance(logged, record) {
    if (logged.payload.request !== this.request.id) refuse('request', 'the statement names another request');
    if (this.phase === 'certified') refuse('ended', 'the calculation is certified; nothing more is taken');
    await RULES[logged.payload.type](this, logged, record);
  }
}

/**
 * @param {Calculation} calculation
 * @param {string} phase
 */
function needs(calculation, phase) {
  if (calculation.phase !== phase) refuse('phase', `expected a calculation that is ${phase}, found ${calculation.phase}`);
}

/**
 * @param {Logged} logged
 * @param {number} deadline
 */
function inTime(logged, deadline) {
  if (logged.loggedAt > deadline) refuse('deadline', `logged at ${logged.loggedAt}, the deadline was ${deadline}`);
}

/** @typedef {(calculation: Calculation, logged: Logged, record: Before) => void | Promise<void>} Rule */

/** @type {Rule} */
function consent(calculation, logged, record) {
  const { payload } = logged, supplier = calculation.suppliers[payload.entry];
  needs(calculation, 'consenting');
  inTime(logged, calculation.terms.deadlines.consent_by);
  if (supplier === undefined || !isSameEntity(payload.by, supplier, record)) {
    refuse('signer', `entry ${payload.entry} belongs to the entity that signed its declaration`);
  }
  if (calculation.consents.has(payload.entry)) refuse('consent', `entry ${payload.entry} has consented already`);
  if ([...calculation.consents.values()].some((other) => other.payload.ephemeral.hex === payload.ephemeral.hex)) {
    refuse('ephemeral', 'another consent of this request carries the same point E');
  }
  calculation.consents.set(payload.entry, logged);
}

/** @type {Rule} */
function roster(calculation, logged) {
  if (calculation.roster !== null) refuse('roster', 'this request has its roster already');
  const ids = /** @type {string[]} */ (logged.payload.consents);
  const given = new Set([...calculation.consents.values()].map((one) => one.id));
  if (ids.some((id, at) => at > 0 && id <= ids[at - 1])) refuse('roster', 'expected consent ids ascending, each once');
  if (ids.length !== calculation.suppliers.length || ids.length !== given.size || !ids.every((id) => given.has(id))) {
    refuse('roster', 'expected exactly one consent for every entry of the request');
  }
  calculation.roster = logged;
}

/** @type {Rule} */
function contribution(calculation, logged, record) {
  const { payload } = logged, count = calculation.terms.models.length;
  needs(calculation, 'contributing');
  if (payload.roster !== calculation.roster?.id) refuse('roster', 'the contribution names another roster');
  inTime(logged, calculation.terms.deadlines.contribute_by);
  const entry = calculation.member(payload.consent);
  if (!isSameEntity(payload.by, calculation.consents.get(entry)?.payload.by, record)) {
    refuse('signer', 'a contribution is signed by the entity that signed its consent');
  }
  if (calculation.contributions.has(payload.consent)) refuse('contribution', `entry ${entry} has contributed already`);
  if (payload.models.length !== count || payload.proofs.models.length !== count) {
    refuse('contribution', 'expected one part and one pair of proofs per model of the request');
  }
  calculation.contributions.set(payload.consent, logged);
}

/** @type {Rule} */
function result(calculation, logged, record) {
  const { payload } = logged;
  needs(calculation, 'computing');
  if (payload.roster !== calculation.roster?.id) refuse('roster', 'the result names another roster');
  if (!isSameEntity(payload.by, calculation.terms.by, record)) refuse('signer', 'only the requester publishes the result');
  const { result_by: by } = calculation.terms.deadlines, { dispute } = calculation;
  inTime(logged, dispute === null ? by : Math.max(by, dispute.statement.loggedAt + 2 * ANSWER_SECONDS));
  if (payload.models.length !== calculation.terms.models.length) refuse('result', 'expected one result per model');
  calculation.result = logged;
}

/** @type {Rule} */
function certificate(calculation, logged) {
  if (logged.payload.result !== calculation.result?.id) refuse('result', 'the certificate names another result');
  calculation.certificate = logged;
}

/**
 * Of the two kinds of dispute only one about totals can lead to a result: 1. when every contribution is in, once, of
 * this roster, in time. 2. masks: by a party or an operator, about a cell that indeed does not add up. 3. totals: by
 * the requester, no cell named, and every cell adds up.
 * @type {Rule}
 */
function dispute(calculation, logged, record) {
  const { payload } = logged, { terms } = calculation;
  needs(calculation, 'computing'); // 1
  if (calculation.dispute !== null) refuse('dispute', 'the calculation has its dispute already');
  if (payload.roster !== calculation.roster?.id) refuse('roster', 'the dispute names another roster');
  inTime(logged, terms.deadlines.result_by);
  if (payload.cause === 'masks') { // 2
    const isOperator = enrolmentOf(payload.by, record).entity_roles.includes('operator');
    const parties = [terms.by, ...calculation.suppliers];
    if (!isOperator && !parties.some((party) => isSameEntity(payload.by, party, record))) refuse('signer', 'no party');
    if (payload.place === null || payload.place.model >= terms.models.length) refuse('dispute', 'expected a cell');
    if (masksCancel(calculation, payload.place.model, payload.place.cell)) refuse('dispute', 'the masks of that cell cancel');
  } else { // 3
    if (!isSameEntity(payload.by, terms.by, record)) refuse('signer', 'only the requester disputes the totals');
    if (payload.place !== null || !allMasksCancel(calculation)) refuse('dispute', 'expected masks that cancel everywhere');
  }
  calculation.dispute = { statement: logged, vectors: new Set() };
}

/**
 * @param {Calculation} calculation
 * @param {number} model
 * @param {number} cell
 */
function masksCancel(calculation, model, cell) {
  const masked = calculation.suppliers.map((_, entry) => calculation.contributionOf(entry)[model].masked[cell]);
  return add(...masked)?.hex === add(...cellSubtotals(calculation, model, cell))?.hex;
}

/** @param {Calculation} calculation */
function allMasksCancel(calculation) {
  return calculation.terms.models.every((/** @type {any} */ _, /** @type {number} */ model) =>
    Array.from({ length: CELLS }, (__, cell) => cell).every((cell) => masksCancel(calculation, model, cell)));
}

/**
 * D of every member of a cell, for one model.
 * @param {Calculation} calculation
 * @param {number} model
 * @param {number} cell
 * @returns {import('./group.js').Point[]}
 */
export function cellSubtotals(calculation, model, cell) {
  return calculation.terms.entries.flatMap((/** @type {any} */ entry, /** @type {number} */ index) => {
    const indicator = cellsOf(entry.stage).indexOf(cell);
    return indicator < 0 ? [] : [calculation.contributionOf(index)[model].subtotals[indicator]];
  });
}

/**
 * 1. It answers the running dispute about totals, in time, once a member, by that member. 2. One seal and one proof a
 * model. 3. Its member made the seal's point itself.
 * @param {Calculation} calculation
 * @param {Logged} logged
 * @param {Before} record
 */
async function vectorOpening(calculation, logged, record) {
  const { payload } = logged, open = calculation.dispute;
  if (open === null || calculation.result !== null || open.statement.payload.cause !== 'totals') {
    return refuse('phase', 'no dispute about totals is running'); // 1
  }
  if (payload.dispute !== open.statement.id) refuse('dispute', 'the statement answers another dispute');
  if (open.vectors.has(payload.consent)) refuse('opening', 'this member has sent its vectors already');
  inTime(logged, open.statement.loggedAt + ANSWER_SECONDS);
  const entry = calculation.member(payload.consent);
  if (!isSameEntity(payload.by, calculation.consents.get(entry)?.payload.by, record)) refuse('signer', 'no member');
  const count = calculation.terms.models.length, { seals } = payload, proofs = payload.proofs.possession;
  const isSized = seals.length === count && proofs.length === count;
  if (!isSized || seals.some((/** @type {Uint8Array} */ seal) => seal.length !== VECTOR_SEAL)) {
    refuse('opening', `expected one seal of ${VECTOR_SEAL} bytes and one proof a model`); // 2
  }
  const batch = new EquationBatch();
  seals.forEach((/** @type {Uint8Array} */ seal, /** @type {number} */ model) => { // 3
    const context = [payload.request, payload.dispute, payload.consent, String(model)];
    const relation = { matrix: [[B]], images: [parsePoint(bytesToHex(seal.subarray(0, 33)))] };
    const transcript = proofTranscript('seal possession', payload.by, logged.coreId, ...context);
    queueLinear(batch, relation, parseLinearProof(proofs[model], 1, 1), transcript);
  });
  if (!(await batch.holds(new Pace(false)))) refuse('proof', 'a seal was not made by its sender');
  open.vectors.add(payload.consent);
}

/** @type {Record<string, Rule>} */
const RULES = { consent, roster, contribution, result, certificate, dispute, vector_opening: vectorOpening };
