/** @import * as api from '../millrace.js' */
/** @import { Feed } from './feed.js' */
/** @import { Leader } from './leader.js' */
import { epoch, newer, older } from './cursor.js';

/** A client that answers fewer beats than this is gone, or frozen: it attaches again when it wakes up. */
const MOST_BEATS = 3;
/** After so many frames, the client is asked whether it takes them. */
const MANY = 1000;
/** The most frames that wait for a client, or that it has not answered. */
const MOST_FRAMES = 10e3;
/** The most names and patterns of a client; the server takes fewer. */
const MOST_ENTRIES = 200;

/**
 * A name or pattern that a client reads.
 * @typedef {object} Entry
 * @property {Session} session
 * @property {string} channel
 * @property {Feed} feed
 * @property {string | undefined} after what the client has read already
 * @property {boolean} fresh it begins with what comes after its confirmation
 * @property {boolean} [told] it knows who is there
 */

/**
 * One client, as the server would see it. It gets frames in the order of the log, so the cursor of each says
 * what the cursors of a server's frames say: everything before it, on all its channels, was sent.
 */
export class Session {
  /** What is confirmed, by name. @type {Map<string, Entry>} */
  entries = new Map();
  /** What is not confirmed yet, by command. @type {Map<any, Entry[]>} */
  commands = new Map();
  /** Everything up to this was sent. @type {string | undefined} */
  position;
  /** Messages that wait until everything before them has been read. @type {Map<string, api.Message>} */
  held = new Map();
  /** @type {any[]} */
  out = [];
  beats = 0;
  /** How many frames the client has not answered. */
  sent = 0;
  ended = false;
  planned = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  later;
  /** @type {api.Gap | undefined} */
  missed;

  /**
   * @param {Leader} leader
   * @param {string} id
   */
  constructor(leader, id) {
    this.leader = leader;
    this.id = id;
    this.port = new leader.Channel(`${leader.name} ${id}`);
    this.port.onmessage = ({ data }) => this.hear(data);
  }

  welcome() {
    const { upstream, degraded } = this.leader;
    // Messages are published by each page itself: they never wait for the leader.
    this.push({ type: 'welcome', version: 1, limits: { message: 0 }, name: upstream.transport });
    if (degraded) this.push(degraded);
  }

  /** @param {any} data */
  hear(data) {
    const { to, frame } = data ?? {};
    if (this.ended || to != this.leader.id || !frame) return;
    this.leader.revive();
    const { type, id, channels } = frame;
    try {
      if (type == 'alive') this.beats = this.sent = 0;
      else if (type == 'ping') this.push(this.sign());
      else if (type == 'bye') this.end();
      else if (type == 'subscribe') this.subscribe(frame);
      else if (type == 'unsubscribe') this.unsubscribe(id, channels);
      else throw TypeError(`Unknown type ${type}`);
    } catch (/** @type {any} */ { message }) {
      this.push({ type: 'error', id, code: 'bad-request', message });
    }
  }

  /** @param {any} frame */
  subscribe({ id, channels, cursor, last, events, presence }) {
    if (this.commands.has(id)) throw TypeError(`The id ${id} is in use`);
    const { size } = this.entries;
    if (size + channels.length + [...this.commands.values()].flat().length > MOST_ENTRIES) return this.end({ type: 'full' });
    /** @type {Entry[]} */
    const entries = [];
    this.commands.set(id, entries);
    try {
      for (const channel of new Set(channels)) {
        const watched = presence === true || `${presence}`.split(',').includes(channel);
        // As on the server, there is no replay of what the client reads already.
        const start = this.entries.has(channel) ? {} : { cursor, last };
        const feed = this.leader.feed(channel, { ...start, events, presence: watched });
        const fresh = !start.cursor && !start.last;
        const entry = { session: this, channel, feed, after: start.cursor, fresh };
        entries.push(entry);
        feed.entries.add(entry);
        if (start.cursor) for (const message of feed.recent) this.message(entry, message, id);
        this.tellPresence(entry);
      }
    } catch (error) {
      this.drop(id);
      throw error;
    }
    this.plan();
  }

  /** @param {Entry} entry */
  tellPresence(entry) {
    const { channel, feed } = entry;
    if (entry.told || !feed.present) return;
    entry.told = true;
    this.push({ type: 'presence', channel, ...feed.present });
  }

  /**
   * @param {any} id
   * @param {string[]} channels
   */
  unsubscribe(id, channels) {
    for (const channel of channels) {
      this.entries.get(channel)?.feed.leave(/** @type {any} */ (this.entries.get(channel)));
      this.entries.delete(channel);
      for (const [command, entries] of this.commands) {
        const [gone] = entries.splice(entries.findIndex((one) => one.channel == channel) >>> 0, 1);
        gone?.feed.leave(gone);
        if (!entries[0]) this.drop(command);
      }
    }
    if (!this.entries.size) this.position = undefined;
    this.push({ ...this.sign(), id, type: 'ok' });
  }

  /** The subscriptions of a command end before they have begun. @param {any} id */
  drop(id) {
    for (const entry of this.commands.get(id) ?? []) entry.feed.leave(entry);
    this.commands.delete(id);
  }

  /** The command that an entry waits for. @param {Entry} entry */
  commandOf(entry) {
    for (const [id, entries] of this.commands) if (entries.includes(entry)) return id;
  }

