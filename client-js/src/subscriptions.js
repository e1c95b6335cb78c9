/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Call } from './internal.js' */
/** @import { Connection } from './connection.js' */
/** @import { Subscription } from './subscription.js' */
import { MOST_WAITING } from './constants.js';
import { epoch, newer, older } from './cursor.js';
import { concerning, failure, isFinal } from './failure.js';
import { batchOf } from './http.js';
import { filter, group, names } from './subscription.js';

/** All subscriptions, and how connections get to carry them. */
export class Subscriptions {
  /** @type {Set<Subscription>} */
  all = new Set();
  /** An attach was refused: asks for each subscription again, to find out which one is not allowed. */
  doubted = false;

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /** The subscriptions that should receive messages now. */
  get wanted() {
    return [...this.all].filter((sub) => !sub.behind);
  }

  /** @param {Subscription} sub */
  add(sub) {
    if (this.client.state == 'closed') return sub.end('closed');
    this.all.add(sub);
    this.sync();
  }

  /**
   * @param {Subscription} sub
   * @param {'refused' | 'closed'} state
   * @param {Error} [error]
   */
  remove(sub, state, error) {
    this.all.delete(sub);
    sub.end(state, error);
    this.sync();
  }

  /** Its loop has taken enough: resumes from its own cursor. @param {Subscription} sub */
  resume(sub) {
    sub.behind = false;
    this.sync();
  }

  /** Updates the state of each subscription. */
  refresh() {
    const { negotiation, state } = this.client;
    for (const sub of this.all) {
      const live = state == 'connected' && negotiation.current?.subs.has(sub);
      sub.become(sub.behind ? 'behind' : live ? 'live' : 'connecting');
    }
  }

  /**
   * @param {api.Gap} gap
   * @param {Iterable<Subscription>} [some] the subscriptions that it may concern
   */
  gap(gap, some = this.all) {
    this.client.emit('gap', gap);
    for (const sub of some) if (gap.channels?.includes(sub.channel)) sub.listeners.emit('gap', gap);
  }

  sync(ms = 0) {
    this.client.timers.start('sync', ms, () => this.line());
  }

  /** Makes the connection carry the subscriptions that are wanted. */
  line() {
    const { negotiation, state } = this.client;
    const { current } = negotiation;
    const { wanted } = this;
    if (!wanted.length) negotiation.pause('idle');
    else if (!current) {
      if (state == 'idle') negotiation.begin();
    } else if (current.transport.duplex) {
      if (current.open) {
        this.subscribe(current).catch(({ after }) => this.sync(this.client.backoff(3, after)));
      }
    } else if (current.subs.size != wanted.length || wanted.some((sub) => !current.subs.has(sub))) {
      negotiation.reopen();
    }
    this.refresh();
  }

  /** The epoch of the log that we read. */
  get epoch() {
    return epoch(this.client.negotiation.current?.cursor ?? [...this.all].find((sub) => sub.at)?.at);
  }

  /**
   * Prepares the query of an attach by URL. It has one cursor for all its channels: the oldest. A subscription
   * that has read further drops the messages that it has seen. New subscriptions catch up before that, unless
   * the server must first say whether our cursors are still valid.
   * @param {Connection} conn
   */
  async prepare(conn) {
    /** @param {Subscription} sub */
    const known = ({ at }) => at && epoch(at) == this.epoch;
    if (this.client.negotiation.current || !this.epoch || this.doubted) {
      const fresh = this.wanted.filter((sub) => this.doubted || !known(sub));
      for (const some of group(fresh, (sub) => sub.begins)) {
        await this.establish(some, (these) => this.catchUp(these, conn));
      }
      if (this.doubted) {
        // Each may be read, but all of them together may be too many: then the newest are refused.
        /** @type {Subscription[]} */
        const fit = [];
        await this.establish(this.wanted.filter(known), async (these) => {
          await this.ask([...fit, ...these], {}, conn);
          fit.push(...these);
        });
      }
      this.doubted = false;
    }
    const ready = this.wanted.filter(known);
    if (!ready[0]) throw failure('nothing to read');
    for (const sub of ready) {
      conn.subs.add(sub);
      if (newer(sub.at, sub.seen)) sub.seen = sub.at;
    }
    const cursor = ready.map((sub) => sub.at).reduce(older);
    return { channels: names(ready), events: filter(ready), cursor };
  }

