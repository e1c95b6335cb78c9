/** @import * as api from '../../millrace.js' */
/** @import { Client } from '../client.js' */
/** @import { Connection } from '../connection.js' */
/** @import { Subscription } from '../subscription.js' */

/** Who is on each channel, as one connection has read it: first everybody, then who joins and leaves. */
export class Presence {
  /** @type {Map<string, { members: Map<string, api.Member>, count: number }>} */
  channels = new Map();

  /** @param {any} frame with neither members nor changes if there are too many to name */
  read({ channel, members, joined, left, count }) {
    const known = (joined || left) && this.channels.get(channel)?.members;
    const now = new Map(known ?? []);
    for (const user of left ?? []) now.delete(user);
    for (const member of members ?? joined ?? []) now.set(member.user, member);
    this.channels.set(channel, { members: now, count });
  }

  /**
   * Reports to a subscription what has changed since the last report, on this connection or on one before.
   * @param {Subscription} sub
   */
  tell(sub) {
    const { present: before } = sub;
    const now = this.channels.get(sub.channel);
    if (!now || now == before) return;
    sub.present = now;
    const { count } = now;
    const members = [...now.members.values()];
    const joined = members.filter((member) => !same(member, before?.members.get(member.user)));
    const left = [...(before?.members.keys() ?? [])].filter((user) => !now.members.has(user));
    if (before?.count == count && !joined[0] && !left[0]) return;
    sub.listeners.emit('presence', { members, count, joined, left });
  }

  /**
   * Forgets the channels of which the connection may receive no more.
   * @param {Subscription[]} subs those that it carries
   */
  keep(subs) {
    for (const channel of this.channels.keys()) {
      if (!subs.some((sub) => sub.presence && sub.channel == channel)) this.channels.delete(channel);
    }
  }
}

/**
 * A connection has read who is on a channel.
 * @param {Client} client
 * @param {Connection} conn
 * @param {api.Frame} frame
 */
export const meet = (client, conn, frame) => {
  conn.presence ??= new Presence();
  conn.presence.read(frame);
  client.subscriptions.refresh();
};

/**
 * @param {object} one
 * @param {object | undefined} other
 */
const same = (one, other) => one == other || JSON.stringify(one) == JSON.stringify(other);
