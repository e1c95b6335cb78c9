// One reader over one forced technique. It uses the client's transport modules, but not the rest of
// the client: every message that arrives is counted, before anything drops duplicates.

import { longpoll, poll, sse, stream, websocket } from '/live/millrace.js';

const MODULES = { websocket, sse, stream, longpoll, poll };
const MAX_SAMPLES = 20_000;
const RETRY_MS = 400;
/** How often a server shows that it is alive, unless it says otherwise. */
const HEARTBEAT_MS = 25_000;

export class Lane {
  /** These fields are for the page. */
  state = 'connecting';
  received = 0;
  doubled = 0;
  gaps = 0;
  newest = 0;
  /** @type {{ at: number, latency: number }[]} newest last; `at` by performance.now() */
  samples = [];
  /** @type {{ at: number, label: string }[]} */
  marks = [];
  /** How the last interruption ended. */
  recovery = '';

  /** @type {Set<number>} numbers that were skipped and have not arrived since */
  #holes = new Set();
  #first = true;
  /** @type {string | undefined} */
  #cursor;
  /** @type {any} */
  #handle;
  #connection = new AbortController();
  /** @type {any} */
  #timer;
  #downAt = 0;
  #receivedBefore = 0;
  #page;

  /**
   * @param {string} id the lane, as the server knows it
   * @param {{ visitor: string, channel: string, now: () => number }} page
   */
  constructor(id, page) {
    this.id = id;
    this.technique = id;
    this.#page = page;
    this.#open();
  }

  get lost() {
    return this.#holes.size;
  }

  /**
   * Continues from the same cursor over another technique.
   *
   * @param {string} technique
   */
  use(technique) {
    this.technique = technique;
    this.mark('switch');
    this.#end();
    this.#open();
  }

  /** @param {string} label */
  mark(label) {
    this.marks.push({ at: performance.now(), label });
  }

  close() {
    this.#end();
    this.state = 'closed';
  }

  #end() {
    this.#connection.abort();
    clearTimeout(this.#timer);
    this.#handle?.close?.();
    this.#handle = undefined;
  }

  #open() {
    const { visitor, channel } = this.#page;
    const transport = MODULES[this.technique];
    const attach = { channels: [channel], cursor: this.#cursor };
    const { signal } = (this.#connection = new AbortController());
    let heartbeat = HEARTBEAT_MS;
    this.state = 'connecting';
    /** @param {string} path @param {Record<string, any>} [query] */
    const url = (path, query = {}) => {
      const target = new URL('/live' + path, location.href);
      for (const [name, value] of Object.entries({ ...query, visitor, lane: this.id })) {
        if (value != null) target.searchParams.set(name, value);
      }
      return target.href;
    };
    const watch = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#down(), 2 * heartbeat);
    };
    watch();
    const handle = transport.connect({
      attach,
      options: {},
      url,
      request: async (path, query, init) => {
        const response = await fetch(url(path, query), { cache: 'no-store', ...init, signal });
        if (response.status !== 200) throw Object.assign(Error(), { status: response.status });
        return response;
      },
      frame: (frame) => {
        if (signal.aborted) return;
        heartbeat = frame.heartbeat ?? heartbeat;
        watch();
        if (frame.type === 'welcome' && transport.duplex) {
          // The welcome's cursor is the server's; the answer to this command has ours.
          handle?.send?.({ type: 'subscribe', id: 1, ...attach });
        } else this.#frame(frame);
      },
      down: () => {
        if (!signal.aborted) this.#down();
      },
    });
    this.#handle = handle;
  }

  #down() {
    this.#end();
    if (!this.#downAt && !this.#first) {
      this.#downAt = performance.now();
      this.#receivedBefore = this.received;
      this.recovery = '';
      this.mark('down');
    }
    this.state = 'down';
    this.#timer = setTimeout(() => this.#open(), RETRY_MS * (1 + Math.random()));
  }

  /** @param {any} frame */
  #frame({ type, cursor, replay, data, event }) {
    this.state = 'connected';
    // A replay is outside the order of reading, so its cursors are not promises.
    if (cursor && replay == null) this.#cursor = cursor;
    if (type === 'gap') this.gaps++;
    if (type !== 'message' || event !== 'tick') return;
    const now = performance.now();
    this.#count(data.n);
    this.samples.push({ at: now, latency: Math.max(0.01, this.#page.now() - data.at) });
    if (this.samples.length > MAX_SAMPLES) this.samples.splice(0, MAX_SAMPLES / 10);
    if (this.#downAt) {
      const downAt = this.#downAt;
      this.#downAt = 0;
      const seconds = ((now - downAt) / 1000).toFixed(1);
      this.mark('up');
      // The missed messages arrive together; they are counted when they have arrived.
      setTimeout(() => {
        this.recovery = `Back after ${seconds} s, ${this.received - this.#receivedBefore} caught up`;
      }, 150);
    }
  }

  /** @param {number} number */
  #count(number) {
    this.received++;
    if (this.#first) this.#first = false;
    else if (number <= this.newest) {
      if (!this.#holes.delete(number)) this.doubled++;
    } else for (let hole = this.newest + 1; hole < number; hole++) this.#holes.add(hole);
    this.newest = Math.max(this.newest, number);
  }
}
