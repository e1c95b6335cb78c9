import { LONGEST_TIMER } from './constants.js';

/** Timers by what they are for; at most one for each thing. */
export class Timers {
  /** @type {Map<unknown, ReturnType<typeof setTimeout>>} */
  running = new Map();

  /**
   * @param {unknown} what
   * @param {number} ms
   * @param {() => void} run
   */
  start(what, ms, run) {
    this.stop(what);
    const timer = setTimeout(() => {
      this.running.delete(what);
      run();
    }, Math.min(ms, LONGEST_TIMER) || 0);
    this.running.set(what, timer);
  }

  /** @param {unknown} what */
  stop(what) {
    clearTimeout(this.running.get(what));
    this.running.delete(what);
  }

  stopAll() {
    for (const what of this.running.keys()) this.stop(what);
  }

  /** @param {unknown} what */
  has(what) {
    return this.running.has(what);
  }
}
