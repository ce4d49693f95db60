/**
 * The page: takes files, shows the checks as they go, then the verdict and the result.
 *
 * The one fact: whatever is shown as verified was checked in this page, in this visit, against the pins it names.
 */

import { MAX_BUNDLE } from './bundle.js';
import { parseCertificate } from './certificates.js';
import { check } from './checking.js';
import { fromBase64 } from './encodings.js';
import { element, pairsOf, place, saveFile } from './elements.js';
import { tellMoment } from './numbers.js';
import { areSamePins, checkPins, encodePins, parsePins } from './pins.js';
import { Refusal } from './refusal.js';
import { sayBeside, showNext, showReserved, showResult } from './result.js';
import tables from './tables.json';
import { chooseLanguage, language, said, WORDS } from './words.js';

/** @typedef {import('./certificate.js').CheckResult} CheckResult */
/** @typedef {{pins: import('./pins.js').Pins, from: 'pinsDropped' | 'pinsTyped' | 'pinsGiven'}} FoundPins */

const PINS_LIMIT = 64 * 1024, THEMES = ['auto', 'light', 'dark'];
const MARKS = { passed: '✓', failed: '✗', running: '…', not_reached: '–', pending: '○', hidden: '–', not_asked: '–', proves_nothing: '–' };

const state = {
  /** @type {FoundPins | null} */ found: null,
  /** @type {import('./pins.js').Pins | null} */ given: null,
  /** @type {{name: string, data: Uint8Array} | null} */ file: null,
  /** @type {Map<string, CheckResult>} */ checks: new Map(),
  /** @type {import('./checking.js').Finding | null} */ finding: null,
  /** @type {AbortController | null} */ running: null,
  isRedacted: false,
  arePinsRefused: false,
  /** @type {{words: import('./words.js').Words, values: Record<string, string>}[]} */ errors: [],
};

export function openPage() {
  const asked = new URLSearchParams(location.hash.slice(1)).get('lang') ?? remembered('language') ?? navigator.language;
  chooseLanguage(asked.startsWith('zh') ? 'zh' : 'en');
  setTheme(remembered('theme') ?? 'auto');
  listen();
  offerBack();
  takeGiven();
  show();
}

/** The way back for who came from a page of the host that serves this one. */
function offerBack() {
  const back = /** @type {HTMLAnchorElement} */ (place('back'));
  if (!document.referrer.startsWith(`${location.origin}/`) || document.referrer === location.href) return;
  back.href = document.referrer;
  back.hidden = false;
}

function listen() {
  place('files').addEventListener('change', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    takeFiles([...(input.files ?? [])]).then(() => { input.value = ''; });
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    takeFiles([...(event.dataTransfer?.files ?? [])]);
  });
  place('typed').addEventListener('submit', (event) => {
    event.preventDefault();
    takeTyped();
  });
  place('language').addEventListener('click', () => {
    chooseLanguage(language() === 'zh' ? 'en' : 'zh');
    remember('language', language());
    show();
  });
  place('theme').addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? 'auto') + 1) % THEMES.length];
    remember('theme', next);
    setTheme(next);
    show();
  });
  place('stop').addEventListener('click', () => state.running?.abort());
  place('print').addEventListener('click', () => print());
  addEventListener('beforeprint', showPrinted);
}

// --- what comes in -----------------------------------------------------------------------------------

/** What whoever wrote or serves this page put into it: pins, perhaps a certificate. */
function takeGiven() {
  const pins = document.getElementById('given-pins')?.textContent ?? '';
  const file = document.getElementById('given-certificate'), text = file?.textContent?.trim() ?? '';
  if (pins.trim() !== '') readPins(() => parsePins(pins), 'pinsGiven');
  state.given = state.found?.pins ?? null;
  const data = text === '' ? null : fromBase64(text);
  if (data !== null) state.file = { name: file?.dataset.name ?? '', data };
  start();
}

/**
 * One certificate and pins are taken; what is neither, or a second one, is named and set aside. Where that is all that came, no verdict of
 * an earlier file stays under it.
 * @param {File[]} files
 */
