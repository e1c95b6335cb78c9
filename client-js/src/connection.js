/** @import * as api from '../millrace.js' */
/** @import { Call } from './internal.js' */
/** @import { Subscription } from './subscription.js' */
import { HEARTBEAT } from './constants.js';

/** A connection over one transport, also one that has not delivered yet. */
export class Connection {
  /** @type {api.Handle | void} */
  handle = undefined;
  /** What it carries. @type {Set<Subscription>} */
  subs = new Set();
  /**
   * What it will carry once a command is answered, with the frames read in the meantime.
   * @type {Map<Subscription, api.Frame[]>}
   */
  waiting = new Map();
  /** Commands that wait for an answer. @type {Map<unknown, Call>} */
  calls = new Map();
  lastCall = 0;
  /** Aborted when it is given up. */
  abort = new AbortController();
  heartbeat = HEARTBEAT;
  /** When it began to deliver. */
  since = 0;
  /** Duplex: it takes commands. */
  open = false;
  /** @type {string | undefined} */
  cursor = undefined;
  /** What `goodbye` said. @type {api.Down | undefined} */
  bye = undefined;

  /** @param {api.Transport} transport */
  constructor(transport) {
    this.transport = transport;
  }

  /**
   * Sends a command.
   * @param {any} frame
   * @param {Subscription[]} [subs] whom a replay is for
   * @returns {Promise<any>}
   */
  ask(frame, subs) {
    return new Promise((resolve, reject) => {
      const id = ++this.lastCall;
      /** @param {any} reply */
      const done = (reply) =>
        reply.type == 'ok' ? resolve(reply) : reject(Object.assign(Error(reply.message), reply));
      this.calls.set(id, { done, subs, from: frame.cursor });
      this.handle?.send?.({ ...frame, id });
    });
  }

  close() {
    this.abort.abort();
    this.handle?.close?.();
    for (const { done } of this.calls.values()) done({});
  }
}
