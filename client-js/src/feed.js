/** @import * as api from '../millrace.js' */
/** @import { Leader } from './leader.js' */
/** @import { Entry } from './session.js' */
import { epoch, newer } from './cursor.js';

/** The messages that are kept for clients which come with a cursor, as all do when another page begins to lead. */
const MOST_RECENT = 256;
const RECENT = 10e3;

/** A subscription of the leader, which serves all clients that want the same. */
export class Feed {
  /** @type {Set<Entry>} */
  entries = new Set();
  /** @type {(api.Message & { at: number })[]} */
  recent = [];
  /** `recent` has everything after this cursor. @type {string | undefined} */
  from;
  live = false;
  /** Who is there. @type {{ members?: api.Member[], count: number } | undefined} */
  present;

  /**
   * @param {Leader} leader
   * @param {string} channel
   * @param {api.SubscribeOptions} options
   */
  constructor(leader, channel, options) {
    this.leader = leader;
    this.channel = channel;
    this.key = keyOf(channel, options);
    this.from = options.cursor;
    const sub = (this.sub = leader.upstream.subscribe(channel, options, (message) => this.message(message)));
    /** @type {any} */
    let why;
    sub.on('error', (error) => (why = error));
    sub.on('gap', (gap) => this.gap(gap));
    sub.on('presence', (presence) => this.presence(presence));
    sub.on('state', (state) => {
      this.live = state == 'live';
      if (this.live) this.from ??= sub.cursor;
      if (/refused|closed/.test(state)) this.fail(why);
      leader.flush();
    });
  }

  /** Everything up to this has been read. */
  get at() {
    return this.sub.cursor;
  }

  /**
   * Whether a client that begins there can be served.
   * @param {string} channel
   * @param {api.SubscribeOptions} options
   */
  serves(channel, options) {
    const { cursor, last } = options;
    if (this.key != keyOf(channel, options)) return false;
    if (!cursor) return this.live && !last;
    this.prune();
    return !!this.from && epoch(this.from) == epoch(cursor) && !newer(this.from, cursor);
  }

  /** @param {api.Message} message */
  message(message) {
    const { cursor } = message;
    if (this.from) this.recent.push({ ...message, at: Date.now() });
    else if (this.live) this.from = cursor;
    this.prune();
    for (const entry of this.entries) entry.session.message(entry, message);
  }

  prune() {
    const { recent } = this;
    while (recent[MOST_RECENT] || recent[0]?.at < Date.now() - RECENT) this.from = recent.shift()?.cursor;
  }

  /** Who comes later, with an older cursor, must hear of it, too. @param {api.Gap} gap */
  gap(gap) {
    this.recent = [];
    this.from = undefined;
    for (const { session } of this.entries) session.gap(gap);
  }

  /** @param {api.Presence} presence */
  presence({ members, count, joined, left }) {
    const { channel } = this;
    this.present = members[0] || !count ? { members, count } : { count };
    for (const entry of this.entries) {
      entry.session.push({ type: 'presence', channel, ...(entry.told ? { joined, left, count } : this.present) });
      entry.told = true;
    }
  }

  /** @param {any} why */
  fail(why) {
    this.leader.feeds.delete(this);
    for (const entry of [...this.entries]) entry.session.refuse(entry, why);
  }

  /** @param {Entry} entry */
  leave(entry) {
    this.entries.delete(entry);
    if (this.entries.size) return;
    this.leader.feeds.delete(this);
    this.sub.unsubscribe();
  }
}

/**
 * @param {string} channel
 * @param {api.SubscribeOptions} options
 */
const keyOf = (channel, { events, presence }) => JSON.stringify([channel, events, !!presence]);
