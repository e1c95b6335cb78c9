/** @import { Client } from '../client.js' */

/**
 * Plans to ask for another token.
 * @param {Client} client
 * @param {number} ms
 */
export const plan = (client, ms) => {
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
