/**
 * What a certificate says, gathered for people; exchange/report/summary.py gathers the same for the report.
 *
 * The one fact: everything here is read from the statements; whether it holds is for the numbered checks to say.
 */

import { sha256 } from '@noble/hashes/sha2.js';

import { encodeCanonical } from './canonical.js';
import { REDACTED_FORMAT } from './bundle.js';
import { bytesToHex, readUtf8, utf8 } from './encodings.js';
import { parseCheckpoint, splitNote } from './note.js';
import { STAGES } from './payloads.js';
import { Refusal } from './refusal.js';

/** @typedef {import('./bundle.js').Bundle} Bundle */
/** @typedef {import('./statements.js').Logged} Logged */
/** @typedef {{index: number, kind: string, names: import('./words.js').Words}} Named */

const NOBODY = { zh: '', en: '', legal_entity: '' };

/**
 * Everything that is shown of a bundle; null when it holds no result.
 * @param {Bundle} bundle
 * @param {Uint8Array} data
 */
export function makeSummary(bundle, data) {
  const byId = new Map(bundle.statements.map((item) => [item.id, /** @type {Logged} */ (item)]));
  const first = (/** @type {string} */ type) => bundle.statements.find((item) => item.payload.type === type);
  const result = first('result')?.payload, request = first('request')?.payload, mark = first('certificate');
  if (result === undefined) return null;
  const publicForm = makePublicForm(bundle, data), digest = bytesToHex(sha256(publicForm)), log = originOf(bundle);
  return {
    request: bundle.request,
    sha256: bytesToHex(sha256(data)),
    redacted: bundle.isRedacted,
    full: bundle.full,
    public_sha256: digest,
    log,
    certified_at: mark?.loggedAt ?? null,
    maker: namesOf(result.by, byId),
    operator: mark === undefined ? NOBODY : namesOf(mark.payload.by, byId),
    method: result.method,
    boundary: result.boundary,
    declared: request === undefined ? null : STAGES.filter((stage) => request.entries.some((/** @type {any} */ entry) => entry.stage === stage)),
    models: result.models.slice(0, request?.models.length).map((/** @type {any} */ part, /** @type {number} */ at) => ({
      unit: request?.models[at] ?? null,
      figures: part.figures,
      code: makeCode(digest, at + 1, part.figures, log),
    })),
    participants: request === undefined ? [] : participantsOf(request, byId),
    verifications: bundle.statements.filter((item) => item.payload.type === 'verification').map(({ payload }) => {
      const about = byId.get(payload.subject)?.payload, declaration = about?.type === 'declaration' ? about : null;
      return {
        verifier: namesOf(payload.by, byId),
        product: declaration?.product_name ?? '',
        owner: declaration === null ? NOBODY : namesOf(declaration.by, byId),
        ...payload.says,
      };
    }),
  };
}

/**
 * By a check's name the statement that it failed at: its kind, and whose it is, its signer's names or an enrolment's own.
 * @param {Bundle} bundle
 * @param {import('./certificate.js').CheckResult[]} checks
 * @returns {Record<string, Named>}
 */
export function nameStatements(bundle, checks) {
  const byId = new Map(bundle.statements.map((item) => [item.id, /** @type {Logged} */ (item)]));
  return Object.fromEntries(checks.flatMap(({ name, statement }) => {
    const found = statement === null ? undefined : bundle.statements.find(({ index }) => index === statement);
    if (found === undefined) return [];
    const { type, by } = found.payload;
    return [[name, { index: found.index, kind: type, names: namesOf(type === 'enrolment' ? found.id : by, byId) }]];
  }));
}

/**
 * @param {string} enrolment
 * @param {Map<string, Logged>} byId
 */
function namesOf(enrolment, byId) {
  const payload = byId.get(enrolment)?.payload;
  if (payload?.type !== 'enrolment') return NOBODY;
  return { zh: payload.name_zh, en: payload.name_en, legal_entity: payload.legal_entity };
}

/** @param {Bundle} bundle */
function originOf(bundle) {
  try {
    return parseCheckpoint(splitNote(bundle.checkpoint).text).origin;
  } catch (error) {
    if (error instanceof Refusal) return '';
    throw error;
  }
}

/**
 * @param {any} request
 * @param {Map<string, Logged>} byId
 */
function participantsOf(request, byId) {
  return request.entries.flatMap((/** @type {any} */ entry) => {
    const declaration = byId.get(entry.declaration)?.payload;
    if (declaration?.type !== 'declaration') return [];
    const published = byId.get(declaration.category)?.payload;
    const category = published?.type === 'publication' ? byId.get(published.subject)?.payload : undefined;
    const isCategory = category?.type === 'category';
    return [{
      stage: entry.stage,
      company: namesOf(declaration.by, byId),
      product: declaration.product_name,
      category: { zh: isCategory ? category.name_zh : '', en: isCategory ? category.name_en : '' },
      plant: declaration.plant,
      period: declaration.period,
    }];
  });
}

/**
 * The redacted bundle of a full one: result, certificate and their signers' enrolments, bound by hash.
 * @param {Bundle} bundle
 * @param {Uint8Array} data
 */
export function makePublicForm(bundle, data) {
  if (bundle.isRedacted) return data;
  const fields = JSON.parse(/** @type {string} */ (readUtf8(data)));
  const shown = bundle.statements.filter((item) => ['result', 'certificate'].includes(item.payload.type));
  const signers = new Set(shown.map((item) => item.payload.by));
  /** @type {Map<string, number>} */
  const positions = new Map();
  const statements = fields.statements.flatMap((/** @type {any} */ item, /** @type {number} */ at) => {
    const { id, payload } = bundle.statements[at];
    if (!['result', 'certificate'].includes(payload.type) && !signers.has(id)) return [];
    const inclusion = item.inclusion.map((/** @type {number} */ place) => {
      const hash = fields.hashes[place];
      if (!positions.has(hash)) positions.set(hash, positions.size);
      return positions.get(hash);
    });
    return [{ ...item, inclusion }];
  });
  const full = bytesToHex(sha256(data));
  return utf8(encodeCanonical({ ...fields, format: REDACTED_FORMAT, full, hashes: [...positions.keys()], statements }));
}

/**
 * What the QR code of one model holds. docs/certificate.md, "The QR code".
 * @param {string} digest
 * @param {number} number
 * @param {any} figures
 * @param {string} log
 */
export function makeCode(digest, number, figures, log) {
  const lines = ['sealsum 1', `sha256 ${digest}`, `model ${number}`, `total_kg ${figures.total_kg}`];
  return [...lines, `per_kwh ${figures.per_kwh}`, `log ${log}`].join('\n');
}
