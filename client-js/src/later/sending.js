/** @import { Client } from '../client.js' */
/** @import { Publishing } from '../publishing.js' */
import { PONG } from '../constants.js';
import { FOREIGN, concerning, failure } from '../failure.js';
import { bodyOf } from './payload.js';
import { own } from './refusal.js';

/**
 * Sends over the connection if that is duplex. Every second try uses POST, in case the connection cannot carry
 * this message.
 * @param {Client} client
 * @param {object} body
 * @param {number} tries
 * @returns {Promise<string | undefined>} the message's name
 */
const post = async ({ http, id, liveness, negotiation }, body, tries) => {
  const { current } = negotiation;
  const text = JSON.stringify(body);
  // A character has at most 3 bytes.
  if (current?.open && tries % 2 == 0 && !(text.length * 3 > /** @type {number} */ (current.limits.message))) {
    const slow = setTimeout(() => liveness.check(current), PONG);
    try {
      return (await current.ask({ type: 'publish', ...body })).published;
    } finally {
      clearTimeout(slow);
    }
  }
  const headers = { 'Content-Type': 'application/json' };
  const response = await http.request('/publish', { client: id }, { method: 'POST', headers, body: text });
  const name = (await response.json().catch(() => {}))?.published;
  if (name !== null && typeof name != 'string') throw failure(FOREIGN, { status: 200 });
  return name ?? undefined;
};

/**
 * Sends what waits to be published, one message at a time.
 * @param {Publishing} publishing
 */
export const send = async (publishing) => {
  const { client, posts } = publishing;
  for (const early of posts.filter(({ body }) => !body)) {
    try {
      early.body = bodyOf(early);
    } catch (error) {
      posts.splice(posts.indexOf(early), 1);
      early.reject(error);
    }
  }
  for (let tries = 0, failures = 0; posts[0]; ) {
    const { channel, body, resolve, reject } = posts[0];
    try {
      resolve(await post(client, /** @type {object} */ (body), tries));
    } catch (/** @type {any} */ error) {
      const { after, message, status } = error;
      const { state, options } = client;
      const [code, , refuses, passes] = own(error);
      // Something in between may block this message alone, which must not hold up the others indefinitely. But
      // if nothing answers and nothing is read, the server is away, and the message waits for it.
      if (!passes && (status < 500 || state == 'connected')) failures++;
      const spent = failures == options.maxTries;
      if (!(spent || refuses || code == 'not-found' || state == 'closed')) {
        const ms = client.backoff(tries++, after);
        client.debug('publish again', { channel, ms, reason: message });
        await publishing.wait(ms);
        continue;
      }
      reject(concerning(error, [channel], message + (spent ? ': given up, it is not known whether it was published' : '')));
    }
    tries = failures = 0;
    posts.shift();
  }
};
