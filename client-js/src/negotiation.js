/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
import { Connection } from './connection.js';
import * as times from './constants.js';
import { later, loaded, more } from './later.js';
import { Memory } from './memory.js';
import { longpoll, poll, sse, stream, websocket } from './transports.js';

export const TRANSPORTS = [websocket, sse, stream, longpoll, poll];

/** Finds a transport that delivers: a race with head starts, in which the best one that delivers wins. */
export class Negotiation {
  /** Best first. @type {api.Transport[]} */
  transports = [];
  /** The connections that have not delivered yet. @type {Set<Connection>} */
  tries = new Set();
  /** The transports that are tried next. @type {api.Transport[]} */
  queue = [];
  /** The connection that delivers. @type {Connection | undefined} */
  current;
  attempt = 0;
  /** How long to wait before better transports are tried again. */
  pace = 0;
  /** How long the server wants us to wait. */
  after = 0;
  /** The transport that worked last on this mount, for this round. */
  favorite = '';
  /** The names of transports that the server has switched off. @type {Set<string>} */
  off = new Set();
  /** The current transport could not be opened again for the subscriptions that are wanted now. */
  failed = false;
  /** The user has left the page. */
  away = false;
  /** When and why a connection is needed; until one delivers. @type {{ time: number, why: string } | undefined} */
  need;
  /** Why the last candidate of the round has failed. @type {any} */
  why;
  /** The HTTP status that was last reported to the application. @type {number | undefined} */
  told;

  /**
   * @param {Client} client
   * @param {URL} mount
   */
  constructor(client, mount) {
    this.client = client;
    this.memory = new Memory(client, mount);
  }

  get all() {
    return this.current ? [...this.tries, this.current] : [...this.tries];
  }

  /** @param {(api.TransportName | api.Transport)[]} those */
  use(those) {
    /** @param {api.TransportName | api.Transport} one */
    const find = (one) => TRANSPORTS.find(({ name }) => name == one) ?? /** @type {api.Transport} */ (one);
    this.transports = those.map(find);
    this.off.clear();
    this.stop();
    if (this.current) {
      loaded()?.probe(this);
      this.client.subscriptions.sync();
    } else if (!this.away) this.begin();
  }

  /** Better transports have lower ranks. @param {api.Transport} transport */
  rank(transport) {
    return this.transports.indexOf(transport) + 1 || 99;
  }

  /** The client's state while nothing delivers. */
  get searching() {
    return globalThis.navigator?.onLine === false ? 'paused' : 'connecting';
  }

  /** Begins a round. */
  begin() {
    const { client } = this;
    client.timers.stop('round');
    if (this.current || !client.subscriptions.wanted.length || client.state == 'closed') return;
    this.away = false;
    // Other transports need it.
    more().catch(() => {});
    this.need ??= { time: Date.now(), why: 'the first that delivered' };
    // Until then, whoever is still tried may deliver.
    if (Date.now() - this.need.time > times.HOPE) loaded()?.tell(this);
    client.become(this.searching);
    if (client.tokens.ready) this.race(this.memory.load());
    else this.identify();
  }

  /** Gets a token before the race: the head starts count from then. */
  async identify() {
    const { client } = this;
    const given = await client.tokens.get().then(() => true, () => false);
    const over = this.away || this.queue[0] || client.timers.has('round');
    if (over || !/^(connecting|paused)$/.test(client.state)) return;
    const parts = loaded();
    if (given) this.begin();
    else if (parts) parts.retry(this, true);
    else this.plan(client.backoff());
  }

  /** @param {boolean} [any] a worse transport may take over, too */
  race(first = '', any) {
    /** @param {api.Transport} one */
    const place = (one) => (this.memory.proof(one.name) ? 2 : one.name == first ? 0 : 1);
    const { current } = this;
    const offered = this.transports.filter(({ name }) => !this.off.has(name));
    const tried = [...this.tries].map(({ transport }) => transport);
    this.favorite = first;
    this.queue = (offered[0] ? offered : this.transports)
      .filter((one) => (any || !current || this.rank(one) < this.rank(current.transport)) && !tried.includes(one))
      .sort((a, b) => place(a) - place(b));
    if (!current) loaded()?.renew(this);
    this.next();
  }

  /** Tries the next transport. It gets a head start. */
  next() {
    const { client, favorite } = this;
    const { headStart } = client.options;
    const one = this.queue.shift();
    if (one) {
      client.timers.start('next', one.name == favorite ? 3 * headStart : headStart, () => this.next());
      this.open(one);
    } else if (!this.current && this.tries.size) this.plan(client.backoff(0));
  }

