// What the client does when a connection fails, so that one that works takes over. Loaded on demand.

/** @import { Connection } from '../connection.js' */
/** @import { Negotiation } from '../negotiation.js' */
import * as times from '../constants.js';
import { concerning, failure } from '../failure.js';
import { names } from '../subscription.js';
import { blame, explain, reach } from './reach.js';
import { isFinal, own } from './refusal.js';
import { refused } from './renewal.js';
import { tick } from './waking.js';

/** The close codes that say the same as a reason to part. @type {Record<string, number>} */
const REASONS = { 'transport switched off': 4102, 'expired': 4103, 'revoked': 4105, 'disconnected': 4001 };

/**
 * A connection has ended, or cannot be made.
 * @param {Negotiation} negotiation
 * @param {Connection} conn
 * @param {any} [why]
 * @param {boolean} [silent] something that was due did not arrive
 */
export const down = (negotiation, conn, why, silent) => {
  const { client } = negotiation;
  const { subscriptions, tokens } = client;
  const { bye } = conn;
  const { code, status, after } = { ...(bye && { code: REASONS[bye.reason] ?? 4200, after: bye.after }), ...why };
  const lost = conn == negotiation.current;
  const lived = Date.now() - /** @type {number} */ (conn.first);
  const said = bye || code >= 4000 || code == 1001 || own(why)[0];
  if (silent) blameSilent(negotiation, conn);
  // It died young, and not because the server said so.
  else if (lived < times.STABLE && !said) accuse(negotiation, conn, lived < times.EARLY ? 1 : 0.5);
  const reason = why?.message ?? (code ? `closed with ${code}` : 'ended');
  client.debug('down', { transport: conn.name, code, status, reason });
  if (lost) negotiation.need = { time: Date.now(), why: `${conn.name} was lost: ${reason}` };
  negotiation.drop(conn);
  if (Math.floor(code / 100) == 40) {
    return negotiation.fail(failure('ended by the server', { code: code == 4001 ? 'disconnected' : code }));
  }
  if (/^(4102|transport-off|not-found)$/.test(code)) negotiation.off.add(conn.name);
  if (code == 4103 || code == 'unauthorized') refused(tokens, conn.token);
  negotiation.after = Math.min(after || 0, times.LONGEST_AFTER) || negotiation.after;
  if (code == 4105 || status == 204 || isFinal(client, why)) subscriptions.doubted = true;
  if (!lost) return miss(negotiation, conn, why);
  // It may continue at once, with another token or with what is still allowed.
  const changed = /^410[35]$/.test(code) || own(why)[2];
  if (lived > (changed ? times.RENEW : times.STABLE)) negotiation.attempt = 0;
  // The attach worked, so the back-off does not grow.
  else if (!changed) negotiation.attempt = Math.min(negotiation.attempt, 1);
  retry(negotiation, said, changed || Math.floor(code / 100) == 42);
};

/**
 * Counts a connection's silence against its transport. Some proxies pass a first block, or a little more, and hold
 * back the rest. If such a transport were used again and again, one that works would not get its turn.
 * @param {Negotiation} negotiation
 * @param {Connection} conn
 */
const blameSilent = (negotiation, conn) => {
  const { current, memory } = negotiation;
  if (conn == current) accuse(negotiation, conn, conn.shown < times.PROOF ? 1.5 : 1);
  else if (current) accuse(negotiation, conn, Math.max(0, times.MUTE - memory.score(conn.name)), true);
};

/**
 * @param {Negotiation} negotiation
 * @param {Connection} conn
 * @param {number} fault
 * @param {boolean} [known] whether it is known that the network works
 */
const accuse = (negotiation, { name }, fault, known) => {
  if (negotiation.searching != 'paused') blame(negotiation, name, fault, known);
};

/**
 * A candidate has failed: brings the next one forward or, if there is none, plans another round.
 * @param {Negotiation} negotiation
 * @param {Connection} conn
 * @param {any} why
 */
