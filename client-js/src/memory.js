/** @import { Client } from './client.js' */
import { DOUBTED_PROOF, HALF_LIFE, REMEMBER } from './constants.js';

/** What is known about the transports on a mount. The next page on it knows it, too. */
export class Memory {
  /** The name of the last transport that delivered. */
  used = '';
  /**
   * The faults of each transport, by its name, and when the last one happened.
   * @type {Map<string, { score: number, time: number }>}
   */
  faults = new Map();

  /**
   * @param {Client} client
   * @param {URL} mount
   */
  constructor(client, mount) {
    this.client = client;
    this.key = `millrace ${mount.pathname}${mount.search}`;
  }

  get storage() {
    return this.client.options.storage ?? localStorage;
  }

  /** Loads what a page has saved. Returns the name of the transport that worked last. */
  load() {
    try {
      const [name, saved, faults] = JSON.parse(this.storage.getItem(this.key) ?? '');
      if (Date.now() - saved < REMEMBER) {
        for (const [one, score, time] of faults) {
          if (!this.faults.has(one)) this.faults.set(one, { score: +score || 0, time: +time || 0 });
        }
        return name;
      }
    } catch {}
    return this.used;
  }

  save() {
    const faults = [...this.faults].map(([name, { score, time }]) => [name, score, time]);
    try {
      this.storage.setItem(this.key, JSON.stringify([this.used, Date.now(), faults]));
    } catch {}
  }

  /** How many faults a transport has; an old one counts less. @param {string} name */
  score(name) {
    const { score = 0, time = 0 } = this.faults.get(name) ?? {};
    return score / 2 ** (Math.max(0, Date.now() - time) / HALF_LIFE);
  }

  /**
   * How long a transport that is in doubt has to show frames before it is used. One fault is forgiven; with each
   * further one, it has to show four times as much.
   * @param {string} name
   */
  proof(name) {
    const score = this.score(name);
    return score > 1 ? DOUBTED_PROOF * 4 ** (score - 2) : 0;
  }
}
