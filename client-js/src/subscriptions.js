/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Call } from './internal.js' */
/** @import { Connection } from './connection.js' */
import { epoch, newer, older } from './cursor.js';
import { isFinal } from './http.js';
import { Subscription, filter, group, names } from './subscription.js';

/** All subscriptions, and how they come onto a connection. */
export class Subscriptions {
  /** @type {Set<Subscription>} */
  all = new Set();

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /** @param {Subscription} sub */
  add(sub) {
    this.all.add(sub);
    this.sync();
  }

  /** @param {Subscription} sub */
  remove(sub) {
    this.all.delete(sub);
    this.sync();
  }

  sync(ms = 0) {
    this.client.timers.start('sync', ms, () => this.line());
  }

  /** Brings what is carried in line with what is wanted. */
  line() {
    const { negotiation, state } = this.client;
    const { current } = negotiation;
    if (!this.all.size) negotiation.pause('idle');
    else if (!current) {
      if (state == 'idle') negotiation.begin();
    } else if (current.transport.duplex) {
      if (current.open) this.subscribe(current);
    } else if (current.subs.size != this.all.size || [...this.all].some((sub) => !current.subs.has(sub))) {
      negotiation.open(current.transport);
    }
  }

  /** The epoch of the log we read. */
  get epoch() {
    return epoch(this.client.negotiation.current?.cursor ?? [...this.all].find((sub) => sub.at)?.at);
  }

  /**
   * What a URL attaches. It has one cursor for all its channels: the oldest, and who has seen more drops
   * it. What is new is caught up with before, unless the server must first tell whether our cursors still
   * hold.
   * @param {Connection} conn
   */
  async prepare(conn) {
    /** @param {Subscription} sub */
    const known = ({ at }) => at && epoch(at) == this.epoch;
    if (this.client.negotiation.current || !this.epoch) {
      const fresh = [...this.all].filter((sub) => !known(sub));
      for (const some of group(fresh, (sub) => sub.begins)) {
        await this.establish(some, (these) => this.catchUp(these));
      }
    }
    const ready = [...this.all].filter(known);
    for (const sub of ready) {
      conn.subs.add(sub);
      if (newer(sub.at, sub.seen)) sub.seen = sub.at;
    }
    const cursor = ready.map((sub) => sub.at).reduce(older);
    return { channels: names(ready), events: filter(ready), cursor };
  }

  /**
   * Begins subscriptions together; one by one if the server refuses, for one may spoil it for all.
   * @param {Subscription[]} some
   * @param {(some: Subscription[]) => Promise<void>} how
   */
  async establish(some, how) {
    try {
      await how(some);
    } catch (error) {
      if (!isFinal(error)) throw error;
      if (some[1]) for (const sub of some) await this.establish([sub], how);
      else {
        this.remove(some[0]);
        this.client.emit('error', error);
      }
    }
  }

  /**
   * Gets in one answer what is held for these and the cursor from which to read on.
   * @param {Subscription[]} some
   */
  async catchUp(some) {
    const query = { channels: names(some), events: filter(some), ...some[0].start };
    const response = await this.client.http.request('', query, { headers: { Prefer: 'wait=0' } });
    const { messages, gap, cursor } = await response.json();
    if (epoch(cursor) != (this.epoch ?? epoch(cursor))) throw Error('another epoch');
    if (gap) this.client.emit('gap', gap);
    // Who began elsewhere in the meantime must not skip to here.
    for (const sub of some.filter(({ at }) => query.cursor || !at)) {
      for (const message of messages) this.hand(sub, message);
      if (newer(cursor, sub.at)) sub.at = sub.seen = cursor;
    }
  }

  /**
   * Has a duplex connection carry what is wanted.
   * @param {Connection} conn
   */
  async subscribe(conn) {
    const all = [...this.all];
    const carried = [...conn.subs, ...conn.waiting.keys()];
    const kept = names(carried.filter((sub) => this.all.has(sub)));
    this.leave(conn, carried, kept);
    /** @param {Subscription} sub */
    const query = (sub) => {
      const same = all.filter(({ channel }) => channel == sub.channel);
      const held = kept.includes(sub.channel) || same[0].begins != sub.begins;
      return JSON.stringify({ events: filter(same), ...(held ? { held } : sub.start) });
    };
    const groups = group(all.filter((sub) => !carried.includes(sub)), query);
    await Promise.all(
      groups.map((some) => {
        const asked = JSON.parse(query(some[0]));
        return this.establish(some, (these) => this.enlist(conn, these, asked));
      }),
    ).catch(() => this.sync(this.client.backoff()));
  }

  /**
   * @param {Connection} conn
   * @param {Subscription[]} carried
   * @param {string[]} kept
   */
  leave(conn, carried, kept) {
    const left = names(carried).filter((name) => !kept.includes(name));
    if (left[0]) conn.ask({ type: 'unsubscribe', channels: left }).catch(() => {});
    for (const sub of carried) {
      if (!this.all.has(sub)) conn.subs.delete(sub) || conn.waiting.delete(sub);
    }
  }

  /**
   * A name that is held already is not replayed again: who asks for it too catches up apart.
   * @param {Connection} conn
   * @param {Subscription[]} some
   * @param {any} query
   */
  async enlist(conn, some, { held, ...query }) {
    for (const sub of some) conn.waiting.set(sub, []);
    try {
      const { cursor } = await conn.ask({ type: 'subscribe', channels: names(some), ...query }, some);
      // Nor is there a replay for who began elsewhere in the meantime.
      const late = some.filter((sub) => (held ? sub.begins != '{}' : sub.at && !query.cursor));
      for (const these of group(late, (sub) => sub.begins)) await this.catchUp(these);
      for (const sub of some) {
        // Who starts now wants nothing from before, as another's history.
        if (sub.begins == '{}') sub.seen = cursor;
        if (newer(conn.cursor, sub.at)) sub.at = conn.cursor;
        conn.subs.add(sub);
        for (const frame of conn.waiting.get(sub) ?? []) this.hand(sub, frame);
      }
    } finally {
      for (const sub of some) conn.waiting.delete(sub);
    }
  }

  /**
   * Delivers a message that a connection has read.
   * @param {Connection} conn
   * @param {api.Frame} frame
   * @param {Call} [call] the command that it is replayed for
   */
  message(conn, frame, call) {
    // History is of no use to who has been reading elsewhere since it was asked for.
    const heard = frame.replay ? call?.subs?.filter(({ at }) => call.from || !at) : conn.subs;
    for (const sub of [...(heard ?? [])]) this.hand(sub, frame);
    if (!frame.replay) for (const held of conn.waiting.values()) held.push(frame);
  }

  /**
   * @param {Connection} conn
   * @param {string} cursor what it has read up to
   */
  advance(conn, cursor) {
    conn.cursor = cursor;
    for (const sub of conn.subs) if (newer(cursor, sub.at)) sub.at = cursor;
  }

  /**
   * Gives a message to the application, unless it has had it.
   * @param {Subscription} sub
   * @param {any} frame
   */
  hand(sub, frame) {
    if (!this.all.has(sub) || !sub.wants(frame) || !newer(frame.cursor, sub.seen)) return;
    const { channel, event = 'message', base64, time, cursor } = frame;
    sub.seen = cursor;
    const data =
      base64 == null ? frame.data : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    this.client.listeners.call(sub.handler, { channel, event, data, time, cursor });
  }
}