  /** @param {api.Transport} transport */
  async open(transport) {
    const { client } = this;
    const { http, options, subscriptions } = client;
    for (const other of this.tries) if (other.transport == transport) this.drop(other);
    const conn = new Connection(transport, options.timeout, (why) => this.down(conn, why, true));
    client.debug('try', { transport: conn.name });
    const { signal } = conn.abort;
    this.tries.add(conn);
    client.liveness.watch(conn, times.FIRST_FRAME);
    try {
      conn.token = await client.tokens.get();
      const attach = transport.duplex ? { channels: [] } : await (await more()).prepare(subscriptions, conn);
      if (!this.tries.has(conn)) return;
      conn.handle = transport.connect({
        attach: { ...attach, client: client.id, maxRate: options.maxRate },
        token: conn.token,
        options,
        url: (path, query) => http.url(path, query),
        request: (path, query, init) => http.request(path, query, { signal, ...init }, conn),
        frame: (frame) => client.reading.read(conn, frame),
        down: (why) => this.down(conn, why),
      });
    } catch (error) {
      this.down(conn, error);
    }
  }

  /**
   * Lets a connection take over if it is ready and, in case its transport is in doubt, has shown frames for long
   * enough. If nothing else is left, it need not.
   * @param {Connection} conn
   */
  consider(conn) {
    const { current, tries } = this;
    if (!conn.ready || !tries.has(conn)) return;
    const most = current ? times.LONGEST_PROOF : this.queue[0] || tries.size > 1 ? times.PROOF : 0;
    const { liveness, timers } = this.client;
    const left = Math.min(this.memory.proof(conn.name), most) - conn.shown;
    if (left <= 0) this.adopt(conn);
    else if (conn.handle?.send) timers.start(conn, left, () => liveness.check(conn));
  }

  /** @param {Connection} conn */
  adopt(conn) {
    const { client, current: old, memory } = this;
    const { name, opened } = conn;
    const { time, why } = this.need ?? { time: opened, why: `preferred to ${old?.name}` };
    const took = Date.now() - time;
    this.need = this.why = undefined;
    client.debug('delivers', { transport: name, why, took });
    this.current = conn;
    this.tries.delete(conn);
    if (old) this.drop(old);
    const rank = this.rank(conn.transport);
    for (const other of this.tries) if (this.rank(other.transport) >= rank) this.drop(other);
    this.queue = this.queue.filter((other) => this.rank(other) < rank);
    this.after = 0;
    this.failed = false;
    this.told = undefined;
    client.timers.stop('round');
    // Before the network is bad.
    later(({ settle }) => settle(this, conn, old));
    const changed = name != memory.used;
    memory.used = name;
    memory.save();
    client.become('connected');
    if (changed) client.emit('transport', { name, why, took });
    client.subscriptions.refresh();
    client.subscriptions.sync();
    client.publishing.retry();
  }

  /** @param {Connection} conn */
  isAlive(conn) {
    return conn == this.current || this.tries.has(conn);
  }

  /** @param {Connection} conn */
  drop(conn) {
    this.client.timers.stop(conn);
    this.tries.delete(conn);
    if (this.current == conn) this.current = undefined;
    conn.close();
  }

  /**
   * A connection has ended, or cannot be made. Until the code that knows what that means is loaded, goes on as if it
   * were nobody's fault.
   * @param {Connection} conn
   * @param {any} [why]
   * @param {boolean} [silent] something that was due did not arrive
   */
  down(conn, why, silent) {
    if (!this.isAlive(conn)) return;
    const parts = loaded();
    if (parts) return parts.down(this, conn, why, silent);
    this.client.debug('down', { transport: conn.name, reason: why?.message });
    this.drop(conn);
    if (!this.current) this.client.become(this.searching);
    if (this.queue[0]) this.next();
    else if (!this.current && !this.tries.size) this.plan(this.client.backoff());
  }

  /** @param {number} ms until the next round, unless one is planned */
  plan(ms) {
    const { client } = this;
    if (client.timers.has('round')) return;
    client.debug('wait', { ms });
    client.timers.start('round', ms, () => this.begin());
  }

  /** Ends the race. */
  stop() {
    this.queue = [];
    for (const conn of this.tries) this.drop(conn);
  }

  /** @param {api.State} state */
  pause(state) {
    this.stop();
    if (this.current) this.drop(this.current);
    this.need = undefined;
    this.client.timers.stopAll();
    this.client.become(state);
  }

  /** @param {Error} error */
  fail(error) {
    this.client.emit('error', error);
    this.client.close(error);
  }
}
