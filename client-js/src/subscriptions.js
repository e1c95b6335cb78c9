/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Call } from './internal.js' */
/** @import { Connection } from './connection.js' */
/** @import { Subscription } from './subscription.js' */
import { MOST_WAITING } from './constants.js';
import { epoch, newer } from './cursor.js';
import { failure } from './failure.js';
import { loaded, more } from './later.js';
import { filter, group, names, present } from './subscription.js';

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
      if (live && sub.presence) negotiation.current?.presence?.tell(sub);
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
    } else loaded()?.follow(this, current);
    this.refresh();
  }

  /** The epoch of the log that we read. */
  get epoch() {
    return epoch(this.client.negotiation.current?.cursor ?? [...this.all].find((sub) => sub.at)?.at);
  }

  /**
   * Begins subscriptions together.
   * @param {Subscription[]} some
   * @param {(some: Subscription[]) => Promise<void>} how
   */
  async establish(some, how) {
    const { client } = this;
    try {
      await how(some);
      client.debug('confirmed', { channels: names(some) });
    } catch (error) {
      await (await more()).divide(this, some, how, error);
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
      return JSON.stringify({ events: filter(same), presence: present(same), ...(held ? { held } : sub.start) });
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
    conn.presence?.keep(this.wanted);
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
      for (const these of group(late, (sub) => sub.begins)) await (await more()).catchUp(this, these, conn);
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
    const late = frame.replay && conn.transport.duplex;
    const heard = late ? call?.subs?.().filter(({ at }) => call.from || !at) : conn.subs;
    for (const sub of [...(heard ?? [])]) this.hand(sub, frame);
    if (late) return;
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
    const { channel, event = 'message', base64, time, cursor, from } = frame;
    sub.seen = cursor;
    const data =
      base64 == null ? frame.data : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    sub.deliver({ channel, event, data, time, cursor, from });
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
