/**
 * The result of a certificate for people: the number, its stages, its rule set, who took part, what is not proven.
 *
 * The one fact: the same order and the same labels as the report of `sealsum verify --report`.
 */

import { encodeQR } from 'qr';

import { drawing, element, pairsOf, saveFile, tableOf } from './elements.js';
import { absolute, encodeDecimal, over, parseExact } from './exact.js';
import { rowsOfUnit } from './functional_unit_shown.js';
import { rulesOf } from './method_rules.js';
import { showNumber, showPercent, tellDay } from './numbers.js';
import { drawBar } from './stage_bar.js';
import tables from './tables.json';
import { said, WORDS } from './words.js';

/** @typedef {import('./elements.js').Child} Child */
/** @typedef {import('./checking.js').Finding} Finding */

const L = tables.labels;
const STAGES = /** @type {[string, import('./words.js').Words][]} */ (
  ['raw_material_and_parts', 'battery_production', 'distribution', 'end_of_life'].map((stage) => [
    stage, /** @type {any} */ (tables.stages)[stage],
  ]));

/** @param {Finding} finding @returns {Child[]} */
export function showResult(finding) {
  const { summary } = finding;
  if (summary === null) return [];
  const models = summary.models.map((/** @type {any} */ model, /** @type {number} */ at) => showModel(model, at, finding));
  return [...models, showRules(summary), showParticipants(summary), showVerifications(finding), showPublic(finding), showNotProven()];
}

/**
 * @param {any} model
 * @param {number} at
 * @param {Finding} finding
 */
function showModel(model, at, finding) {
  const { figures, unit } = model, { summary, isGood } = finding;
  const name = unit?.model ?? said(L.withheld_model, { number: at + 1 });
  const whys = sayEmptyStages(summary);
  const rows = STAGES.map(([stage, words], number) => [`${number + 1} ${said(words)}`, ...stage in whys ? [whys[stage], '—']
    : [showNumber(figures.stages[stage] ?? '0', 1), showPercent(figures.shares[stage] ?? '0')]]);
  const isOpen = summary.declared === null && STAGES.some(([stage]) => !(stage in whys) && figures.stages[stage] === '0');
  const headline = element('p', { class: 'headline' },
    element('span', { class: 'large' }, showNumber(figures.per_kwh, 3)), ' ', said(L.unit_per_kwh),
    element('span', { class: 'aside' }, said(L.per_kwh)));
  const percent = parseExact(figures.total_kg).n === 0n ? '0'
    : encodeDecimal(absolute(over(parseExact(figures.overstated_by_at_most), parseExact(figures.total_kg))));
  return element('section', { class: 'model' },
    element('h2', {}, name),
    element('p', { class: 'standing' }, said(standingOf(finding))),
    isGood ? headline : null,
    isGood ? element('p', {}, said(L.bound, { kg: showNumber(figures.overstated_by_at_most, 1, 'up'), percent: showPercent(percent, 2, 'up') })) : null,
    drawBar(STAGES.map(([stage]) => figures.stages[stage] ?? '0'), said(WORDS.barTitle)),
    tableOf([said(L.stage), said(L.kg), said(L.share) + ' %'],
      [...rows, [said(L.total), showNumber(figures.total_kg, 1), parseExact(figures.total_kg).n === 0n ? '0' : '100']], said(L.stages), [1, 2]),
    STAGES.some(([stage]) => (figures.stages[stage] ?? '').startsWith('-')) ? element('p', { class: 'aside' }, said(L.credit)) : null,
    isOpen ? element('p', { class: 'aside' }, said(L.maybe_declared)) : null,
    showIdentification(summary, unit),
    showQuality(figures, summary.method),
    showExact(figures, name, whys),
    isGood ? showCode(codeHere(model.code)) : null);
}

/** By stage why there is no figure of it: outside the boundary, or nothing was declared for it. @param {any} summary @returns {Record<string, string>} */
function sayEmptyStages({ method, boundary, declared }) {
  const stages = STAGES.map(([stage]) => stage), counted = rulesOf(method)?.boundaries[boundary] ?? stages;
  const empty = stages.filter((stage) => !counted.includes(stage) || !(declared ?? stages).includes(stage));
  return Object.fromEntries(empty.map((stage) => [stage, said(counted.includes(stage) ? L.not_declared : L.outside_boundary)]));
}

/** @param {Finding} finding */
function standingOf({ isGood, summary }) {
  if (!isGood) return WORDS.notVerified;
  return summary.redacted ? WORDS.signedOnly : WORDS.verified;
}

