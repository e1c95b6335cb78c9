/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
import { Connection } from './connection.js';
import * as times from './constants.js';
import { concerning, failure, isFinal } from './failure.js';
import { names } from './subscription.js';
import { longpoll, poll, sse, stream, websocket } from './transports.js';

export const TRANSPORTS = [websocket, sse, stream, longpoll, poll];

/** Finds a transport that delivers: a race with head starts, in which the best one that delivers wins. */
export class Negotiation {
  /** Best first. @type {api.Transport[]} */
  transports = [];
  /** The connections that have not delivered yet. @type {Set<Connection>} */
  tries = new Set();
  /** The connection that delivers. @type {Connection | undefined} */
  current;
  /** The name of the last transport that delivered. */
  used = '';
  attempt = 0;
  /** How long the server wants us to wait. */
  after = 0;
  /**
   * Transports that fell silent in use, by name, and how long each has to show frames before it is used again.
   * @type {Map<string, number>}
   */
  doubted = new Map();
  /** The current transport could not be opened again for the subscriptions that are wanted now. */
  failed = false;
  /** The user has left the page. */
  away = false;
  /** The HTTP status that was last reported to the application. @type {number | undefined} */
  told;

  /**
   * @param {Client} client
   * @param {URL} mount
   */
  constructor(client, mount) {
    this.client = client;
    this.key = `millrace ${mount.pathname}${mount.search}`;
  }

  get all() {
    return this.current ? [...this.tries, this.current] : [...this.tries];
  }

  get storage() {
    return this.client.options.storage ?? localStorage;
  }

  /** @param {(api.TransportName | api.Transport)[]} those */
  use(those) {
    /** @param {api.TransportName | api.Transport} one */
    const find = (one) => TRANSPORTS.find(({ name }) => name == one) ?? /** @type {api.Transport} */ (one);
    for (const one of this.transports) this.client.timers.stop(one);
    this.transports = those.map(find);
    for (const conn of this.tries) this.drop(conn);
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
    client.become(this.searching);
    this.race(this.remembered());
  }

  /** The transport that worked last. */
  remembered() {
    try {
      const [name, time, doubted] = JSON.parse(this.storage.getItem(this.key) ?? '');
      if (Date.now() - time < times.REMEMBER) {
        this.doubted = new Map([...(doubted ?? []), ...this.doubted]);
        return name;
      }
    } catch {}
    return this.used;
  }

  /** Whether a transport is being tried, or is about to be. */
  get racing() {
    return this.tries.size || this.transports.some((one) => this.client.timers.has(one));
  }

  /** Attaches what is wanted now: with the current transport or, if that has failed, with any. */
  reopen() {
    if (!this.failed) this.open(/** @type {Connection} */ (this.current).transport);
    else if (!this.racing) this.race('', true);
  }

  /** @param {boolean} [any] a worse transport may take over, too */
  race(first = '', any) {
    const { options, timers } = this.client;
    /** @param {api.Transport} one */
    const place = (one) => (this.doubted.get(one.name) ? 2 : one.name == first ? 0 : 1);
    const { current } = this;
    this.transports
      .filter((one) => any || !current || this.rank(one) < this.rank(current.transport))
      .sort((a, b) => place(a) - place(b))
      .forEach((one, i) => timers.start(one, i * options.headStart, () => this.open(one)));
  }

  /** Tries the transports that are better than the current one, again and again. */
  probe() {
    this.client.timers.start('probe', times.PROBE, () => this.probe());
    this.race();
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
    this.watch(conn, times.FIRST_FRAME);
    try {
      const attach = transport.duplex ? { channels: [] } : await subscriptions.prepare(conn);
      if (!this.tries.has(conn)) return;
      conn.handle = transport.connect({
        attach,
        options,
        url: (path, query) => http.url(path, query),
        request: (path, query, init) => http.request(path, query, { signal, ...init }),
        frame: (frame) => client.reading.read(conn, frame),
        down: (why) => this.down(conn, why),
      });
    } catch (error) {
      this.down(conn, error);
    }
  }

  /**
   * Lets a connection take over if it is ready and has shown frames for long enough.
   * @param {Connection} conn
   */
  consider(conn) {
    const most = this.current ? times.LONGEST_PROOF : times.FIRST_FRAME;
    const needed = Math.min(this.doubted.get(conn.name) ?? 0, most);
    if (conn.ready && this.tries.has(conn) && conn.shown >= needed) this.adopt(conn);
  }

  /** @param {Connection} conn */
  adopt(conn) {
    const { client, current: old } = this;
    const { name } = conn;
    client.debug('delivers', { transport: name });
    this.current = conn;
    this.tries.delete(conn);
    if (old) this.drop(old);
    const rank = this.rank(conn.transport);
    for (const other of this.tries) if (this.rank(other.transport) >= rank) this.drop(other);
    for (const other of this.transports.slice(rank - 1)) client.timers.stop(other);
    this.after = 0;
    this.failed = false;
    this.told = undefined;
    client.timers.stop('round');
    client.timers.start('probe', times.FIRST_PROBE, () => this.probe());
    this.remember();
    client.become('connected');
    if (name != this.used) client.emit('transport', (this.used = name));
    client.subscriptions.refresh();
    client.subscriptions.sync();
    client.publishing.retry();
  }