  /**
   * Begins subscriptions together. If the server refuses, tries each half, because one may be refused for all.
   * @param {Subscription[]} some
   * @param {(some: Subscription[]) => Promise<void>} how
   */
  async establish(some, how) {
    try {
      await how(some);
      this.client.debug('confirmed', { channels: names(some) });
    } catch (error) {
      if (!isFinal(error)) throw error;
      if (!some[1]) return this.refuse(some[0], error);
      this.doubted = true;
      const half = some.length >> 1;
      await this.establish(some.slice(0, half), how);
      await this.establish(some.slice(half), how);
    }
  }

  /**
   * @param {Subscription} sub
   * @param {any} why
   */
  refuse(sub, why) {
    const error = concerning(why, [sub.channel]);
    this.client.debug('refused', { ...error });
    this.remove(sub, 'refused', error);
    this.client.emit('error', error);
  }

  /**
   * @param {Subscription[]} some
   * @param {api.SubscribeOptions} start
   * @param {Connection} conn
   */
  async ask(some, start, conn) {
    const query = { channels: names(some), events: filter(some), ...start };
    // The request ends with its connection, or when no answer arrives in time. Some browsers lack AbortSignal.any.
    const { http, options } = this.client;
    const limit = new AbortController();
    const { signal } = limit;
    const end = () => limit.abort();
    const timer = setTimeout(end, options.timeout);
    conn.abort.signal.addEventListener('abort', end, { signal });
    try {
      const init = { headers: { Prefer: 'wait=0' }, signal };
      return await batchOf(await http.request('', query, init), start.cursor);
    } finally {
      clearTimeout(timer);
      end();
    }
  }

  /**
   * Gets the messages that are held for these, and the cursor to continue from.
   * @param {Subscription[]} some
   * @param {Connection} conn the connection that needs it; the requests end with it
   */
  async catchUp(some, conn) {
    let start = /** @type {api.SubscribeOptions} */ (some[0].start);
    for (;;) {
      const { messages, gap, cursor, more } = await this.ask(some, start, conn);
      if (epoch(cursor) != (this.epoch ?? epoch(cursor))) throw failure('another log');
      if (gap) this.gap(gap, some);
      // A subscription that began on another connection in the meantime must not skip to this cursor.
      some = some.filter(({ at }) => !at || (start.cursor && !newer(start.cursor, at)));
      for (const sub of some) {
        for (const message of messages) this.hand(sub, message);
        if (!sub.behind && newer(cursor, sub.at)) sub.at = sub.seen = cursor;
      }
      some = some.filter((sub) => this.all.has(sub) && !sub.behind);
      if (!more || !some[0]) return;
      start = { cursor };
    }
  }

  /**
   * Makes a duplex connection carry the subscriptions that are wanted.
   * @param {Connection} conn
   */
  async subscribe(conn) {
    const { wanted } = this;
    const carried = [...conn.subs, ...conn.waiting.keys()];
    const kept = names(carried.filter((sub) => wanted.includes(sub)));
    this.leave(conn, carried, kept);
    /** @param {Subscription} sub */
    const query = (sub) => {
      const same = wanted.filter(({ channel }) => channel == sub.channel);
      const held = kept.includes(sub.channel) || same[0].begins != sub.begins;
      return JSON.stringify({ events: filter(same), ...(held ? { held } : sub.start) });
    };
    const groups = group(wanted.filter((sub) => !carried.includes(sub)), query);
    await Promise.all(
      groups.map((some) => {
        const asked = JSON.parse(query(some[0]));
        return this.establish(some, (these) => this.enlist(conn, these, asked));
      }),
    );
    this.refresh();
  }

