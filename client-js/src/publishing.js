/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Post } from './internal.js' */
import { PONG } from './constants.js';
import { FOREIGN, concerning, failure, own } from './failure.js';
import { bodyOf } from './payload.js';

/** Publishes messages one at a time, each until it is answered. Its key prevents duplicates. */
export class Publishing {
  /** @type {Post[]} */
  posts = [];
  running = false;
  /** Ends the wait before the next try. */
  retry = () => {};

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /**
   * @param {string} channel
   * @param {unknown} data
   * @param {api.PublishOptions} [options]
   * @returns {Promise<string | undefined>}
   */
  publish(channel, data, options) {
    return new Promise((resolve, reject) => {
      const channels = [channel];
      const { maxUnsent } = this.client.options;
      if (this.client.state == 'closed') return reject(failure('closed', { channels }));
      if (this.posts.length >= maxUnsent) {
        return reject(failure(`${maxUnsent} messages wait to be published: publish more slowly`, { channels }));
      }
      // If this throws, the promise rejects.
      const body = bodyOf({ ...options, channel }, data);
      this.posts.push({ channel, body, resolve, reject });
      this.run();
    });
  }

  async run() {
    if (this.running) return;
    this.running = true;
    for (let tries = 0, failures = 0; this.posts[0]; ) {
      const { channel, body, resolve, reject } = this.posts[0];
      try {
        resolve(await this.send(body, tries));
      } catch (/** @type {any} */ error) {
        const { after, message, status } = error;
        const { state, options } = this.client;
        const [code, , refuses, passes] = own(error);
        // Something in between may block this message alone, which must not hold up the others indefinitely. But
        // if nothing answers and nothing is read, the server is away, and the message waits for it.
        if (!passes && (status < 500 || state == 'connected')) failures++;
        const spent = failures == options.maxTries;
        if (!(spent || refuses || code == 'not-found' || state == 'closed')) {
          const ms = this.client.backoff(tries++, after);
          this.client.debug('publish again', { channel, ms, reason: message });
          await this.wait(ms);
          continue;
        }
        reject(concerning(error, [channel], message + (spent ? ': given up, it is not known whether it was published' : '')));
      }
      tries = failures = 0;
      this.posts.shift();
    }
    this.running = false;
  }

  /**
   * Sends over the connection if that is duplex. Every second try uses POST, in case the connection cannot carry
   * this message.
   * @param {object} body
   * @param {number} tries
   * @returns {Promise<string | undefined>} the message's name
   */
  async send(body, tries) {
    const { http, negotiation } = this.client;
    const { current } = negotiation;
    const text = JSON.stringify(body);
    // A character has at most 3 bytes.
    if (current?.open && tries % 2 == 0 && !(text.length * 3 > /** @type {number} */ (current.limits.message))) {
      const slow = setTimeout(() => negotiation.check(current), PONG);
      try {
        return (await current.ask({ type: 'publish', ...body })).published;
      } finally {
        clearTimeout(slow);
      }
    }
    const headers = { 'Content-Type': 'application/json' };
    const response = await http.request('/publish', {}, { method: 'POST', headers, body: text });
    const name = (await response.json().catch(() => {}))?.published;
    if (name !== null && typeof name != 'string') throw failure(FOREIGN, { status: 200 });
    return name ?? undefined;
  }

  /**
   * @param {number} ms
   * @returns {Promise<void>}
   */
  wait(ms) {
    return new Promise((resolve) => setTimeout((this.retry = resolve), ms));
  }

  close() {
    for (const { reject, channel } of this.posts.splice(0)) reject(failure('closed', { channels: [channel] }));
    this.retry();
  }
}
