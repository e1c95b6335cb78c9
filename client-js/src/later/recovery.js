// How subscriptions begin when they cannot begin together, with the attach itself: by polling. Loaded on demand.

/** @import * as api from '../../millrace.js' */
/** @import { Connection } from '../connection.js' */
/** @import { Subscription } from '../subscription.js' */
/** @import { Subscriptions } from '../subscriptions.js' */
import { epoch, newer } from '../cursor.js';
import { ANOTHER_LOG, concerning, failure } from '../failure.js';
import { isFinal } from './refusal.js';
import { batchOf } from './requests.js';
import { filter, group, names, present } from '../subscription.js';

/**
 * @param {Subscriptions} subscriptions
 * @param {Subscription[]} some
 * @param {api.SubscribeOptions} start
 * @param {Connection} conn
 */
const ask = async (subscriptions, some, start, conn) => {
  const { http, id, options } = subscriptions.client;
  const query = { channels: names(some), events: filter(some), presence: present(some), ...start, client: id };
  // The request ends with its connection, or when no answer arrives in time. Some browsers lack AbortSignal.any.
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
};

/**
 * Gets the messages that are held for these, and the cursor to continue from.
 * @param {Subscriptions} subscriptions
 * @param {Subscription[]} some
 * @param {Connection} conn the connection that needs it; the requests end with it
 */
export const catchUp = async (subscriptions, some, conn) => {
  let start = /** @type {api.SubscribeOptions} */ (some[0].start);
  for (;;) {
    const { messages, gap, cursor, more } = await ask(subscriptions, some, start, conn);
    if (epoch(cursor) != (subscriptions.epoch ?? epoch(cursor))) throw failure(...ANOTHER_LOG);
    if (gap) subscriptions.gap(gap, some);
    // A subscription that began on another connection in the meantime must not skip to this cursor.
    some = some.filter(({ at }) => !at || (start.cursor && !newer(start.cursor, at)));
    for (const sub of some) {
      for (const message of messages) subscriptions.hand(sub, message);
      if (!sub.behind && newer(cursor, sub.at)) sub.at = sub.seen = cursor;
    }
    some = some.filter((sub) => subscriptions.all.has(sub) && !sub.behind);
    if (!more || !some[0]) return;
    start = { cursor };
  }
};

/**
 * An attach by URL has one cursor for all its channels: the oldest. A subscription that has read further drops the
 * messages that it has seen. New subscriptions catch up before that, unless the server must first say whether our
 * cursors are still valid.
 * @param {Subscriptions} subscriptions
 * @param {Connection} conn
 * @param {(sub: Subscription) => unknown} known
 */
export const prove = async (subscriptions, conn, known) => {
  const fresh = subscriptions.wanted.filter((sub) => subscriptions.doubted || !known(sub));
  for (const some of group(fresh, (sub) => sub.begins)) {
    await subscriptions.establish(some, (these) => catchUp(subscriptions, these, conn));
  }
  if (subscriptions.doubted) {
    // Each may be read, but all of them together may be too many: then the newest are refused.
    /** @type {Subscription[]} */
    const fit = [];
    await subscriptions.establish(subscriptions.wanted.filter(known), async (these) => {
      await ask(subscriptions, [...fit, ...these], {}, conn);
      fit.push(...these);
    });
  }
  subscriptions.doubted = false;
};

/**
 * Subscriptions could not begin. If the server has refused them, tries each half, because one may be refused for all; unless it
 * refuses the user.
 * @param {Subscriptions} subscriptions
 * @param {Subscription[]} some
 * @param {(some: Subscription[]) => Promise<void>} how
 * @param {any} why
 */
export const divide = async (subscriptions, some, how, why) => {
  if (!isFinal(subscriptions.client, why)) throw why;
  if (!some[1] || why.code == 'unauthorized') return refuse(subscriptions, some, why);
  subscriptions.doubted = true;
  const half = some.length >> 1;
  await subscriptions.establish(some.slice(0, half), how);
  await subscriptions.establish(some.slice(half), how);
};

/**
 * @param {Subscriptions} subscriptions
 * @param {Subscription[]} some
 * @param {any} why
 */
export const refuse = (subscriptions, some, why) => {
  const { client, wanted } = subscriptions;
  // Whoever subscribes again when told does not wait for what was refused.
  if (wanted.every((sub) => some.includes(sub))) client.negotiation.pause('idle');
  for (const sub of some) {
    const error = concerning(why, [sub.channel]);
    client.debug('refused', { ...error });
    subscriptions.remove(sub, 'refused', error);
    client.emit('error', error);
  }
};
