/**
 * What each kind of statement says: the table of protocol 14.
 *
 * The one fact: unknown fields, missing fields and wrong JSON types are refused.
 */

import * as f from './fields.js';

export const STAGES = ['raw_material_and_parts', 'battery_production', 'distribution', 'end_of_life'];
export const CELLS = 7;
const MAX_LINES = 40, MAX_ENTRIES = 1024, MAX_MODELS = 29, MAX_QUANTITIES = 2048;
const ROLES = ['supplier', 'requester', 'operator', 'provider', 'expert', 'verifier'];

const stage = f.oneOf(...STAGES);
const blob = f.record({ sha256: f.id, length: f.small });
const perModel = /** @param {f.Reader} reader */ (reader) => f.list(reader, 1, MAX_MODELS);
const byStage = f.someOf(STAGES, f.decimal);
const equality = f.record({ equality: f.bytes });

const categoryLine = f.record({
  code: f.code, name_zh: f.text, name_en: f.text, unit: f.text, kind: f.code, coefficient: f.rational, secondary: f.bool,
  accepts: f.list(f.code, 0, 100), default_factor: f.code, role: f.code, material: f.optionalText, model: f.optionalText,
});
const functionalUnit = f.record({
  model: f.text, chemistry: f.text, vehicle_category: f.text, pack_energy_kwh: f.decimal, usable_energy_kwh: f.decimal,
  cycles_per_year: f.nullable(f.decimal), cycles_reason: f.optionalText, warranty_years: f.nullable(f.decimal),
  warranty_km: f.nullable(f.decimal), measured_cycles: f.nullable(f.decimal), total_energy_kwh: f.decimal,
});
const figures = f.record({
  stages: byStage, total_kg: f.decimal, total_energy_kwh: f.decimal, per_kwh: f.decimal, per_kwh_capacity: f.decimal,
  overstated_by_at_most: f.decimal, biogenic_kg: f.decimal, secondary_kg: f.decimal, quality_rating: f.decimal,
  quality_band: f.optionalText, primary_data_share: f.decimal, shares: byStage, biogenic_overstated_by_at_most: f.decimal,
  secondary_overstated_by_at_most: f.decimal, quality_overstated_by_at_most: f.decimal,
});

/** Who may sign each kind; the authority's kinds have no entry. @type {Record<string, string[]>} */
export const SIGNERS = {
  category: ['operator'], factor: ['provider', 'operator'], review: ['expert'], publication: ['operator'],
  return: ['operator'], retirement: ['operator', 'provider'], declaration: ['supplier'], request: ['requester'],
  consent: ['supplier'], refusal: ['supplier'], roster: ['operator'], contribution: ['supplier'], result: ['requester'],
  certificate: ['operator'], withdrawal: ['supplier', 'requester'], void: ['operator'],
  dispute: ['supplier', 'requester', 'operator'], mask_opening: ['supplier'], key_opening: ['supplier'],
  vector_opening: ['supplier'], seal_opening: ['requester'], opening_request: ['verifier'], opening_answer: ['supplier'],
  verification: ['verifier'],
};

