/** @import { Client } from './client.js' */
/** @import { Connection } from './connection.js' */
import * as times from './constants.js';
import { failure } from './failure.js';
import { loaded } from './later.js';

/** Finds out whether connections are alive: by the frames that are due, by the clock, and by the page's events. */
export class Liveness {
  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /**
   * Gives up a connection if it stays silent. If the timer is late, the page or the machine has slept, and what
   * has arrived is not read yet.
   * @param {Connection} conn
   * @param {number} ms
   */
  watch(conn, ms) {
    const { negotiation, timers } = this.client;
    const end = Date.now() + ms + times.PONG;
    timers.start(conn, ms, () => {
      if (conn != negotiation.current || Date.now() < end) return negotiation.down(conn, failure('silent'), true);
      this.watch(conn, times.PONG);
      this.check(conn);
    });
  }

  /**
   * Waits for a connection's next frame, no longer than its server says. Where frames follow one another fast, silence
   * is a reason to ask sooner; not all clients at once.
   * @param {Connection} conn
   */
  listen(conn) {
    const { negotiation, timers } = this.client;
    const { heartbeat, handle, usual } = conn;
    const doubt = Math.max(times.DOUBT, 30 * usual) * (1 + Math.random() / 2);
    const ask = Math.min(times.QUIET, doubt);
    if (handle?.send && ask < heartbeat) return timers.start(conn, ask, () => this.check(conn));
    this.watch(conn, Math.min(2 * heartbeat, heartbeat + times.PONG));
    if (conn == negotiation.current) {
      timers.start('doubt', doubt, () => loaded()?.doubt(negotiation, conn));
    }
  }

  /**
   * Finds out quickly whether a connection is alive.
   * @param {Connection} conn
   */
  check(conn) {
    const { negotiation } = this.client;
    if (!negotiation.isAlive(conn)) return;
    if (!conn.handle?.send) return negotiation.open(conn.transport);
    conn.handle.send({ type: 'ping' });
    this.watch(conn, times.PONG);
  }
}
