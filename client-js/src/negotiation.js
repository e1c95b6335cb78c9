/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
import { Connection } from './connection.js';
import { FIRST_FRAME, FIRST_PROBE, PONG, PROBE, REMEMBER, STABLE } from './constants.js';
import { epoch } from './cursor.js';
import { isFinal } from './http.js';
import { longpoll, poll, sse, stream, websocket } from './transports.js';

export const TRANSPORTS = [websocket, sse, stream, longpoll, poll];

/** Finds what delivers: a race with head starts, in which the best that delivers wins. */
export class Negotiation {
  /** Best first. @type {api.Transport[]} */
  transports = [];
  /** Those that have yet to deliver. @type {Set<Connection>} */
  tries = new Set();
  /** The one that delivers. @type {Connection | undefined} */
  current = undefined;
  /** The name of the last that delivered. */
  used = '';
  attempt = 0;
  /** So long the server wants us to wait. */
  after = 0;

  /**
   * @param {Client} client
   * @param {string} mount
   */
  constructor(client, mount) {
    this.client = client;
    this.key = `millrace ${mount}`;
  }

  get storage() {
    return this.client.options.storage ?? localStorage;
  }

  /** @param {(api.TransportName | api.Transport)[]} those */
  use(those) {
    /** @param {api.TransportName | api.Transport} one */
    const find = (one) => TRANSPORTS.find(({ name }) => name == one) ?? /** @type {api.Transport} */ (one);
    this.transports = those.map(find);
    for (const conn of this.tries) this.drop(conn);
    if (this.current) this.probe();
    else if (this.client.state == 'connecting') this.begin();
  }

  /** Better transports have lower ranks. @param {api.Transport} transport */
  rank(transport) {
    return this.transports.indexOf(transport) + 1 || 99;
  }

  /** Begins a round. */
  begin() {
    const { client } = this;
    client.timers.stop('round');
    if (this.current || !client.subscriptions.all.size || client.state == 'closed') return;
    if (globalThis.navigator?.onLine === false) return client.become('paused');
    client.become('connecting');
    this.race(this.remembered() ?? this.used);
  }

  remembered() {
    try {
      const [name, time] = JSON.parse(this.storage.getItem(this.key) ?? '');
      if (Date.now() - time < REMEMBER) return name;
    } catch {}
  }

  race(first = '') {
    const { options, timers } = this.client;
    [...this.transports]
      .sort((a, b) => +(b.name == first) - +(a.name == first))
      .forEach((one, i) =>
        timers.start(one, i * options.headStart, () => {
          if (!this.current || this.rank(one) < this.rank(this.current.transport)) this.open(one);
        }),
      );
  }

  /** Now and then, tries what would be better than what there is. */
  probe() {
    this.client.timers.start('probe', PROBE, () => this.probe());
    this.race();
  }

  /** @param {api.Transport} transport */
  async open(transport) {
    const { http, options, subscriptions } = this.client;
    for (const other of this.tries) if (other.transport == transport) this.drop(other);
    const conn = new Connection(transport);
    const { signal } = conn.abort;
    this.tries.add(conn);
    this.watch(conn, FIRST_FRAME);
    try {
      const attach = transport.duplex ? { channels: [] } : await subscriptions.prepare(conn);
      if (!this.tries.has(conn)) return;
      conn.handle = transport.connect({
        attach,
        options,
        url: (path, query) => http.url(path, query),
        request: (path, query, init) => http.request(path, query, { signal, ...init }),
        frame: (frame) => this.read(conn, frame),
        down: (why) => this.down(conn, why),
      });
    } catch (error) {
      this.down(conn, error);
    }
  }

  /** @param {Connection} conn */
  adopt(conn) {
    const { client, current: old } = this;
    const { name } = conn.transport;
    this.current = conn;
    conn.since = Date.now();
    this.tries.delete(conn);
    if (old) this.drop(old);
    const rank = this.rank(conn.transport);
    for (const other of this.tries) if (this.rank(other.transport) >= rank) this.drop(other);
    this.after = 0;
    client.timers.stop('round');
    client.timers.start('probe', FIRST_PROBE, () => this.probe());
    try {
      this.storage.setItem(this.key, JSON.stringify([name, conn.since]));
    } catch {}
    client.become('connected');
    if (name != this.used) client.emit('transport', (this.used = name));
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
    const { code, status, after } = { ...conn.bye, ...why };
    const lost = conn == this.current;
    this.drop(conn);
    if (this.current) {
      if (!client.timers.has('sync')) client.subscriptions.sync(client.backoff());
      return;
    }
    if (status == 204 || Math.floor(code / 100) == 40 || (lost && code == 1000)) {
      return this.fail(Object.assign(Error('ended by the server'), { code, status }));
    }
    this.after = after || this.after;
    if (!lost && (this.tries.size || this.transports.some((one) => client.timers.has(one)))) return;
    if (isFinal({ status })) client.emit('error', why);
    if (lost && Date.now() - conn.since > STABLE) this.attempt = 0;
    this.retry(Math.floor(code / 100) == 42);
  }