  remember() {
    try {
      this.storage.setItem(this.key, JSON.stringify([this.current?.name, Date.now(), [...this.doubted]]));
    } catch {}
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
    const { code, status, after } = { ...conn.bye, ...why };
    const kind = Math.floor(code / 100);
    const lost = conn == this.current;
    client.debug('down', { transport: conn.name, code, status, reason: why?.message });
    this.drop(conn);
    if (kind == 40) return this.fail(failure('ended by the server', { code }));
    if (isFinal(why)) client.subscriptions.doubted = true;
    this.after = Math.min(after || 0, times.LONGEST_AFTER) || this.after;
    const { current, failed } = this;
    if (current?.transport == conn.transport) {
      this.failed = true;
      // A refused EventSource does not say why.
      if (!why) client.subscriptions.doubted = true;
    }
    if (!lost && this.racing) return;
    if (!current || failed) this.tell(why);
    if (current) {
      // The application does not want to stay where it is.
      if (!this.transports.includes(current.transport)) client.timers.start('probe', client.backoff(), () => this.probe());
      if (!client.timers.has('sync')) client.subscriptions.sync(client.backoff(failed ? 3 : 0, this.after));
      this.after = 0;
      return;
    }
    if (lost && Date.now() - /** @type {number} */ (conn.first) > times.STABLE) this.attempt = 0;
    this.retry(kind == 42);
  }

  /**
   * Reports a failed round. An answer from something in between is not a refusal, but the application should know.
   * @param {any} why
   */
  tell(why) {
    const status = why?.status;
    if (!/^4(?!08|29)/.test(status) || status == this.told) return;
    this.told = status;
    this.client.emit('error', concerning(why, names(this.client.subscriptions.wanted)));
  }

  /**
   * Plans the next round.
   * @param {boolean} now whether the server says that there is no need to wait
   */
  retry(now) {
    const { client } = this;
    const { searching } = this;
    client.timers.stop('probe');
    client.become(searching);
    let delay = now && !this.attempt ? 0 : client.backoff(this.attempt);
    // The browser may be wrong about the network, so keep trying, but rarely.
    if (searching == 'paused') delay = client.options.maxDelay * (1 - Math.random() / 4);
    delay = Math.max(delay, this.after);
    client.debug('wait', { ms: delay });
    client.timers.start('round', delay, () => this.begin());
    this.attempt++;
    this.after = 0;
  }

  /** @param {api.State} state */
  pause(state) {
    for (const conn of this.all) this.drop(conn);
    this.client.timers.stopAll();
    this.client.become(state);
  }

  /** @param {Error} error */
  fail(error) {
    this.client.emit('error', error);
    this.client.close(error);
  }

  /**
   * Gives up a connection if it stays silent.
   * @param {Connection} conn
   * @param {number} ms
   */
  watch(conn, ms) {
    this.client.timers.start(conn, ms, () => this.silent(conn, failure('silent')));
  }

  /**
   * Gives up a connection from which something that was due did not arrive. Some proxies pass a first block, or
   * a little more, and hold back the rest. If such a transport were used again and again, one that works would
   * not get its turn; so it has to prove itself longer each time. The first silence of a transport that had
   * shown more is forgiven. If all transports are in doubt, all are forgiven.
   * @param {Connection} conn
   * @param {Error} why
   */
  silent(conn, why) {
    const { doubted } = this;
    const { name } = conn;
    if (conn == this.current) {
      const first = conn.shown < times.PROOF ? times.PROOF : 0;
      const before = doubted.get(name);
      doubted.set(name, before == null ? first : Math.max(4 * before, times.HEARTBEAT));
      if (this.transports.every((one) => doubted.get(one.name))) doubted.clear();
    }
    this.down(conn, why);
  }

  /**
   * Finds out quickly whether a connection is alive.
   * @param {Connection} conn
   */
  check(conn) {
    if (!this.isAlive(conn)) return;
    if (!conn.handle?.send) return this.open(conn.transport);
    conn.handle.send({ type: 'ping' });
    this.watch(conn, times.PONG);
  }

  /** The page or the network has changed: checks the connection at once. @param {Event} event */
  wake({ type }) {
    const { client, current } = this;
    client.debug(type);
    if (type == 'pagehide') {
      this.away = true;
      return this.pause('paused');
    }
    if (type == 'offline') return this.offline();
    if (globalThis.document?.hidden) return;
    client.publishing.retry();
    if (!current) {
      this.attempt = 0;
      if (!this.tries.size || client.state == 'paused') this.begin();
      return;
    }
    if (client.timers.has('sync')) client.subscriptions.sync();
    if (current.handle?.send || type == 'online') this.check(current);
    if (type == 'online') {
      client.become('connected');
      this.probe();
    }
  }

  /** The browser says that it is offline. It may be wrong: a connection that still answers is kept. */
  offline() {
    const { client, current } = this;
    if (!/^connect/.test(client.state)) return;
    client.become('paused');
    if (current) this.check(current);
  }
}
