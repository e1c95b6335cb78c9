/** @import { Client } from '../client.js' */
/** @import { Connection } from '../connection.js' */
/** @import { Negotiation } from '../negotiation.js' */
import { PONG } from '../constants.js';
import { FOREIGN, failure, own } from '../failure.js';
import { TRANSPORTS } from '../negotiation.js';
import { refuse } from './recovery.js';

/**
 * Asks the server, by a small request, which transports it offers. Rejects if it cannot be reached.
 * @param {Negotiation} negotiation
 */
export const reach = async (negotiation) => {
  const signal = AbortSignal.timeout(PONG);
  const { version, transports = [] } = await (await negotiation.client.http.request('/negotiate', undefined, { signal })).json();
  if (!(version > 0)) throw failure(FOREIGN);
  const offered = transports.map((/** @type {{ name: string }} */ { name }) => name);
  negotiation.off = new Set(offered[0] && TRANSPORTS.map(({ name }) => name).filter((name) => !offered.includes(name)));
  return true;
};

/**
 * Browsers do not say why a WebSocket or an EventSource was refused: asks in another way.
 * @param {Client} client
 * @param {Connection} conn
 */
export const explain = async (client, conn) => {
  const { negotiation, subscriptions, timers, tokens } = client;
  if (!conn.transport.duplex) {
    subscriptions.doubted = true;
    return;
  }
  try {
    await reach(negotiation);
    if (timers.has('round') && tokens.last?.token != conn.token) negotiation.begin();
  } catch (error) {
    if (client.isFinal(error)) refuse(subscriptions, subscriptions.wanted, error);
    else negotiation.tell(error);
  }
};

/**
 * Counts a fault of a transport, unless it is the whole network that does not work. If all transports are in doubt,
 * all are forgiven.
 * @param {Negotiation} negotiation
 * @param {string} name
 * @param {number} fault
 * @param {unknown} [works] whether it is known that the network works
 */
export const blame = async (negotiation, name, fault, works) => {
  if (!works) works = await reach(negotiation).catch((error) => own(error)[0]);
  if (!works) return;
  const { memory, transports } = negotiation;
  memory.faults.set(name, { score: memory.score(name) + fault, time: Date.now() });
  if (transports.every((one) => memory.proof(one.name))) memory.faults.clear();
  memory.save();
};