const miss = (negotiation, conn, why) => {
  const { client, current, failed, queue, tries } = negotiation;
  const { subscriptions, timers } = client;
  // A refused EventSource does not say why.
  const refusal = isFinal(client, why) || (!why && !conn.first && !conn.transport.duplex);
  const last = !current && !queue[0] && !tries.size;
  if (current?.transport == conn.transport) negotiation.failed = true;
  // What was lost is tried again first: that may show which subscription is meant.
  if (refusal && (negotiation.failed || conn.direct)) subscriptions.doubted = true;
  // Asks again at once, for each subscription alone, because one may be refused for all.
  if (conn.direct && !current && (isFinal(client, why) || (refusal && last))) return negotiation.begin();
  negotiation.why = why;
  if (queue[0]) return negotiation.next();
  for (const other of tries) negotiation.consider(other);
  if (!tries.size && (!current || failed)) tell(negotiation);
  if (negotiation.current != current || (current ? tries.size : timers.has('round'))) return;
  if (current) {
    // The application does not want to stay where it is.
    if (!negotiation.transports.includes(current.transport)) timers.start('probe', client.backoff(), () => probe(negotiation));
    if (!timers.has('sync')) subscriptions.sync(client.backoff(failed ? 3 : 0, negotiation.after));
    negotiation.after = 0;
    return;
  }
  if (!why && !conn.first) explain(client, conn);
  negotiation.off.clear();
  retry(negotiation, own(why)[0]);
};

/**
 * A candidate that is still silent is given its time. But if all hang, the network may work again, and what was
 * sent into the hole never arrives: then one is opened again in each round, the one that has waited longest.
 * @param {Negotiation} negotiation
 */
export const renew = ({ queue, transports, tries }) => {
  const [eldest] = [...tries].filter(({ first }) => !first);
  const patience = times.FIRST_FRAME / transports.length;
  if (eldest && !queue[0] && Date.now() - eldest.opened >= patience) queue.push(eldest.transport);
};

/**
 * Reports a failed round. An answer from something in between is not a refusal, but the application should know.
 * @param {Negotiation} negotiation
 * @param {any} [why]
 */
export const tell = (negotiation, why = negotiation.why) => {
  const { client } = negotiation;
  const status = why?.status;
  if (!/^4(?!08|29)/.test(status) || status == negotiation.told) return;
  negotiation.told = status;
  client.emit('error', concerning(why, names(client.subscriptions.wanted)));
};

/**
 * Plans another round, because nothing delivers. While the user waits, it is soon: the network may work again at any
 * moment. The back-off grows if Millrace itself asks for time, if nobody looks, or after a long outage.
 * @param {Negotiation} negotiation
 * @param {unknown} said whether Millrace itself has said something
 * @param {unknown} [now] whether there is no need to wait
 */
export const retry = (negotiation, said, now) => {
  const { after, attempt, client, searching } = negotiation;
  const lasted = Date.now() - (negotiation.need?.time ?? 0);
  const soon = !said && !globalThis.document?.hidden && lasted < times.OUTAGE;
  client.timers.stop('probe');
  client.become(searching);
  let ms = client.backoff(soon ? 0 : attempt, after);
  if (now && !attempt && !after) ms = 0;
  // The browser may be wrong about the network, so keep trying, but rarely.
  if (searching == 'paused') ms = Math.max(client.options.maxDelay * (1 - Math.random() / 4), after);
  if (!soon) negotiation.attempt++;
  negotiation.after = 0;
  negotiation.plan(ms);
};

/**
 * A connection has taken over.
 * @param {Negotiation} negotiation
 * @param {Connection} conn
 * @param {Connection} [old] the one before, unless that had ended
 */
export const settle = (negotiation, conn, old) => {
  if (conn != negotiation.current) return;
  tick(negotiation.client);
  if (old?.transport != conn.transport) plan(negotiation, times.FIRST_PROBE);
};

/**
 * Plans to try better transports.
 * @param {Negotiation} negotiation
 * @param {number} ms
 */
export const plan = (negotiation, ms) => {
  negotiation.pace = ms;
  negotiation.client.timers.start('probe', ms, () => probe(negotiation));
};

/** Tries the transports that are better than the current one, again and again. @param {Negotiation} negotiation */
export const probe = (negotiation) => {
  const { off } = negotiation;
  const race = () => {
    if (negotiation.current) negotiation.race();
  };
  plan(negotiation, Math.min(2 * negotiation.pace, times.LONGEST_PROBE));
  // What was switched off may be offered again.
  if (off.size) reach(negotiation).catch(() => negotiation.off.clear()).then(race);
  else race();
};
