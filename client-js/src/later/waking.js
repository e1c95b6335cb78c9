// What the client does when the page or the network has changed. Loaded on demand.

/** @import { Client } from '../client.js' */
import { FIRST_PROBE, TICK } from '../constants.js';
import { probe } from './failing.js';

/**
 * The page or the network has changed: checks the connection at once.
 * @param {Client} client
 * @param {{ type: string }} event
 */
export const wake = (client, { type }) => {
  const { liveness, negotiation, publishing, subscriptions, timers } = client;
  const { current } = negotiation;
  client.debug(type);
  if (type == 'pagehide') {
    negotiation.away = true;
    return negotiation.pause('paused');
  }
  if (type == 'offline') return offline(client);
  if (globalThis.document?.hidden) return;
  publishing.retry();
  if (!current) return hurry(client);
  if (timers.has('sync')) subscriptions.sync();
  const quiet = Date.now() - /** @type {number} */ (current.first) - current.shown;
  if (current.handle?.send || type == 'online' || quiet > current.heartbeat) liveness.check(current);
  if (type == 'online') {
    client.become('connected');
    negotiation.pace = FIRST_PROBE;
    probe(negotiation);
  }
};

/** Notices by the clock that the machine has slept: the page's events and its timers may not say so. @param {Client} client */
export const tick = (client) => {
  const due = Date.now() + TICK;
  client.timers.start('tick', TICK, () => {
    tick(client);
    if (Date.now() > due + TICK) wake(client, { type: 'slept' });
  });
};

/** The browser says that it is offline. It may be wrong: a connection that still answers is kept. @param {Client} client */
const offline = (client) => {
  const { current } = client.negotiation;
  if (!/^connect/.test(client.state)) return;
  client.become('paused');
  if (current) client.liveness.check(current);
};

/** Something has changed: does not wait for the next round. @param {Client} client */
const hurry = ({ negotiation, state }) => {
  negotiation.attempt = 0;
  if (state == 'paused') negotiation.stop();
  if (!negotiation.tries.size) negotiation.begin();
};
