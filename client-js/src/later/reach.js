/** @import { Client } from '../client.js' */
/** @import { Connection } from '../connection.js' */
/** @import { Memory } from '../memory.js' */
/** @import { Negotiation } from '../negotiation.js' */
import { DOUBT, PONG, TRUST } from '../constants.js';
import { FOREIGN, failure } from '../failure.js';
import { tell } from './failing.js';
import { isFinal, own } from './refusal.js';
import { TRANSPORTS } from '../negotiation.js';
import { refuse } from './recovery.js';

/**
 * Asks the server, by a small request, which transports it offers. Rejects if it cannot be reached.
 * @param {Negotiation} negotiation
 * @param {number} [ms] how long the answer may take
 */
export const reach = async (negotiation, ms = PONG) => {
  const signal = AbortSignal.timeout(ms);
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
    if (isFinal(client, error)) refuse(subscriptions, subscriptions.wanted, error);
    else tell(negotiation, error);
  }
};

/**
 * A stream is silent, though its frames followed one another fast. Small requests find out whether the network works.
 * When it does again after it did not, the stream may be dead: then it is opened again before it is left.
 * @param {Negotiation} negotiation
 * @param {Connection} conn
 */
export const doubt = async (negotiation, conn) => {
  const { client } = negotiation;
  const { shown, trusted } = conn;
  /** @param {number} ms */
  const wait = (ms) => new Promise((resolve) => client.timers.start('doubt', ms, () => resolve(undefined)));
  const silent = () => conn == negotiation.current && conn.shown == shown;
  await wait(Math.max(0, trusted + TRUST - Date.now()));
  for (let broken = false; silent(); broken = true) {
    client.debug('doubt', { transport: conn.name });
    if (await works(negotiation, DOUBT)) {
      conn.trusted = Date.now();
      if (broken && silent()) negotiation.open(conn.transport);
      return;
    }
    await wait(DOUBT / 4);
  }
};

/**
 * Whether Millrace answers a small request, if only with a refusal.
 * @param {Negotiation} negotiation
 * @param {number} [ms] how long that may take
 */
const works = (negotiation, ms) => reach(negotiation, ms).catch((error) => own(error)[0]);

/**
 * Counts a fault of a transport, unless it is the whole network that does not work. If all transports are in doubt,
 * all are forgiven.
 * @param {Negotiation} negotiation
 * @param {string} name
 * @param {number} fault
 * @param {unknown} [known] whether it is known that the network works
 */
export const blame = async (negotiation, name, fault, known) => {
  if (!(known || (await works(negotiation)))) return;
  const { memory, transports } = negotiation;
  memory.faults.set(name, { score: memory.score(name) + fault, time: Date.now() });
  if (transports.every((one) => memory.proof(one.name))) memory.faults.clear();
  memory.save();
};

/**
 * Forgets the faults of a connection's transport.
 * @param {Memory} memory
 * @param {Connection} conn
 */
export const forgive = (memory, { name }) => {
  if (memory.faults.delete(name)) memory.save();
};