/** @param {any} summary @param {any} unit */
function showIdentification(summary, unit) {
  const known = (/** @type {any} */ names) => said(names) || '—';
  const fromUnit = unit === null ? [] : /** @type {[string, Child][]} */ ([
    [said(L.model), unit.model], [said(L.chemistry), unit.chemistry], [said(L.vehicle), unit.vehicle_category],
    ...rowsOfUnit(unit, summary.method),
  ]);
  return element('section', {},
    element('h3', {}, said(L.identification)),
    pairsOf([
      ...fromUnit, [said(L.functional_unit), said(L.unit_is)], [said(L.maker), known(summary.maker)],
      [said(L.operator), known(summary.operator)], [said(L.log), summary.log],
      [said(L.certified), summary.certified_at === null ? '—' : said(tellDay(summary.certified_at))],
      [said(L.request), element('code', {}, summary.request)], [said(L.file), element('code', {}, summary.sha256)],
    ]));
}

/** @param {any} figures @param {string} method */
function showQuality(figures, method) {
  const band = /** @type {Record<string, any>} */ (tables.bands)[figures.quality_band];
  const isRated = parseExact(figures.secondary_kg).n !== 0n, limit = rulesOf(method)?.quality_limit ?? null;
  const rating = isRated ? `${showNumber(figures.quality_rating, 2)}${band === undefined ? '' : ` (${said(band)})`}` : said(L.none_secondary);
  return element('section', {},
    element('h3', {}, said(L.quality)),
    pairsOf([
      [said(L.quality_rating), rating], [said(L.quality_limit), limit ?? '—'],
      [said(L.primary_share), `${showPercent(figures.primary_data_share, 1, 'down')} %`],
      [said(L.secondary), `${showNumber(figures.secondary_kg, 1)} kgCO₂e`],
      [said(L.biogenic), `${showNumber(figures.biogenic_kg, 1)} kgCO₂e`],
      [said(L.capacity), `${showNumber(figures.per_kwh_capacity, 3)} kgCO₂e/kWh`],
    ]));
}

/** @param {any} figures @param {string} name @param {Record<string, string>} whys by stage why it has no figure of its own */
function showExact(figures, name, whys) {
  const labels = /** @type {Record<string, any>} */ (tables.figures);
  const shown = { ...figures, quality_band: sayBand(figures.quality_band) };
  const flat = [
    ...STAGES.map(([stage, words]) => [`${said(words)}, kgCO₂e${stage in whys ? ` (${whys[stage]})` : ''}`, figures.stages[stage] ?? '']),
    ...Object.keys(labels).map((field) => [said(labels[field]).replace('CO2e', 'CO₂e'), shown[field]]),
  ];
  const csv = ['﻿', ...flat.map(([label, value]) => `"${label.replaceAll('"', '""')}",${value}\r\n`)].join('');
  return element('details', {},
    element('summary', {}, said(WORDS.figures)),
    tableOf([said(WORDS.figure), said(WORDS.value)], flat, said(WORDS.figures), [1]),
    element('button', { type: 'button', click: () => saveFile(`${name}.csv`, csv, 'text/csv') }, said(WORDS.saveTable)));
}

/** A band in words, with what is signed where that is another word. @param {string} code */
function sayBand(code) {
  const band = /** @type {Record<string, any>} */ (tables.bands)[code], word = band === undefined ? code : said(band);
  return word === code ? code : `${word} (${code})`;
}

/**
 * The code with the address of this page as its last line, unless it was opened from disk.
 * @param {string} code
 */
function codeHere(code) {
  return location.protocol === 'file:' ? code : `${code}\npage ${location.origin}${location.pathname}`;
}

/** @param {string} code */
function showCode(code) {
  const rows = encodeQR(code, 'raw', { ecc: 'medium', border: 4 });
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const size = rows.length;
  return element('figure', { class: 'code' },
    drawing('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': code, 'shape-rendering': 'crispEdges' },
      drawing('rect', { width: size, height: size, class: 'light' }), drawing('path', { d: path, class: 'dark' })),
    element('figcaption', {}, said(L.qr), element('pre', {}, code)));
}

/** @param {any} summary */
function showRules(summary) {
  const rules = rulesOf(summary.method), boundary = /** @type {Record<string, any>} */ (L)[summary.boundary];
  if (rules === null) return element('p', {}, summary.method);
  const isDeclared = rules.declared_boundaries.includes(summary.boundary);
  const percent = rules.cut_off === null ? '' : showPercent(rules.cut_off);
  const stages = Object.entries(sayEmptyStages(summary)).map(([stage, why]) => `${said(/** @type {any} */ (tables.stages)[stage])} (${why})`);
  const variant = said(/** @type {any} */ (rules.variant)[summary.boundary]), unknown = /** @type {any} */ (rules.unknown)[summary.boundary];
  const exclusions = [said(percent === '' ? L.no_cut_off : L.cut_off, { percent }), ...stages, said(L.use_phase)];
  return element('section', {},
    element('h2', {}, said(L.method)),
    pairsOf([
      [said(L.method), `${said(rules.name)} (${summary.method})`],
      .../** @type {[string, Child][]} */ (variant === '' ? [] : [[said(L.variant), variant]]),
      [said(L.boundary), isDeclared ? said(boundary) : `${said(boundary)} (${said(L.comparison)})`],
    ]),
    element('h3', {}, said(L.exclusions)),
    element('ul', {}, exclusions.map((one) => element('li', {}, one))),
    element('h3', {}, said(L.unknown)),
    element('ul', {}, unknown.map((/** @type {any} */ one) => element('li', {}, said(one)))));
}

