// How subscriptions begin where they stand in a URL. Loaded on demand.

/** @import * as api from '../../millrace.js' */
/** @import { Connection } from '../connection.js' */
/** @import { Subscription } from '../subscription.js' */
/** @import { Subscriptions } from '../subscriptions.js' */
import { epoch, newer, older } from '../cursor.js';
import { failure } from '../failure.js';
import { filter, group, names, present } from '../subscription.js';
import { prove } from './recovery.js';

/**
 * Prepares the query of an attach by URL. If all subscriptions begin at the same place, they begin with it.
 * @param {Subscriptions} subscriptions
 * @param {Connection} conn
 * @returns {Promise<api.Attach>}
 */
export const prepare = async (subscriptions, conn) => {
  const { client, doubted, wanted } = subscriptions;
  const { current } = client.negotiation;
  /** @param {Subscription} sub */
  const known = ({ at }) => at && epoch(at) == subscriptions.epoch;
  const begins = !current && !wanted.some(known);
  const direct = begins && !doubted && !group(wanted, (sub) => sub.begins)[1];
  if (direct) conn.direct = (cursor) => begun(client.negotiation.all, conn, cursor);
  else if (current || begins || doubted) await prove(subscriptions, conn, known);
  const ready = direct ? wanted : subscriptions.wanted.filter(known);
  if (!ready[0]) throw failure('nothing to read');
  for (const sub of ready) {
    conn.subs.add(sub);
    if (sub.at && newer(sub.at, sub.seen)) sub.seen = sub.at;
  }
  const start = direct ? ready[0].start : { cursor: ready.map((sub) => sub.at).reduce(older) };
  return { channels: names(ready), events: filter(ready), presence: present(ready), ...start };
};

/**
 * Whether subscriptions of a connection, which would begin with it, have begun on another one before this place.
 * @param {Connection[]} all
 * @param {Connection} conn
 * @param {string} [cursor]
 */
const begun = (all, conn, cursor) => {
  const others = all.filter((other) => other != conn && other.first);
  return [...conn.subs].some((sub) => (sub.at ? newer(cursor, sub.at) : others.some(({ subs }) => subs.has(sub))));
};

/**
 * Attaches again if a connection does not carry what is wanted now: with its transport or, if that has failed, with any.
 * @param {Subscriptions} subscriptions
 * @param {Connection} current
 */
export const follow = ({ client, wanted }, { subs, transport }) => {
  const { negotiation } = client;
  if (subs.size == wanted.length && wanted.every((sub) => subs.has(sub))) return;
  if (!negotiation.failed) negotiation.open(transport);
  else if (!negotiation.tries.size && !negotiation.queue[0]) negotiation.race('', true);
};
