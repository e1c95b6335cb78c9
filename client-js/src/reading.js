/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Connection } from './connection.js' */
import { PROBE } from './constants.js';
import { epoch } from './cursor.js';
import { FOREIGN, failure, isFinal } from './failure.js';

/** Reads frames, and acts on them. */
export class Reading {
  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /**
   * Takes a frame. Something in between may answer in the server's place; Millrace begins with a welcome, a gap
   * or a cursor.
   * @param {Connection} conn
   * @param {api.Frame} frame
   */
  read(conn, frame) {
    const { negotiation, subscriptions } = this.client;
    if (!negotiation.isAlive(conn)) return;
    const { type, cursor, version, replay } = frame ?? {};
    if (!type || !(conn.first || cursor || /^(welcome|gap)$/.test(type))) {
      return negotiation.down(conn, failure(FOREIGN));
    }
    this.sign(conn, frame);
    const rival = negotiation.current && negotiation.current != conn;
    // While the current connection works, one that knows less of the log, or another log, is dropped.
    if (rival && (type == 'gap' || (cursor && epoch(cursor) != subscriptions.epoch))) {
      return negotiation.down(conn, failure('another log'));
    }
    if (type == 'welcome' && version > 1) return negotiation.fail(failure(`protocol version ${version}`));
    if (!conn.transport.duplex && (cursor || !rival)) conn.ready = true;
    negotiation.consider(conn);
    this.dispatch(conn, frame);
    if (cursor && !replay) subscriptions.advance(conn, cursor);
  }

  /**
   * Takes a frame as a sign of life.
   * @param {Connection} conn
   * @param {api.Frame} frame
   */
  sign(conn, { type, heartbeat }) {
    const { client } = this;
    const { negotiation } = client;
    if (heartbeat > 0) conn.heartbeat = heartbeat;
    negotiation.watch(conn, 2 * conn.heartbeat);
    conn.first ??= Date.now();
    conn.shown = Date.now() - conn.first;
    if (conn.shown > PROBE && negotiation.doubted.delete(conn.name)) negotiation.remember();
    if (conn == negotiation.current && type == 'heartbeat') client.become('connected');
  }

  /**
   * @param {Connection} conn
   * @param {api.Frame} frame
   */
  dispatch(conn, frame) {
    const { client } = this;
    const { type, id, replay } = frame;
    const call = conn.calls.get(replay ?? id);
    if (type == 'message') {
      call?.wait();
      client.subscriptions.message(conn, frame, call);
    } else if (call) call.done(frame);
    else if (type == 'welcome' && conn.transport.duplex) this.enter(conn, frame);
    else if (type == 'goodbye') conn.bye = { code: 4200, after: frame.after };
    else if (type == 'gap') client.subscriptions.gap(/** @type {any} */ (frame));
    else if (type == 'error') client.emit('error', failure(frame.message, { code: frame.code }));
    else if (/^(degraded|restored)$/.test(type)) {
      client.emit(/** @type {keyof api.Events} */ (type), frame);
    }
  }

  /**
   * A duplex connection has received its welcome: it takes over once it carries the subscriptions.
   * @param {Connection} conn
   * @param {api.Frame} welcome
   */
  async enter(conn, { limits = {} }) {
    const { client } = this;
    try {
      conn.limits = limits;
      const token = await client.http.bearer();
      if (token) await conn.ask({ type: 'auth', token }).catch(takesNoTokens);
      conn.open = true;
      await client.subscriptions.subscribe(conn);
      conn.ready = true;
      client.negotiation.consider(conn);
    } catch (error) {
      if (isFinal(error)) client.emit('error', error);
      client.negotiation.down(conn, error);
    }
  }
}

/**
 * It is not an error if the server takes no tokens on a WebSocket: it authorizes by the request that opened it.
 * @param {any} error
 */
const takesNoTokens = (error) => {
  if (error.code != 'bad-request') throw error;
};
