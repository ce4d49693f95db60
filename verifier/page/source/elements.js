/**
 * Elements of the page, made from values and never from text that is read as markup.
 *
 * The one fact: whatever a file says ends in text nodes, so it cannot become part of the page.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Record<string, string | number | boolean | EventListener | undefined>} Attributes */
/** @typedef {Node | string | null} Child */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  fill(made, attributes, children);
  return made;
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 */
export function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  fill(made, attributes, children);
  return made;
}

/**
 * @param {Element} made
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null));
}

/** The element with this id, which index.html has. @param {string} id */
export function place(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string[]} heads
 * @param {Child[][]} rows the first cell of each heads its row
 * @param {string} caption
 * @param {number[]} [numeric] columns of numbers
 */
export function tableOf(heads, rows, caption, numeric = []) {
  const kind = (/** @type {number} */ column) => (numeric.includes(column) ? 'number' : undefined);
  const head = element('tr', {}, heads.map((text, column) => element('th', { scope: 'col', class: kind(column) }, text)));
  const body = rows.map((row) => element('tr', {}, row.map((cell, column) => (column === 0
    ? element('th', { scope: 'row' }, cell)
    : element('td', { class: kind(column) }, cell)))));
  const table = element('table', {}, element('caption', {}, caption), element('thead', {}, head), element('tbody', {}, body));
  return element('div', { class: 'table', tabindex: 0, role: 'region', 'aria-label': caption }, table);
}

/**
 * Pairs of a label and a value.
 * @param {[string, Child][]} pairs
 */
export function pairsOf(pairs) {
  return element('dl', {}, pairs.flatMap(([label, value]) => [element('dt', {}, label), element('dd', {}, value)]));
}

/**
 * Hand bytes to the user as a file.
 * @param {string} name
 * @param {BlobPart} content
 * @param {string} type
 */
export function saveFile(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