/** @param {any} summary */
function showParticipants(summary) {
  const rows = summary.participants.map((/** @type {any} */ one) => [
    said(one.company), said(/** @type {any} */ (tables.stages)[one.stage]), `${one.product} (${said(one.category)})`, one.plant,
    `${one.period.start} – ${one.period.end}`,
  ]);
  const heads = [L.company, L.stage, L.product, L.plant, L.period].map((words) => said(words));
  return element('section', {},
    element('h2', {}, said(L.participants)),
    rows.length === 0 ? element('p', {}, said(L.hidden_parties)) : tableOf(heads, rows, said(L.participants)));
}

/**
 * What stands beside the verdict: of a full certificate that holds how many opinions it carries, and that there may be
 * others; of one that neither pin fits, that the pins may be another platform's; of one that a single pin does not fit, which.
 * @param {Finding} finding
 */
export function sayBeside({ checks, isGood, summary }) {
  const unfit = checks.filter(({ name, status }) => ['authority', 'checkpoint'].includes(name) && status === 'failed');
  if (unfit.length === 1) return said(L.one_pin, { checks: unfit[0].number });
  if (!isGood) return unfit.length === 2 ? said(L.other_platform) : '';
  const count = summary === null || summary.redacted ? null : summary.verifications.length;
  if (count === null) return '';
  return count === 0 ? said(L.opinions_none) : said(L.opinions_some, { count });
}

/**
 * What to do with a file that does not hold.
 * @param {Finding} finding
 * @returns {HTMLElement[]}
 */
export function showNext({ isGood, sha256 }) {
  if (isGood) return [];
  return [element('p', {}, said(L.bad_next)), pairsOf([[said(L.file), element('code', {}, sha256)]])];
}

/**
 * What stands beside the verdict: opinions other than unmodified.
 * @param {Finding} finding
 * @returns {HTMLElement[]}
 */
export function showReserved({ summary }) {
  const reserved = (summary?.verifications ?? []).filter((/** @type {any} */ one) => one.finding !== 'unmodified');
  return reserved.length === 0 ? [] : [element('p', {}, said(L.reserved)), element('ul', {}, reserved.map(showOpinion))];
}

/** @param {any} one */
function showOpinion(one) {
  const finding = said(/** @type {any} */ (tables.findings)[one.finding]);
  const assurance = said(/** @type {any} */ (tables.assurances)[one.finding === 'disclaimed' ? 'no' : one.assurance]);
  return element('li', { class: one.finding },
    element('strong', {}, finding), ` — ${said(one.verifier)}; ${assurance}; ${said(L.about)}: ${subjectOf(one)}; ${one.scope}`,
    one.opinion === '' ? null : element('p', { class: 'opinion' }, one.opinion));
}

/** The product and whose it is: two suppliers may sell what is called the same. @param {any} one */
function subjectOf(one) {
  return one.product === '' ? said(L.of_result) : said(L.of_owner, { product: one.product, owner: said(one.owner) || '—' });
}

/** @param {Finding} finding */
function showVerifications({ summary, isGood }) {
  const items = summary.verifications.map(showOpinion);
  return element('section', {},
    element('h2', {}, said(L.verification)),
    isGood || items.length === 0 ? null : element('p', { class: 'standing' }, said(WORDS.notVerified)),
    items.length === 0 ? element('p', {}, said(summary.redacted ? L.hidden_verification : L.no_verification)) : element('ul', {}, items));
}

/** @param {Finding} finding */
function showPublic({ publicForm, summary }) {
  if (publicForm === null) return null;
  const save = () => saveFile(`certificate-${summary.request.slice(0, 8)}-public.json`, /** @type {BlobPart} */ (publicForm), 'application/json');
  return element('section', { class: 'no-print' },
    element('h2', {}, said(WORDS.savePublic)), element('p', {}, said(WORDS.publicLead)),
    pairsOf([[said(L.redacted_file), element('code', {}, summary.public_sha256)]]),
    element('button', { type: 'button', click: save }, said(WORDS.savePublic)));
}

function showNotProven() {
  return element('section', {},
    element('h2', {}, said(L.not_proven)), element('ul', {}, tables.not_proven.map((words) => element('li', {}, said(words)))));
}

