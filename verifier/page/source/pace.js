/**
 * How fast the checks may go: all at once in a worker, or in short pieces where the page itself computes.
 *
 * The one fact: a browser that opens the page from disk may bar workers, and a page that computes for seconds without
 * a rest cannot be scrolled, read aloud or closed.
 */

const LONGEST_MS = 24;

/** Whoever computes for long calls `rest` between two pieces. */
export class Pace {
  /** @param {boolean} isShared whether people use the thread meanwhile */
  constructor(isShared) {
    this.isShared = isShared;
    this.since = performance.now();
  }

  /** Let the browser do what waits, if the last time was long ago. */
  async rest() {
    if (!this.isShared || performance.now() - this.since < LONGEST_MS) return;
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve(undefined);
      };
      port2.postMessage(0);
    });
    this.since = performance.now();
  }
}