async function takeFiles(files) {
  let isTaken = false;
  /** @type {string | null} */ let first = null;
  state.errors = [];
  for (const file of files) {
    const data = file.size > MAX_BUNDLE ? null : new Uint8Array(await file.arrayBuffer());
    if (data === null) state.errors.push({ words: WORDS.tooLarge, values: {} });
    else if (looksLikeCertificate(data) && first !== null) state.errors.push({ words: WORDS.oneAtATime, values: { first, file: file.name } });
    else if (looksLikeCertificate(data)) {
      first = file.name;
      state.file = { name: first, data };
    }
    else if (looksLikePins(data) || /^pins\b.*\.json$/i.test(file.name)) readPins(() => parsePins(new TextDecoder().decode(data)), 'pinsDropped');
    else {
      state.errors.push({ words: tables.labels.not_certificate, values: { file: file.name } });
      continue;
    }
    isTaken ||= data !== null;
  }
  if (!isTaken) state.file = null;
  start();
}

function takeTyped() {
  const logKey = /** @type {HTMLInputElement} */ (place('log-key')).value.trim();
  const pem = /** @type {HTMLTextAreaElement} */ (place('root')).value.replaceAll('\r', '').trim();
  state.errors = [];
  readPins(() => checkPins({ logKey, authorityRoot: `${pem}\n`, witnesses: [], threshold: 0 }), 'pinsTyped');
  start();
}

/**
 * Pins that cannot be used leave none: whoever gave them does not mean the ones that were there before.
 * @param {() => import('./pins.js').Pins} read
 * @param {FoundPins['from']} from
 */
function readPins(read, from) {
  try {
    state.found = { pins: read(), from };
    state.arePinsRefused = false;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    Object.assign(state, { found: null, arePinsRefused: true });
    state.errors.push({ words: WORDS.badPins, values: { detail: error.message } });
  }
}

/**
 * Whether a file may be a certificate, whole or damaged; a PDF or a spreadsheet given by mistake is none.
 * @param {Uint8Array} data
 */
function looksLikeCertificate(data) {
  const text = new TextDecoder().decode(data);
  return text.trimStart().startsWith('{') && (text.includes('"checkpoint"') || text.includes('"statements"'));
}

/**
 * Whether a file may be pins, whole or damaged.
 * @param {Uint8Array} data
 */
function looksLikePins(data) {
  const text = data.length <= PINS_LIMIT ? new TextDecoder().decode(data) : '';
  return text.includes('"log_key"') || text.includes('"authority_root"');
}

// --- checking ----------------------------------------------------------------------------------------

async function start() {
  state.running?.abort();
  Object.assign(state, { checks: new Map(), finding: null, running: null, isRedacted: false });
  show();
  if (state.file === null || state.found === null) return;
  const running = new AbortController(), job = { data: state.file.data, pins: state.found.pins };
  state.running = running;
  show();
  try {
    const finding = await check(job, (found) => state.running === running && hear(found), running.signal);
    if (state.running !== running) return;
    state.isRedacted = finding.summary?.redacted ?? false;
    state.finding = finding;
  } catch (error) {
    if (state.running !== running) return;
    if (!running.signal.aborted) {
      state.errors.push({ words: WORDS.crashed, values: {} });
      console.error(error);
    }
  }
  state.running = null;
  show();
  if (state.finding !== null) place('verdict').focus();
}

/** @param {CheckResult} found */
function hear(found) {
  state.checks.set(found.name, found);
  const known = tables.checks.find(({ name }) => name === found.name);
  const row = place(`check-${found.name}`);
  row.replaceWith(rowOf(/** @type {any} */ (known)));
  if (found.status === 'running') {
    place('status').textContent = said(WORDS.progress, { number: found.number, count: tables.checks.length });
  }
}

// --- what is shown -----------------------------------------------------------------------------------