  /**
   * Takes a message of a feed.
   * @param {Entry} entry
   * @param {any} message
   * @param {any} [command] the command that it answers
   */
  message(entry, message, command = this.commandOf(entry)) {
    const { channel, event, data, time, cursor, from } = message;
    const frame = { type: 'message', channel, event, data, time, cursor, from };
    if (entry.after && !newer(cursor, entry.after)) return;
    if (command !== undefined) {
      if (!entry.fresh) this.push({ ...frame, replay: command });
    } else if (!cursor) this.push(frame);
    else if (newer(cursor, this.position)) this.held.set(cursor, frame);
    if (this.held.size > MOST_FRAMES) return this.end({ type: 'down', code: 'unavailable' });
    this.plan();
  }

  /**
   * Whether entries have read everything that was sent, and so can be confirmed.
   * @param {Entry[]} entries
   */
  reaches(entries) {
    return (
      !!this.read([...this.entries.values(), ...entries]) &&
      entries.every(({ feed }) => !this.position || !newer(this.position, feed.at))
    );
  }

  /** How far everything has been read; undefined while some read one log, and some another. */
  read(entries = [...this.entries.values()]) {
    const ats = entries.map(({ feed }) => feed.at);
    return ats.every((at) => at && epoch(at) == epoch(ats[0])) ? ats.reduce(older, ats[0]) : undefined;
  }

  /** Sends what is due, and confirms what has begun. */
  flush() {
    if (this.ended) return;
    this.release();
    let waits = false;
    for (const [id, entries] of this.commands) {
      if (entries.every(({ feed }) => feed.live)) {
        if (this.reaches(entries)) this.confirm(id, entries);
        else waits = true;
      }
    }
    // What is missing may be read without a message.
    if (waits || this.held.size) {
      this.later ??= setTimeout(() => {
        this.later = undefined;
        this.flush();
      }, 50);
    }
    this.post();
  }

  /** @param {boolean} [all] */
  release(all) {
    const read = this.read();
    if (!all && (!read || (read == this.position && !this.held.size))) return;
    const due = [...this.held.values()].filter(
      ({ cursor }) => all || epoch(cursor) != epoch(read) || !newer(cursor, read),
    );
    due.sort((a, b) => (newer(a.cursor, b.cursor) ? 1 : -1));
    for (const message of due) {
      this.held.delete(/** @type {string} */ (message.cursor));
      this.out.push(message);
    }
    this.position = read ?? this.position;
  }

  /**
   * @param {any} id
   * @param {Entry[]} entries
   */
  confirm(id, entries) {
    this.commands.delete(id);
    let cursor = /** @type {string} */ (entries[0].feed.at);
    for (const entry of entries) {
      const { channel, feed } = entry;
      const before = this.entries.get(channel);
      this.entries.set(channel, entry);
      before?.feed.leave(before);
      if (newer(feed.at, cursor)) cursor = /** @type {string} */ (feed.at);
    }
    this.position = this.read();
    this.out.push(this.sign(), { type: 'ok', id, cursor });
  }

  /**
   * The server allows an entry no more, or never did.
   * @param {Entry} entry
   * @param {any} [why]
   */
  refuse(entry, why) {
    const id = this.commandOf(entry);
    const { code, message } = why ?? {};
    // The client attaches again, and learns which one is meant.
    if (id === undefined) return this.end({ type: 'down', code: 4105 });
    // All clients together may want too much: then this one tries for itself.
    if (/^(bad-request|too-large)$/.test(code)) return this.end({ type: 'full' });
    this.drop(id);
    this.push({ type: 'error', id, code, message });
  }

  /** @param {api.Gap} gap */
  gap(gap) {
    if (gap == this.missed) return;
    this.missed = gap;
    const names = [...this.entries.keys(), ...[...this.commands.values()].flat().map(({ channel }) => channel)];
    const { reason, missed } = gap;
    if (/^(epoch|unknown)$/.test(reason)) this.release(true);
    this.push({ type: 'gap', channels: gap.channels.filter((name) => names.includes(name)), reason, missed });
  }

  /** A sign of life. A heartbeat also says that the server can be heard. */
  sign() {
    const { state, transport } = this.leader.upstream;
    return { type: state == 'connected' ? 'heartbeat' : 'alive', cursor: this.position, name: transport };
  }

  /** Asks the client for a sign of life, too. */
  beat() {
    if (++this.beats > MOST_BEATS) return this.end({ type: 'down', code: 'unavailable' });
    this.push(this.sign());
    // A part of the answer, so that the client does not give up waiting for it.
    for (const id of this.commands.keys()) this.push({ type: 'message', channel: '', replay: id });
  }

  /** @param {object} frame */
  push(frame) {
    this.out.push(frame);
    this.plan();
  }

  /** Sends what comes at the same time together. */
  plan() {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      this.flush();
    });
  }

  post() {
    const { leader, out: messages } = this;
    if (!messages.length || this.ended) return;
    this.out = [];
    const before = this.sent;
    this.sent += messages.length;
    if (this.sent > MOST_FRAMES) return this.end({ type: 'down', code: 'unavailable' });
    if (Math.floor(this.sent / MANY) > Math.floor(before / MANY)) messages.push(this.sign());
    this.port.postMessage({ from: leader.id, messages });
  }

  /** @param {api.Frame} [last] why */
  end(last) {
    if (this.ended) return;
    this.ended = true;
    if (last) this.port.postMessage({ from: this.leader.id, messages: [...this.out, last] });
    clearTimeout(this.later);
    this.port.close();
    this.leader.sessions.delete(this.id);
    for (const entry of [...this.entries.values(), ...[...this.commands.values()].flat()]) entry.feed.leave(entry);
    this.entries.clear();
    this.commands.clear();
  }
}
