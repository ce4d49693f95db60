/**
 * The four stages as one bar: burdens to the right of zero, credits to the left.
 *
 * The one fact: a number stands at each part, as in the table below; colour is never the only carrier.
 */

import { drawing } from './elements.js';

const WIDTH = 720, HEIGHT = 56, BAR = 34, NARROW = 22;

/**
 * @param {string[]} stages kg as decimal texts
 * @param {string} title
 */
export function drawBar(stages, title) {
  const sizes = stages.map(Number);
  const below = sizes.reduce((sum, size) => sum + Math.max(0, -size), 0);
  const above = sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  const scale = WIDTH / (below + above || 1), zero = below * scale;
  let left = zero, right = zero;
  const parts = sizes.flatMap((size, at) => {
    const width = Math.abs(size) * scale;
    if (width === 0) return [];
    const x = size < 0 ? (left -= width) : right;
    if (size > 0) right += width;
    return [
      drawing('rect', { x: x.toFixed(2), y: 0, width: Math.max(1, width - 1).toFixed(2), height: BAR, class: `stage stage-${at + 1}` }),
      drawing('text', {
        x: (x + width / 2).toFixed(2), y: width < NARROW ? HEIGHT - 6 : BAR / 2 + 5, 'text-anchor': 'middle',
        class: width < NARROW ? 'outside' : `inside inside-${at + 1}`,
      }, String(at + 1)),
    ];
  });
  const axis = drawing('line', { x1: zero, x2: zero, y1: 0, y2: BAR + 6, class: 'axis' });
  return drawing('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'bar', role: 'img', 'aria-label': title }, parts, axis);
}