function show() {
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
  document.title = `${said(WORDS.title)} · Sealsum`;
  for (const node of document.querySelectorAll('[data-word]')) {
    node.textContent = said(/** @type {any} */ (WORDS)[/** @type {HTMLElement} */ (node).dataset.word ?? '']);
  }
  place('language').textContent = language() === 'zh' ? 'English' : '中文';
  place('language').lang = language() === 'zh' ? 'en' : 'zh-CN';
  const theme = /** @type {'auto' | 'light' | 'dark'} */ (document.documentElement.dataset.theme);
  place('theme').textContent = `${said(WORDS.theme)}: ${said(WORDS[theme])}`;
  showPins();
  place('error').replaceChildren(...state.errors.map(({ words, values }) => element('p', {}, said(words, values))));
  place('status').textContent = statusOf();
  place('stop').hidden = state.running === null;
  place('print').hidden = state.finding === null;
  place('checks').replaceChildren(...tables.checks.map(rowOf));
  place('checking').hidden = state.file === null;
  showVerdict();
  place('result').replaceChildren(...(state.finding === null ? [] : showResult(state.finding).filter((node) => node !== null)));
}

function statusOf() {
  if (state.running !== null) return said(WORDS.checking, { name: state.file?.name ?? '' });
  if (state.finding !== null) return `${state.file?.name ?? ''}: ${said(verdictOf())}`;
  if (state.arePinsRefused) return said(WORDS.noVerdict);
  if (state.file !== null && state.found === null) return said(WORDS.pinsMissing);
  return state.found !== null && state.file === null ? said(WORDS.certificateMissing) : said(WORDS.nothingYet);
}

function verdictOf() {
  if (!state.finding?.isGood) return tables.labels.bad;
  return state.isRedacted ? tables.labels.good_redacted : tables.labels.good;
}

function showVerdict() {
  const verdict = place('verdict');
  verdict.hidden = state.finding === null;
  verdict.className = state.finding?.isGood ? 'good' : 'bad';
  verdict.textContent = state.finding === null ? '' : `${state.finding.isGood ? MARKS.passed : MARKS.failed} ${said(verdictOf())}`;
  place('beside').textContent = state.finding === null ? '' : sayBeside(state.finding);
  const next = state.finding === null ? [] : showNext(state.finding);
  place('next').hidden = next.length === 0;
  place('next').replaceChildren(...next);
  const reserved = state.finding?.isGood ? showReserved(state.finding) : [];
  place('reserved').hidden = reserved.length === 0;
  place('reserved').replaceChildren(...reserved);
  const failed = tables.checks.find(({ name }) => state.checks.get(name)?.status === 'failed');
  if (state.finding !== null && failed !== undefined) {
    verdict.append(' ', element('a', { href: `#check-${failed.name}` }, `${failed.number}. ${said(failed)}: ${said(WORDS.failed)}`));
  }
}

function showPins() {
  const { found } = state;
  place('pins').replaceChildren();
  if (found === null) return;
  const { logKey, authorityRoot, witnesses, threshold } = found.pins;
  const witnessed = threshold > 0 ? `${threshold} / ${witnesses.length}` : '0';
  place('pins').append(pairsOf([
    [said(WORDS.pinsLog), element('code', {}, logKey)],
    [said(WORDS.pinsRoot), element('code', {}, parseCertificate(authorityRoot).fingerprint)],
    [said(WORDS.pinsWitnesses), witnessed], [said(WORDS.pinsFrom), said(WORDS[found.from])],
  ]));
  const save = () => saveFile('pins.json', encodePins(found.pins), 'application/json');
  if (found.from !== 'pinsDropped') place('pins').append(element('p', { class: 'no-print' }, element('button', { type: 'button', click: save }, said(WORDS.savePins))));
  const warned = warningOf(found);
  if (warned !== null) place('pins').append(element('p', { class: 'warning' }, said(warned)));
}

/** What the pins are worth; those that stood in the same message as the certificate prove nothing. @param {FoundPins} found */
function warningOf({ pins, from }) {
  if (from === 'pinsGiven') return WORDS.pinsWarning;
  if (state.given !== null && !areSamePins(pins, state.given)) return WORDS.pinsForeign;
  return from === 'pinsDropped' ? WORDS.pinsBeside : null;
}

