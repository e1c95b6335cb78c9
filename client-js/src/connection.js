/** @import * as api from '../millrace.js' */
/** @import { Call } from './internal.js' */
/** @import { Subscription } from './subscription.js' */
import { ANSWER, HEARTBEAT } from './constants.js';
import { failure } from './failure.js';

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
  /** Channels that somebody was behind on: the server replays none that it holds. @type {Set<string>} */
  left = new Set();
  /** Commands that wait for an answer. @type {Map<unknown, Call>} */
  calls = new Map();
  lastCall = 0;
  /** Aborted when it is given up. */
  abort = new AbortController();
  heartbeat = HEARTBEAT;
  /** When its first frame came. @type {number | undefined} */
  first;
  /** For how long its frames came, from the first to the last. */
  shown = 0;
  /** Whether it may take over. */
  ready = false;
  /** Duplex: it takes commands. */
  open = false;
  /** Duplex: what it said that the server takes. @type {{ message?: number }} */
  limits = {};
  /** @type {string | undefined} */
  cursor;
  /** What `goodbye` said. @type {api.Down | undefined} */
  bye;

  /**
   * @param {api.Transport} transport
   * @param {(why: Error) => void} down to be called when something does not come
   */
  constructor(transport, down) {
    this.transport = transport;
    this.down = down;
  }

  get name() {
    return this.transport.name;
  }

  /**
   * Sends a command. Without an answer, the connection is of no use.
   * @param {any} frame
   * @param {Subscription[]} [subs] whom a replay is for
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
        timer = setTimeout(() => this.down(failure(`no answer to ${frame.type}`)), ANSWER);
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
