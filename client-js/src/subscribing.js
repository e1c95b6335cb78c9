/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
import { failure } from './failure.js';
import { Subscription } from './subscription.js';

const CHANNEL = /^[\w*-]+(\.[\w*-]+)*$/;

/**
 * Refuses a subscription that could not be sent at once, so that it does not hold up the others.
 * @param {unknown} channel
 * @param {any} options
 * @param {unknown} handler
 */
const check = (channel, { last, events, cursor, presence }, handler) => {
  if (typeof channel != 'string' || channel.length > 200 || !CHANNEL.test(channel)) {
    throw TypeError(`Not a channel or pattern: ${String(channel)} (encodeSegment makes a segment of any text)`);
  }
  if (handler != null && typeof handler != 'function') throw TypeError('The handler must be a function');
  if (last != null && !Number.isInteger(last)) throw TypeError('last must be a whole number');
  if (cursor != null && typeof cursor != 'string') throw TypeError('cursor must be a string');
  if (presence && /\*/.test(channel)) throw TypeError('presence needs a channel, not a pattern');
  if (events != null && (!Array.isArray(events) || events.some((event) => typeof event != 'string'))) {
    throw TypeError('events must be an array of strings');
  }
};

/**
 * Subscribes, and returns the subscription as the application sees it.
 * @param {Client} client
 * @param {string} channel
 * @param {any} options
 * @param {((message: api.Message) => void) | undefined} handler
 * @returns {any}
 */
export const subscribe = (client, channel, options, handler) => {
  const { subscriptions } = client;
  check(channel, options, handler);
  const sub = new Subscription(client, channel, options, handler);
  const unsubscribe = () => subscriptions.remove(sub, 'closed');
  const { signal } = options;
  signal?.addEventListener('abort', unsubscribe, { signal: sub.ended.signal });
  if (signal?.aborted) unsubscribe();
  else subscriptions.add(sub);

  /** @type {any} */
  const subscription = {
    get cursor() {
      return sub.at;
    },
    get state() {
      return sub.state;
    },
    ready: sub.ready.then(() => subscription),
    /**
     * @param {string} type
     * @param {(detail: any) => void} listener
     */
    on: (type, listener) => sub.listeners.add(type, listener),
    unsubscribe,
    [Symbol.asyncIterator]() {
      if (handler || sub.iterated) {
        throw failure('Subscribe once for each loop, without a handler');
      }
      sub.iterated = true;
      return iterator;
    },
  };
  const iterator = {
    async next() {
      const taken = await sub.take();
      if (sub.behind && sub.held.length <= sub.maxHeld / 2) subscriptions.resume(sub);
      return taken;
    },
    async return() {
      unsubscribe();
      return { done: true, value: undefined };
    },
  };
  // An application that does not use `ready` need not handle its rejection.
  subscription.ready.catch(() => {});
  return subscription;
};
