/** @import * as api from '../millrace.js' */
import { random } from './text.js';
import { DEFAULTS, MOST_TRACED, SPREAD } from './constants.js';
import { Http } from './http.js';
import { loaded } from './later.js';
import { Listeners } from './listeners.js';
import { Liveness } from './liveness.js';
import { Negotiation } from './negotiation.js';
import { Publishing } from './publishing.js';
import { Reading } from './reading.js';
import { Subscriptions } from './subscriptions.js';
import { Timers } from './timers.js';
import { Tokens } from './tokens.js';

const PAGE_EVENTS = ['online', 'pageshow', 'pagehide', 'visibilitychange', 'offline'];

/** The parts of a client, and what they share. */
export class Client {
  /** @type {api.State} */
  state = 'idle';
  /** The server knows by it which connections and requests are ours. */
  id = random();
  timers = new Timers();
  /** The last decisions. @type {api.Decision[]} */
  trace = [];
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
    this.tokens = new Tokens(this);
    this.http = new Http(this, mount);
    this.subscriptions = new Subscriptions(this);
    this.reading = new Reading(this);
    this.liveness = new Liveness(this);
    this.publishing = new Publishing(this);
    this.negotiation = new Negotiation(this, this.http.mount);
    for (const type of PAGE_EVENTS) {
      const wake = /** @param {Event} event */ (event) => loaded()?.wake(this, event);
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

  /**
   * A random time, within a bound that doubles with each attempt but the first, so that clients that were cut at
   * once do not return at once; a little more than `after`, for the same reason.
   */
  backoff(attempt = 3, after = 0) {
    const { minDelay, maxDelay } = this.options;
    const bound = Math.min(maxDelay, minDelay * 2 ** ((attempt || 1) + 1));
    const random = Math.random();
    return Math.max(minDelay + random * (bound - minDelay), after && after + random * SPREAD);
  }

  /**
   * Notes and reports what the client decides; no tokens, no payloads.
   * @param {string} what
   * @param {object} [details]
   */
  debug(what, details = {}) {
    const { debug } = this.options;
    if (this.trace.push({ time: Date.now(), what, ...details }) > MOST_TRACED) this.trace.shift();
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
