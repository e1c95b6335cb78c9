/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Connection } from './connection.js' */
import { FORGIVEN, USUAL } from './constants.js';
import { epoch } from './cursor.js';
import { ANOTHER_LOG, FOREIGN, failure } from './failure.js';
import { later, loaded } from './later.js';

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
    // Two connections that begin at different places would leave a hole.
    if (!conn.first && conn.direct?.(cursor)) return negotiation.open(conn.transport);
    if (!type || !(conn.first || cursor || /^(welcome|gap)$/.test(type))) {
      return negotiation.down(conn, failure(FOREIGN));
    }
    this.sign(conn, frame);
    const rival = negotiation.current && negotiation.current != conn;
    // While the current connection works, one that knows less of the log, or another log, is dropped.
    if (rival && (type == 'gap' || (cursor && epoch(cursor) != subscriptions.epoch))) {
      return negotiation.down(conn, failure(...ANOTHER_LOG));
    }
    if (type == 'welcome' && version > 1) return negotiation.fail(failure(`protocol version ${version}`));
    // What it replays first comes before what is new.
    if (!conn.transport.duplex && (cursor ? !replay : !rival && !conn.direct)) conn.ready = true;
    negotiation.consider(conn);
    this.dispatch(conn, frame);
    if (cursor && !replay) subscriptions.advance(conn, cursor);
  }

  /**
   * Takes a frame as a sign of life.
   * @param {Connection} conn
   * @param {api.Frame} frame
   */
  sign(conn, frame) {
    const { type, heartbeat } = frame;
    const { client } = this;
    const { negotiation } = client;
    if (heartbeat > 0) conn.heartbeat = heartbeat;
    // If the code cannot be loaded, the server says when the token has expired.
    if (frame.expires > 0) later(({ learn }) => learn(client, frame, conn.token));
    conn.first ??= Date.now();
    const shown = Date.now() - conn.first;
    const pause = shown - conn.shown;
    // What arrives together says little, a long pause much.
    conn.usual += (pause - conn.usual) * Math.min(1, pause / USUAL);
    conn.shown = shown;
    client.liveness.listen(conn);
    if (conn.shown > FORGIVEN) loaded()?.forgive(negotiation.memory, conn);
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
    else if (type == 'goodbye') conn.bye = frame;
    else if (type == 'gap') client.subscriptions.gap(/** @type {any} */ (frame));
    else if (type == 'presence') later(({ meet }) => meet(client, conn, frame), (error) => client.negotiation.down(conn, error));
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
      conn.open = true;
      await client.subscriptions.subscribe(conn);
      conn.ready = true;
      client.negotiation.consider(conn);
    } catch (error) {
      if (loaded()?.isFinal(client, error)) client.emit('error', error);
      client.negotiation.down(conn, error);
    }
  }
}
