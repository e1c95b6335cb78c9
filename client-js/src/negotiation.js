/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
import { Connection } from './connection.js';
import * as times from './constants.js';
import { concerning, failure, own } from './failure.js';
import { more } from './later.js';
import { Memory } from './memory.js';
import { names } from './subscription.js';
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
      this.probe();
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
    if (Date.now() - this.need.time > times.HOPE) this.tell();
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
    if (given) this.begin();
    else this.retry(true);
  }

  /** Whether a transport is being tried, or is about to be. */
  get racing() {
    return this.tries.size || this.queue[0];
  }

  /** Attaches what is wanted now: with the current transport or, if that has failed, with any. */
  reopen() {
    if (!this.failed) this.open(/** @type {Connection} */ (this.current).transport);
    else if (!this.racing) this.race('', true);
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
    if (!current) this.renew();
    this.next();
  }

  /**
   * A candidate that is still silent is given its time. But if all hang, the network may work again, and what was
   * sent into the hole never arrives: then one is opened again in each round, the one that has waited longest.
   */
  renew() {
    const [eldest] = [...this.tries].filter(({ first }) => !first);
    const patience = times.FIRST_FRAME / this.transports.length;
    if (eldest && !this.queue[0] && Date.now() - eldest.opened >= patience) this.queue.push(eldest.transport);
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

  /** Tries the transports that are better than the current one, again and again. */
  probe() {
    this.pace = Math.min(2 * this.pace, times.LONGEST_PROBE);
    this.client.timers.start('probe', this.pace, () => this.probe());
    if (!this.off.size) return this.race();
    // What was switched off may be offered again.
    const asked = more().then(({ reach }) => reach(this));
    asked.catch(() => this.off.clear()).then(() => this.current && this.race());
  }

  /** @param {api.Transport} transport */
  async open(transport) {
    const { client } = this;
    const { http, options, subscriptions } = client;
    for (const other of this.tries) if (other.transport == transport) this.drop(other);
    const conn = new Connection(transport, options.timeout, (why) => this.silent(conn, why));
    client.debug('try', { transport: conn.name });
    const { signal } = conn.abort;
    this.tries.add(conn);
    client.liveness.watch(conn, times.FIRST_FRAME);
    try {
      conn.token = await client.tokens.get();
      const attach = transport.duplex ? { channels: [] } : await subscriptions.prepare(conn);
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
    client.liveness.tick();
    // Before the network is bad.
    more().catch(() => {});
    if (old?.transport != conn.transport) {
      this.pace = times.FIRST_PROBE;
      client.timers.start('probe', this.pace, () => this.probe());
    }
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
   * A connection has ended, or cannot be made.
   * @param {Connection} conn
   * @param {any} [why]
   */
  down(conn, why) {
    if (!this.isAlive(conn)) return;
    const { client } = this;
    const { subscriptions } = client;
    const { code, status, after } = { ...conn.bye, ...why };
    const lost = conn == this.current;
    const reason = why?.message ?? (code ? `closed with ${code}` : 'ended');
    client.debug('down', { transport: conn.name, code, status, reason });
    if (lost) this.need = { time: Date.now(), why: `${conn.name} was lost: ${reason}` };
    this.drop(conn);
    const lived = Date.now() - /** @type {number} */ (conn.first);
    const said = conn.bye || code >= 4000 || code == 1001 || own(why)[0];
    // It died young, and not because the server said so.
    if (lived < times.STABLE && !said && !conn.blamed) this.blame(conn, lived < times.EARLY ? 1 : 0.5);
    if (Math.floor(code / 100) == 40) {
      return this.fail(failure('ended by the server', { code: code == 4001 ? 'disconnected' : code }));
    }
    if (/^(4102|transport-off|not-found)$/.test(code)) this.off.add(conn.name);
    if (code == 4103 || code == 'unauthorized') client.tokens.refused(conn.token);
    this.after = Math.min(after || 0, times.LONGEST_AFTER) || this.after;
    if (code == 4105 || status == 204 || client.isFinal(why)) subscriptions.doubted = true;
    if (!lost) return this.miss(conn, why);
    // It may continue at once, with another token or with what is still allowed.
    const changed = /^410[35]$/.test(code) || own(why)[2];
    if (lived > (changed ? times.RENEW : times.STABLE)) this.attempt = 0;
    // The attach worked, so the back-off does not grow.
    else if (!changed) this.attempt = Math.min(this.attempt, 1);
    this.retry(said, changed || Math.floor(code / 100) == 42);
  }

  /**
   * A candidate has failed: brings the next one forward or, if there is none, plans another round.
   * @param {Connection} conn
   * @param {any} why
   */
  miss(conn, why) {
    const { client, current, failed, queue } = this;
    const { subscriptions, timers } = client;
    // A refused EventSource does not say why.
    const refused = client.isFinal(why) || (!why && !conn.first && !conn.transport.duplex);
    const last = !current && !queue[0] && !this.tries.size;
    if (current?.transport == conn.transport) this.failed = true;
    // What was lost is tried again first: that may show which subscription is meant.
    if (refused && (this.failed || conn.direct)) subscriptions.doubted = true;
    // Asks again at once, for each subscription alone, because one may be refused for all.
    if (conn.direct && !current && (client.isFinal(why) || (refused && last))) return this.begin();
    this.why = why;
    if (queue[0]) return this.next();
    for (const other of this.tries) this.consider(other);
    if (!this.tries.size && (!current || failed)) this.tell();
    if (this.current != current || (current ? this.tries.size : timers.has('round'))) return;
    if (current) {
      // The application does not want to stay where it is.
      if (!this.transports.includes(current.transport)) timers.start('probe', client.backoff(), () => this.probe());
      if (!timers.has('sync')) subscriptions.sync(client.backoff(failed ? 3 : 0, this.after));
      this.after = 0;
      return;
    }
    if (!why && !conn.first) more().then(({ explain }) => explain(client, conn), () => {});
    this.off.clear();
    this.retry(own(why)[0]);
  }

  /** Reports a failed round. An answer from something in between is not a refusal, but the application should know. */
  tell(why = this.why) {
    const status = why?.status;
    if (!/^4(?!08|29)/.test(status) || status == this.told) return;
    this.told = status;
    this.client.emit('error', concerning(why, names(this.client.subscriptions.wanted)));
  }

  /**
   * Plans another round, because nothing delivers. While the user waits, it is soon: the network may work again at any
   * moment. The back-off grows if Millrace itself asks for time, if nobody looks, or after a long outage.
   * @param {unknown} said whether Millrace itself has said something
   * @param {unknown} [now] whether there is no need to wait
   */
  retry(said, now) {
    const { client, searching } = this;
    const { timers } = client;
    const lasted = Date.now() - (this.need?.time ?? 0);
    const soon = !said && !globalThis.document?.hidden && lasted < times.OUTAGE;
    timers.stop('probe');
    client.become(searching);
    let ms = client.backoff(soon ? 0 : this.attempt, this.after);
    if (now && !this.attempt && !this.after) ms = 0;
    // The browser may be wrong about the network, so keep trying, but rarely.
    if (searching == 'paused') ms = Math.max(client.options.maxDelay * (1 - Math.random() / 4), this.after);
    if (!soon) this.attempt++;
    this.after = 0;
    this.plan(ms);
  }

  /** @param {number} ms until the next round, unless one is planned */
  plan(ms) {
    const { client } = this;
    if (client.timers.has('round')) return;
    client.debug('wait', { ms });
    client.timers.start('round', ms, () => this.begin());
  }

  /** Something has changed: does not wait for the next round. */
  hurry() {
    this.attempt = 0;
    if (this.client.state == 'paused') this.stop();
    if (!this.tries.size) this.begin();
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

  /**
   * Gives up a connection from which something that was due did not arrive. Some proxies pass a first block, or
   * a little more, and hold back the rest. If such a transport were used again and again, one that works would
   * not get its turn.
   * @param {Connection} conn
   * @param {Error} why
   */
  silent(conn, why) {
    const { current, memory } = this;
    if (conn == current) this.blame(conn, conn.shown < times.PROOF ? 1.5 : 1);
    else if (current) this.blame(conn, Math.max(0, times.MUTE - memory.score(conn.name)), true);
    conn.blamed = true;
    this.down(conn, why);
  }

  /**
   * Counts a fault against the connection's transport.
   * @param {Connection} conn
   * @param {number} fault
   * @param {unknown} [works] whether it is known that the network works
   */
  blame({ name }, fault, works) {
    if (this.searching != 'paused') more().then(({ blame }) => blame(this, name, fault, works), () => {});
  }
}