/** @type {Record<string, Record<string, f.Reader>>} */
const KINDS = {
  enrolment: {
    certificate: f.pem, sealing_key: f.point, legal_entity: f.text, parent: f.text, name_zh: f.text, name_en: f.text,
    entity_roles: f.list(f.oneOf(...ROLES), 1, 6), replaces: f.nullable(f.id), proofs: f.record({ rotation: f.bytes }),
  },
  revocation: { enrolment: f.id, reason: f.text },
  category: {
    code: f.code, version: f.small, name_zh: f.text, name_en: f.text, declared_unit: f.text, stages: f.list(stage, 1, 4),
    lines: f.list(categoryLine, 1, MAX_LINES), reference: f.list(f.integer, 4, 4), quantity_low: f.integer,
    quantity_high: f.integer,
  },
  factor: {
    code: f.code, version: f.small, name_zh: f.text, name_en: f.text, classification: f.code, total: f.decimal,
    biogenic: f.decimal, land_use: f.decimal, unit: f.text, region: f.text, year: f.small, valid_from: f.nullable(f.date),
    valid_to: f.nullable(f.date), system_boundary: f.code, gwp_set: f.oneOf('AR4', 'AR5', 'AR6', 'unknown'),
    basis: f.optionalText, grade: f.code,
    scores: f.record({ technology: f.between(1, 5), time: f.between(1, 5), geography: f.between(1, 5) }), source: f.text,
    status: f.code, licence: f.text, owner: f.text, note: f.optionalText,
  },
  review: { subjects: f.list(f.id, 1, 1000), verdict: f.oneOf('accept', 'return'), opinion: f.text },
  publication: { subject: f.id, reviews: f.list(f.id, 2, 10) },
  return: { subject: f.id, reviews: f.list(f.id, 2, 10), reason: f.text },
  retirement: { publication: f.id, cause: f.oneOf('superseded', 'withdrawn'), successor: f.nullable(f.id), reason: f.text },
  declaration: {
    product: f.code, product_name: f.text, category: f.id, plant: f.text, period: f.record({ start: f.date, end: f.date }),
    method: f.code, lines: f.list(f.record({ factor: f.id, amount: f.point }), 1, MAX_LINES), evidence_root: f.id,
    certificates: f.list(f.id, 0, 200), proofs: f.record({ range: f.bytes }),
  },
  request: {
    models: perModel(functionalUnit), method: f.code, boundary: f.oneOf('partial', 'full'),
    entries: f.list(f.record({ stage, declaration: f.id, quantities: perModel(f.point) }), 1, MAX_ENTRIES), he_key: blob,
    deadlines: f.record({ consent_by: f.small, contribute_by: f.small, result_by: f.small }),
    earlier: f.list(f.id, 0, 1000), sequence: f.small,
    proofs: f.record({ ranges: f.list(f.bytes, 1, MAX_QUANTITIES / 64) }),
    seals: f.list(f.list(f.bytes, 0, MAX_MODELS), 1, MAX_ENTRIES),
  },
  consent: {
    request: f.id, entry: f.small, ephemeral: f.point,
    approval: f.record({
      decided_by: f.oneOf('person', 'policy'), asked: f.list(f.optionalText, 0, 40), answer: f.optionalText,
    }),
    proofs: f.record({ possession: f.bytes }),
  },
  refusal: { request: f.id, entry: f.small, reason: f.text },
  roster: { request: f.id, consents: f.list(f.id, 1, MAX_ENTRIES) },
  contribution: {
    request: f.id, roster: f.id, consent: f.id,
    models: perModel(f.record({
      guards: f.list(f.point, 4, 4), subtotals: f.list(f.point, 4, 4), masked: f.list(f.point, CELLS, CELLS),
    })),
    ciphertext: blob, proofs: f.record({ models: perModel(f.record({ range: f.bytes, relation: f.bytes })) }),
  },
  result: {
    request: f.id, roster: f.id, method: f.code, boundary: f.oneOf('partial', 'full'),
    models: perModel(f.record({
      cells: f.list(f.record({ value: f.integer, blinding: f.integer }), CELLS, CELLS), figures,
    })),
  },
  certificate: { request: f.id, result: f.id },
  withdrawal: { request: f.id, reason: f.text },
  void: { request: f.id, cause: f.oneOf('refused', 'deadline', 'check_failed'), reason: f.text },
  dispute: {
    request: f.id, roster: f.id, cause: f.oneOf('masks', 'totals'),
    place: f.nullable(f.record({ model: f.between(0, MAX_MODELS - 1), cell: f.between(0, CELLS - 1) })),
  },
  mask_opening: { request: f.id, dispute: f.id, consent: f.id, masks: f.list(f.point, 1, MAX_ENTRIES - 1) },
  key_opening: { request: f.id, dispute: f.id, consent: f.id, peer: f.id, key: f.point, proofs: equality },
  vector_opening: {
    request: f.id, dispute: f.id, consent: f.id, proofs: f.record({ possession: perModel(f.bytes) }), seals: perModel(f.bytes),
  },
  seal_opening: {
    request: f.id, dispute: f.id, consent: f.id, model: f.between(0, MAX_MODELS - 1), key: f.point, proofs: equality,
  },
  opening_request: {
    declaration: f.id, lines: f.list(f.small, 0, MAX_LINES), records: f.list(f.small, 0, 64), reason: f.text,
  },
  opening_answer: {
    asked: f.id, verdict: f.oneOf('opened', 'refused'), reason: f.optionalText, content: f.bytes, seals: f.list(f.bytes, 0, 1),
  },
  verification: {
    subject: f.id, rests_on: f.list(f.id, 0, 64),
    says: f.record({
      scope: f.text, assurance: f.oneOf('limited', 'reasonable'),
      finding: f.oneOf('unmodified', 'modified', 'adverse', 'disclaimed'), opinion: f.optionalText,
    }),
  },
};

/** @type {Map<string, f.Reader>} */
const READERS = new Map(
  Object.entries(KINDS).map(([type, fields]) => [
    type,
    f.record({
      protocol: f.oneOf('sealsum/v1'), type: f.oneOf(type), by: f.id, saw: f.record({ size: f.small, root: f.id }),
      nonce: f.nonce, ...fields,
    }),
  ]),
);

/** Read the fields of a payload. @param {any} value */
export function parsePayload(value) {
  const reader = READERS.get(value?.type);
  f.oneOf(...READERS.keys())(value?.type, 'type');
  return /** @type {f.Reader} */ (reader)(value, value.type);
}