  /**
   * @param {Connection} conn
   * @param {Subscription[]} carried
   * @param {string[]} kept
   */
  leave(conn, carried, kept) {
    const left = [...conn.left, ...names(carried)].filter((name) => !kept.includes(name));
    conn.left.clear();
    if (left[0]) conn.ask({ type: 'unsubscribe', channels: left }).catch(() => {});
    for (const sub of carried) if (!this.all.has(sub)) conn.subs.delete(sub) || conn.waiting.delete(sub);
  }

  /**
   * The server does not replay a channel that the connection carries already: another subscription to it
   * catches up separately.
   * @param {Connection} conn
   * @param {Subscription[]} some
   * @param {any} query
   */
  async enlist(conn, some, { held, ...query }) {
    const lists = some.map((sub) => /** @type {const} */ ([sub, /** @type {api.Frame[]} */ ([])]));
    for (const [sub, list] of lists) conn.waiting.set(sub, list);
    /** False once the subscription fell behind or has ended. @type {(one: typeof lists[0]) => boolean} */
    const waits = ([sub, list]) => conn.waiting.get(sub) == list;
    const waiting = () => lists.filter(waits).map(([sub]) => sub);
    try {
      const { cursor } = await conn.ask({ type: 'subscribe', channels: names(some), ...query }, waiting);
      // There is no replay either for a subscription that began on another connection in the meantime.
      const late = some.filter((sub) => (held ? sub.begins != '{}' : sub.at && !query.cursor));
      for (const these of group(late, (sub) => sub.begins)) await this.catchUp(these, conn);
      for (const [sub, list] of lists.filter(waits)) {
        // A subscription that starts now wants no earlier messages, such as another subscription's history.
        if (sub.begins == '{}') sub.seen = cursor;
        for (const frame of list) this.hand(sub, frame);
        if (sub.behind) continue;
        if (newer(conn.cursor, sub.at)) sub.at = conn.cursor;
        conn.subs.add(sub);
      }
    } finally {
      for (const sub of waiting()) conn.waiting.delete(sub);
    }
  }

  /**
   * Delivers a message that a connection has read.
   * @param {Connection} conn
   * @param {api.Frame} frame
   * @param {Call} [call] the command that a replayed message answers
   */
  message(conn, frame, call) {
    // A subscription that has begun on another connection since it asked does not need the history.
    const heard = frame.replay ? call?.subs?.().filter(({ at }) => call.from || !at) : conn.subs;
    for (const sub of [...(heard ?? [])]) this.hand(sub, frame);
    if (frame.replay) return;
    for (const held of conn.waiting.values()) {
      if (held.push(frame) > MOST_WAITING) return conn.down(failure('too many frames wait for a replay'));
    }
  }

  /**
   * @param {Connection} conn
   * @param {string} cursor how far it has read
   */
  advance(conn, cursor) {
    conn.cursor = cursor;
    for (const sub of conn.subs) if (newer(cursor, sub.at)) sub.at = cursor;
  }

  /**
   * Gives a message to the application, unless it has seen it.
   * @param {Subscription} sub
   * @param {any} frame
   */
  hand(sub, frame) {
    if (!this.all.has(sub) || sub.behind || !sub.wants(frame) || !newer(frame.cursor, sub.seen)) return;
    const { channel, event = 'message', base64, time, cursor } = frame;
    sub.seen = cursor;
    const data =
      base64 == null ? frame.data : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    sub.deliver({ channel, event, data, time, cursor });
    if (!sub.behind) return;
    // It resumes after this message.
    sub.at = cursor;
    sub.become('behind');
    for (const { subs, waiting, left } of this.client.negotiation.all) {
      if (subs.delete(sub) || waiting.delete(sub)) left.add(sub.channel);
    }
    this.sync();
  }
}
