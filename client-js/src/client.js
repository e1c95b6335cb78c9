/** @import * as api from '../millrace.js' */
import { DEFAULTS } from './constants.js';
import { Http } from './http.js';
import { Listeners } from './listeners.js';
import { Negotiation } from './negotiation.js';
import { Publishing } from './publishing.js';
import { Reading } from './reading.js';
import { Subscriptions } from './subscriptions.js';
import { Timers } from './timers.js';

const PAGE_EVENTS = ['online', 'pageshow', 'pagehide', 'visibilitychange', 'offline'];

/** The parts of a client, and what they share. */
export class Client {
  /** @type {api.State} */
  state = 'idle';
  timers = new Timers();
  away = new AbortController();

  /**
   * @param {string} mount
   * @param {api.Options} options
   */
  constructor(mount, options) {
    /** @type {any} */
    const all = { ...options };
    for (const [name, value] of Object.entries(DEFAULTS)) all[name] ??= value;
    /** @type {api.Options & typeof DEFAULTS} */
    this.options = all;
    this.listeners = new Listeners((error, type) => {
      if (type != 'error') this.emit('error', error);
    });
    this.http = new Http(this, mount);
    this.subscriptions = new Subscriptions(this);
    this.reading = new Reading(this);
    this.publishing = new Publishing(this);
    this.negotiation = new Negotiation(this, this.http.mount);
    for (const type of PAGE_EVENTS) {
      const wake = /** @param {Event} event */ (event) => this.negotiation.wake(event);
      globalThis.addEventListener?.(type, wake, { signal: this.away.signal });
    }
  }

  /**
   * @param {keyof api.Events} type
   * @param {any} detail
   */
  emit(type, detail) {
    this.listeners.emit(type, detail);
  }

  /** @param {api.State} state */
  become(state) {
    if (this.state == state || this.state == 'closed') return;
    this.state = state;
    this.emit('state', state);
    this.subscriptions.refresh();
  }

  /** A random time, within a bound that doubles with each attempt; at least `after`. */
  backoff(attempt = 3, after = 0) {
    const { minDelay, maxDelay } = this.options;
    const bound = Math.min(maxDelay, minDelay * 2 ** (attempt + 1));
    return Math.max(minDelay + Math.random() * (bound - minDelay), after);
  }

  /**
   * Reports what the client decides; no tokens, no payloads.
   * @param {string} what
   * @param {object} [details]
   */
  debug(what, details = {}) {
    const { debug } = this.options;
    if (debug === true) console.debug(`millrace: ${what}`, details);
    else if (debug) this.listeners.call(() => debug(what, details), undefined);
  }

  /** @param {Error} [error] why, unless the application has asked for it */
  close(error) {
    this.negotiation.pause('closed');
    this.away.abort();
    this.publishing.close();
    for (const sub of this.subscriptions.all) sub.end('closed', error);
    this.subscriptions.all.clear();
  }
}