  /**
   * Plans the next round.
   * @param {boolean} now the server says that there is no need to wait
   */
  retry(now) {
    const { client } = this;
    client.timers.stop('probe');
    client.become('connecting');
    const delay = now && !this.attempt ? 0 : client.backoff(this.attempt);
    client.timers.start('round', Math.max(delay, this.after), () => this.begin());
    this.attempt++;
    this.after = 0;
  }

  /** @param {api.State} state */
  pause(state) {
    for (const conn of [...this.tries, this.current]) if (conn) this.drop(conn);
    this.client.timers.stopAll();
    this.client.become(state);
  }

  /** @param {Error} error */
  fail(error) {
    this.client.emit('error', error);
    this.client.close();
  }

  /**
   * Gives up a connection that stays silent.
   * @param {Connection} conn
   * @param {number} ms
   */
  watch(conn, ms) {
    this.client.timers.start(conn, ms, () => this.down(conn));
  }

  /** The page or the network has changed: looks at once. @param {Event} event */
  wake({ type }) {
    const { current } = this;
    if (type == 'pagehide') return this.pause('paused');
    if (globalThis.document?.hidden) return;
    this.client.publishing.retry();
    if (!current) {
      this.attempt = 0;
      if (!this.tries.size) this.begin();
      return;
    }
    if (current.handle?.send) {
      current.handle.send({ type: 'ping' });
      this.watch(current, PONG);
    } else if (type == 'online') this.open(current.transport);
    if (type == 'online') this.probe();
  }

  /**
   * @param {Connection} conn
   * @param {api.Frame} frame
   */
  read(conn, frame) {
    if (!this.isAlive(conn)) return;
    this.watch(conn, 2 * (conn.heartbeat = frame.heartbeat ?? conn.heartbeat));
    const { subscriptions } = this.client;
    const { cursor, version, replay } = frame;
    const { duplex } = conn.transport;
    const rival = this.current && this.current != conn;
    // While all is well, a connection that knows less of the log, or another log, is not heard.
    if (rival && (frame.type == 'gap' || (cursor && epoch(cursor) != subscriptions.epoch))) {
      return this.down(conn);
    }
    if (version > 1) return this.fail(Error(`protocol version ${version}`));
    if (conn != this.current && !duplex && (cursor || !rival)) this.adopt(conn);
    this.dispatch(conn, frame);
    if (cursor && !replay) subscriptions.advance(conn, cursor);
  }

  /**
   * @param {Connection} conn
   * @param {api.Frame} frame
   */
  dispatch(conn, frame) {
    const { client } = this;
    const { type, id, replay } = frame;
    const call = conn.calls.get(replay ?? id);
    if (type == 'message') client.subscriptions.message(conn, frame, call);
    else if (call) {
      conn.calls.delete(id);
      call.done(frame);
    } else if (type == 'welcome' && conn.transport.duplex) this.enter(conn);
    else if (type == 'goodbye') conn.bye = { code: 4200, after: frame.after };
    else if (/^(gap|error|degraded|restored)$/.test(type)) {
      client.emit(/** @type {keyof api.Events} */ (type), frame);
    }
  }

  /**
   * A duplex connection has been welcomed: it takes over once it carries the subscriptions.
   * @param {Connection} conn
   */
  async enter(conn) {
    const { client } = this;
    try {
      const token = await client.http.bearer();
      if (token) await conn.ask({ type: 'auth', token }).catch(takesNoTokens);
      conn.open = true;
      client.publishing.retry();
      await client.subscriptions.subscribe(conn);
      if (this.tries.has(conn)) this.adopt(conn);
    } catch (error) {
      if (isFinal(error)) client.emit('error', error);
      this.down(conn);
    }
  }
}

/**
 * A server that takes no tokens on a WebSocket judges its subscriptions by the request.
 * @param {any} error
 */
const takesNoTokens = (error) => {
  if (error.code != 'bad-request') throw error;
};
