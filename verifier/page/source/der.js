/**
 * A strict reader of DER, as much as certificates of the enrolment authority need.
 *
 * The one fact: every length is definite and minimal, and whoever reads a value says that it ends where it should; so
 * two readers cannot understand the same bytes differently. Decision 0019 says why this is not a library.
 */

import { refuse } from './refusal.js';

export const BOOLEAN = 0x01, INTEGER = 0x02, BIT_STRING = 0x03, OCTETS = 0x04, OID = 0x06, SEQUENCE = 0x30, SET = 0x31;
export const UTC_TIME = 0x17, GENERALIZED_TIME = 0x18;

/** One value: its tag, its contents, and all its bytes. */
/** @typedef {{tag: number, content: Uint8Array, whole: Uint8Array}} Value */

/** Reads one value after the other. */
export class DerReader {
  /** @param {Uint8Array} data */
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  get isAtEnd() {
    return this.at === this.data.length;
  }

  /** The tag of the next value, -1 at the end. */
  get next() {
    return this.isAtEnd ? -1 : this.data[this.at];
  }

  /**
   * The next value, which must have this tag (any, where none is named).
   * @param {number} [tag]
   * @returns {Value}
   */
  read(tag) {
    const start = this.at, found = this.next;
    if (found < 0 || (tag !== undefined && found !== tag) || (found & 0x1f) === 0x1f) this.fail();
    this.at += 1;
    const length = this.readLength(), from = this.at;
    if (from + length > this.data.length) this.fail();
    this.at = from + length;
    return { tag: found, content: this.data.subarray(from, this.at), whole: this.data.subarray(start, this.at) };
  }

  /** @param {number} tag */
  enter(tag) {
    return new DerReader(this.read(tag).content);
  }

  end() {
    if (!this.isAtEnd) this.fail();
  }

  readLength() {
    const first = this.data[this.at];
    this.at += 1;
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (first === undefined || count < 1 || count > 2 || this.at + count > this.data.length) return this.fail();
    let length = 0;
    for (let number = 0; number < count; number += 1) length = length * 256 + this.data[this.at + number];
    this.at += count;
    if (length < (count === 1 ? 0x80 : 0x100)) this.fail();
    return length;
  }

  /** @returns {never} */
  fail() {
    return refuse('certificate', 'expected a certificate in DER as the authority writes it');
  }
}

/**
 * Read everything in `data` as one value of this tag, and hand its contents to a reader.
 * @param {Uint8Array} data
 * @param {number} tag
 */
export function openDer(data, tag) {
  const outer = new DerReader(data), inner = outer.enter(tag);
  outer.end();
  return inner;
}

/**
 * A whole number from 0, minimally encoded.
 * @param {DerReader} reader
 */
export function readNatural(reader) {
  const { content } = reader.read(INTEGER);
  const isMinimal = content.length > 0 && (content.length === 1 || content[0] !== 0 || content[1] >= 0x80);
  if (!isMinimal || content[0] >= 0x80) reader.fail();
  return content;
}

/**
 * A time in Unix seconds.
 * @param {DerReader} reader
 */
export function readTime(reader) {
  const { tag, content } = reader.read();
  const text = String.fromCharCode(...content);
  const pattern = tag === UTC_TIME ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/ : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
  const found = pattern.exec(text);
  if (found === null || (tag !== UTC_TIME && tag !== GENERALIZED_TIME)) return reader.fail();
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  const full = tag === UTC_TIME ? year + (year >= 50 ? 1900 : 2000) : year;
  const moment = new Date(0);
  moment.setUTCFullYear(full, month - 1, day);
  moment.setUTCHours(hour, minute, second);
  const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal ? moment.getTime() / 1000 : reader.fail();
}
