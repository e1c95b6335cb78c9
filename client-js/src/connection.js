/** @import * as api from '../millrace.js' */
/** @import { Call } from './internal.js' */
/** @import { Presence } from './later/presence.js' */
/** @import { Subscription } from './subscription.js' */
import { HEARTBEAT } from './constants.js';
import { failure } from './failure.js';

/** A connection over one transport; it may not have delivered yet. */
export class Connection {
  /** @type {api.Handle | void | undefined} */
  handle;
  /** The subscriptions that it carries. @type {Set<Subscription>} */
  subs = new Set();
  /**
   * The subscriptions that it will carry once a command is answered, with the frames read in the meantime.
   * @type {Map<Subscription, api.Frame[]>}
   */
  waiting = new Map();
  /**
   * Channels of subscriptions that fell behind. Unsubscribed before they are asked for again: the server does
   * not replay a channel that this connection has already.
   * @type {Set<string>}
   */
  left = new Set();
  /** Who is on its channels. @type {Presence | undefined} */
  presence;
  /** The token that it was opened with, or has changed to. @type {string | undefined} */
  token;
  /** The commands that wait for an answer. @type {Map<unknown, Call>} */
  calls = new Map();
  lastCall = 0;
  /** Aborted when the connection is given up. */
  abort = new AbortController();
  heartbeat = HEARTBEAT;
  /** When it was opened. */
  opened = Date.now();
  /** When its first frame arrived. @type {number | undefined} */
  first;
  /** How long its frames have arrived, from the first to the last. */
  shown = 0;
  /** How much time usually passes between two frames. */
  usual = 1e3;
  /** When a small request last showed that the network works, though this connection was silent. */
  trusted = -Infinity;
  /**
   * If its subscriptions begin with it, because nobody has asked for them before: whether they have begun elsewhere in
   * the meantime, before a place. @type {((cursor?: string) => boolean) | undefined}
   */
  direct;
  /** Whether it may take over. */
  ready = false;
  /** Duplex only: it accepts commands. */
  open = false;
  /** Duplex only: the server's limits, from the welcome. @type {{ message?: number }} */
  limits = {};
  /** @type {string | undefined} */
  cursor;
  /** Its `goodbye`. @type {api.Frame | undefined} */
  bye;

  /**
   * @param {api.Transport} transport
   * @param {number} timeout how long the answer to a command may take
   * @param {(why: Error) => void} down called when something that is due does not arrive
   */
  constructor(transport, timeout, down) {
    this.transport = transport;
    this.timeout = timeout;
    this.down = down;
  }

  get name() {
    return this.transport.name;
  }

  /**
   * Sends a command. If no answer arrives, the connection is given up.
   * @param {any} frame
   * @param {() => Subscription[]} [subs] the subscriptions that still wait for the replay
   * @returns {Promise<any>}
   */
  ask(frame, subs) {
    return new Promise((resolve, reject) => {
      const id = ++this.lastCall;
      /** @type {ReturnType<typeof setTimeout>} */
      let timer;
      /** @param {any} reply */
      const done = ({ type, message = 'connection lost', code, ...reply }) => {
        clearTimeout(timer);
        this.calls.delete(id);
        if (type == 'ok') resolve(reply);
        else reject(failure(message, { code }));
      };
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.down(failure(`no answer to ${frame.type}`)), this.timeout);
      };
      wait();
      this.calls.set(id, { done, wait, subs, from: frame.cursor });
      this.handle?.send?.({ ...frame, id });
    });
  }

  close() {
    this.abort.abort();
    this.handle?.close?.();
    for (const { done } of this.calls.values()) done({});
  }
}
