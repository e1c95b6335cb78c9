/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Presence } from './later/presence.js' */
import { MOST_EVENTS } from './constants.js';
import { failure } from './failure.js';
import { Listeners } from './listeners.js';

/** A subscription as the client keeps it: a cursor over the server's log. */
export class Subscription {
  /** A promise: everything up to this was delivered. Reading resumes from it. @type {string | undefined} */
  at;
  /** The newest message that was delivered; one that is not newer is a duplicate. @type {string | undefined} */
  seen;
  /** @type {api.SubscriptionState} */
  state = 'connecting';
  /** Without a handler: the messages that the loop has not taken. @type {api.Message[]} */
  held = [];
  /** The loop's requests that wait for a message. @type {(() => void)[]} */
  takers = [];
  iterated = false;
  /** Who is there, as last reported. @type {ReturnType<Presence['channels']['get']>} */
  present;
  /** Aborted when the subscription has ended. */
  ended = new AbortController();
  /** Full: it receives nothing until the loop has taken half. */
  behind = false;

  /**
   * @param {Client} client gets the exceptions that callbacks throw
   * @param {string} channel
   * @param {api.SubscribeOptions} options
   * @param {((message: api.Message) => void) | undefined} handler
   */
  constructor(client, channel, { last, events, cursor, presence }, handler) {
    this.maxHeld = client.options.maxHeld;
    this.channel = channel;
    this.last = last;
    this.events = events && [...events];
    this.cursor = cursor;
    this.presence = !!presence;
    this.handler = handler;
    this.listeners = new Listeners((error, type) => {
      client.emit('error', error);
      if (type != 'error') this.listeners.emit('error', error);
    });
    const pattern = channel.replace(/\./g, '\\.').replace('**', '.+').replace(/\*/g, '[^.]+');
    this.pattern = RegExp(`^${pattern}$`);
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  /** Where reading begins, as a query. */
  get start() {
    const cursor = this.at || this.cursor;
    return cursor ? { cursor } : { last: this.last };
  }

  /** The start as text: equal for subscriptions that start from the same place. */
  get begins() {
    return JSON.stringify(this.start);
  }

  /** @param {api.Frame} message */
  wants({ channel, event = 'message' }) {
    return this.pattern.test(channel) && (!this.events || this.events.includes(event));
  }

  /** @param {api.SubscriptionState} state */
  become(state) {
    if (this.state == state || this.state == 'refused' || this.state == 'closed') return;
    this.state = state;
    if (state == 'live') this.settle?.resolve(undefined);
    this.listeners.emit('state', state);
  }

  /**
   * @param {'refused' | 'closed'} state
   * @param {Error} [error] why, unless the application has asked for it
   */
  end(state, error) {
    if (this.ended.signal.aborted) return;
    this.settle?.reject(error ?? failure('closed', { channels: [this.channel] }));
    if (error) this.listeners.emit('error', error);
    this.become(state);
    this.ended.abort();
    this.error = error;
    this.held = [];
    for (const taker of this.takers.splice(0)) taker();
  }

  /** @param {api.Message} message */
  deliver(message) {
    if (this.handler) return this.listeners.call(this.handler, message);
    this.held.push(message);
    this.behind = this.held.length >= this.maxHeld;
    this.takers.shift()?.();
  }

  /** @returns {Promise<IteratorResult<api.Message>>} */
  async take() {
    while (!this.held[0]) {
      const { error } = this;
      this.error = undefined;
      if (error) throw error;
      if (this.state == 'refused' || this.state == 'closed') return { done: true, value: undefined };
      await new Promise((resolve) => this.takers.push(() => resolve(undefined)));
    }
    return { done: false, value: /** @type {api.Message} */ (this.held.shift()) };
  }
}

/** @param {Subscription[]} subs */
export const names = (subs) => [...new Set(subs.map((sub) => sub.channel))];

/**
 * Of which channels they want to know who is there: true for all, or a list.
 * @param {Subscription[]} subs
 */
export const present = (subs) => {
  const some = names(subs.filter(({ presence }) => presence));
  const list = some.join();
  // Alone, a channel with one of these names would have another meaning.
  return some[0] && (!!some[names(subs).length - 1] || (/^(true|false|members)$/.test(list) ? list + ',' + list : list));
};

/**
 * The event filter that lets through every event that one of them wants. Undefined, so no filter, if one wants
 * all, if there are more than the server takes, or if a name has a comma, which separates the names in a URL.
 * @param {Subscription[]} subs
 */
export const filter = (subs) => {
  const list = [...new Set(subs.flatMap((sub) => sub.events ?? []))];
  const fits = subs.every((sub) => sub.events) && !list[MOST_EVENTS] && !list.some((event) => /,/.test(event));
  return fits ? list : undefined;
};

/**
 * @param {Subscription[]} subs
 * @param {(sub: Subscription) => string} key
 */
export const group = (subs, key) => {
  /** @type {Record<string, Subscription[]>} */
  const groups = {};
  for (const sub of subs) {
    const name = key(sub);
    (groups[name] = groups[name] ?? []).push(sub);
  }
  return Object.values(groups);
};