/** @param {string} status @param {string} name */
function wordOf(status, name) {
  if (status === 'not_asked') return name === 'witnesses' ? tables.labels.no_witnesses : tables.labels.no_opinions;
  if (status === 'proves_nothing') return tables.labels.proves_nothing;
  if (status === 'hidden') return tables.labels.needs_full;
  return /** @type {Record<string, import('./words.js').Words>} */ (WORDS)[status];
}

/** Whether a check that passed had anything to check: witnesses that are wanted, opinions that are there. @param {string} name */
function isAsked(name) {
  if (name === 'witnesses') return state.found?.pins.threshold !== 0;
  return name !== 'verifications' || state.finding === null || state.finding.summary?.verifications.length > 0;
}

/** The numbers of the failed checks among these. @param {string[]} names */
function failedOf(names) {
  return names.map((name) => state.checks.get(name)).flatMap((one) => (one?.status === 'failed' ? [one.number] : []));
}

/** @param {number[]} numbers */
function sayNumbers(numbers) {
  return numbers.join(language() === 'zh' ? '、' : ', ');
}

/** What a failed check means. @param {string} name */
function meaningOf(name) {
  if (state.finding?.isResaved) return said(tables.labels.resaved);
  const cause = /** @type {Record<string, string>} */ (tables.fails_with)[name], failed = failedOf(cause === undefined ? [] : [cause]);
  return failed.length > 0 ? said(tables.labels.fails_with, { checks: sayNumbers(failed) })
    : said(/** @type {Record<string, import('./words.js').Words>} */ (tables.meanings)[name]);
}

/** The statement that a check failed at, '' under pins that no statement fits. @param {string} name */
function namedOf(name) {
  const found = state.finding?.named[name];
  if (found === undefined || failedOf(['authority', 'checkpoint']).length > 0) return '';
  const kinds = /** @type {Record<string, import('./words.js').Words>} */ (tables.kinds);
  return ` ${said(tables.labels.first_found, { index: found.index, kind: said(kinds[found.kind] ?? kinds.unknown), name: said(found.names) || '—' })}`;
}

/** How a check that passed is shown: it proves nothing where it had nothing to check, or what it rests on fails. @param {string} name @param {number[]} grounds */
function shownPassed(name, grounds) {
  if (!isAsked(name)) return 'not_asked';
  return grounds.length > 0 ? 'proves_nothing' : 'passed';
}

/** @param {(typeof tables.checks)[number]} known */
function rowOf({ number, name, en, zh, redacted }) {
  const found = state.checks.get(name);
  const status = found?.status ?? (state.isRedacted && !redacted ? 'hidden' : 'pending');
  const grounds = failedOf(/** @type {Record<string, string[]>} */ (tables.rests_on)[name]);
  const shown = status === 'passed' ? shownPassed(name, grounds) : status;
  return element('li', { id: `check-${name}`, class: shown, 'data-status': status },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[shown]),
    element('div', {},
      element('p', {}, `${number}. `, said({ en, zh }), ' ', element('span', { class: 'word' }, said(wordOf(shown, name)))),
      status === 'failed' ? element('p', { class: 'meaning' }, element('strong', {}, `${said(tables.labels.means)}: `), meaningOf(name), namedOf(name)) : null,
      status === 'failed' ? element('p', { class: 'detail' }, `${said(tables.labels.found)}: `, element('span', { lang: 'en' }, found?.detail ?? '')) : null,
      shown === 'proves_nothing' ? element('p', { class: 'detail' }, said(tables.labels.rests_on_failed, { checks: sayNumbers(grounds) })) : null,
      status === 'not_reached' ? element('p', { class: 'detail' }, said(tables.labels.not_reached_means)) : null));
}

function showPrinted() {
  const time = said(tellMoment(Date.now() / 1000));
  place('printed').textContent = said(WORDS.printed, { address: location.href.split('#')[0], time });
}

// --- what is remembered --------------------------------------------------------------------------------

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset.theme = THEMES.includes(theme) ? theme : 'auto';
}

/** @param {string} name */
function remembered(name) {
  try {
    return localStorage.getItem(`sealsum-${name}`);
  } catch {
    return null; // a browser that keeps nothing for pages from disk
  }
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    localStorage.setItem(`sealsum-${name}`, value);
  } catch {
    // shown this time all the same
  }
}
