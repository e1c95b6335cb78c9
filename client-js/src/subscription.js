/** @import * as api from '../millrace.js' */

/** A subscription as the client keeps it: a cursor over the server's log. */
export class Subscription {
  /** A promise: all up to here was delivered. Reading resumes from it. @type {string | undefined} */
  at = undefined;
  /** The newest message that was delivered; what is not newer is a double. @type {string | undefined} */
  seen = undefined;

  /**
   * @param {string} channel
   * @param {api.SubscribeOptions} options
   * @param {(message: api.Message) => void} handler
   */
  constructor(channel, { last, events, cursor } = {}, handler) {
    this.channel = channel;
    this.last = last;
    this.events = events;
    this.cursor = cursor;
    this.handler = handler;
    const pattern = channel.replace(/\./g, '\\.').replace('**', '.+').replace(/\*/g, '[^.]+');
    this.pattern = RegExp(`^${pattern}$`);
  }

  /** Where reading begins, as a query. */
  get start() {
    const cursor = this.at || this.cursor;
    return cursor ? { cursor } : { last: this.last };
  }

  /** The same for those that begin alike. */
  get begins() {
    return JSON.stringify(this.start);
  }

  /** @param {api.Frame} message */
  wants({ channel, event = 'message' }) {
    return this.pattern.test(channel) && (!this.events || this.events.includes(event));
  }
}

/** @param {Subscription[]} subs */
export const names = (subs) => [...new Set(subs.map((sub) => sub.channel))];

/**
 * The event filter that lets through what any of them wants.
 * @param {Subscription[]} subs
 */
export const filter = (subs) =>
  subs.every((sub) => sub.events) ? [...new Set(subs.flatMap((sub) => sub.events ?? []))] : undefined;

/**
 * @param {Subscription[]} subs
 * @param {(sub: Subscription) => string} key
 */
export const group = (subs, key) => {
  /** @type {Record<string, Subscription[]>} */
  const groups = {};
  for (const sub of subs) (groups[key(sub)] ??= []).push(sub);
  return Object.values(groups);
};
