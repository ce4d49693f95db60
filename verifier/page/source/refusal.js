/**
 * What the checks throw. The one fact: a Refusal is about the file; any other error is a fault of this page and is
 * shown as one, never as a check that passed.
 */

/** The file breaks a rule; `check` names the rule. */
export class Refusal extends Error {
  /**
   * @param {string} check
   * @param {string} message
   */
  constructor(check, message) {
    super(`${check}: ${message}`);
    this.check = check;
  }
}

/** An earlier check failed, so this one has nothing to work on. */
export class NotReached extends Error {}

/**
 * @param {string} check
 * @param {string} message
 * @returns {never}
 */
export function refuse(check, message) {
  throw new Refusal(check, message);
}
