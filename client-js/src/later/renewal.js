/** @import { Client } from '../client.js' */
/** @import { Tokens } from '../tokens.js' */
import { RENEW } from '../constants.js';

/**
 * Plans to ask for another token.
 * @param {Client} client
 * @param {number} ms
 */
const plan = (client, ms) => {
  const due = Date.now() + ms;
  client.timers.start('token', ms, () => {
    const left = due - Date.now();
    if (left > 0) plan(client, left);
    else renew(client);
  });
};

/**
 * Changes the connection to a new token: in band or, if that is not possible, by attaching again before it is left.
 * @param {Client} client
 */
const renew = async (client) => {
  const { negotiation, tokens } = client;
  const { current } = negotiation;
  if (!current) return;
  try {
    const token = await tokens.ask();
    if (current != negotiation.current) return;
    if (!current.open) return negotiation.open(current.transport);
    current.token = token;
    await current.ask({ type: 'auth', token });
  } catch (/** @type {any} */ error) {
    // The server takes tokens only when a connection opens.
    if (error.code == 'bad-request') return negotiation.open(current.transport);
    if (error.code) client.emit('error', error);
    plan(client, client.backoff(tokens.attempt++, error.after));
  }
};

/**
 * The server says until when a connection may use its token. The difference between the server's clock and ours
 * does not matter.
 * @param {Client} client
 * @param {any} frame
 * @param {string | undefined} token
 */
export const learn = (client, { expires, now = Date.now() }, token) => {
  const { tokens } = client;
  if (!tokens.renewable) return;
  const left = expires - now;
  if (tokens.last?.token == token) /** @type {any} */ (tokens.last).end = Date.now() + left;
  tokens.attempt = 0;
  // Not all clients at once, and before the end also if the function takes a while.
  plan(client, Math.max(RENEW, left * (0.7 + Math.random() / 5) || 0));
};

/**
 * The server has refused a token, or says that it has expired.
 * @param {Tokens} tokens
 * @param {string | undefined} token
 * @returns {boolean} whether another one can be tried now: a new one at most once a second
 */
export const refused = (tokens, token) => {
  if (!tokens.renewable) return false;
  if (tokens.last?.token != token) return true;
  const now = Date.now();
  if (now - tokens.forgot < RENEW) return false;
  tokens.forgot = now;
  tokens.last = undefined;
  return true;
};
