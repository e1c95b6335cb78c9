/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Post } from './internal.js' */
import { MOST_POSTS, PONG } from './constants.js';
import { failure, isFinal } from './failure.js';
import { bodyOf } from './payload.js';

/** Publishes one at a time, each until it is answered, with its key against doubles. */
export class Publishing {
  /** @type {Post[]} */
  posts = [];
  running = false;
  /** Ends the wait for the next try. */
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
  publish(channel, data, { key = crypto.getRandomValues(new Uint32Array(4)).join('-'), ...options } = {}) {
    return new Promise((resolve, reject) => {
      const channels = [channel];
      if (this.client.state == 'closed') return reject(failure('closed', { channels }));
      if (this.posts.length >= MOST_POSTS) {
        return reject(failure(`${MOST_POSTS} messages wait to be published: publish more slowly`, { channels }));
      }
      // What this throws rejects.
      const body = bodyOf({ channel, key, ...options }, data);
      this.posts.push({ channel, body, resolve, reject });
      this.run();
    });
  }

  async run() {
    if (this.running) return;
    this.running = true;
    for (let tries = 0; this.posts[0]; ) {
      const { channel, body, resolve, reject } = this.posts[0];
      try {
        resolve((await this.send(body, tries)).published);
      } catch (error) {
        if (!isFinal(error) && this.client.state != 'closed') {
          const ms = this.client.backoff(tries++, error.after);
          this.client.debug('publish again', { channel, ms, reason: error.message });
          await this.wait(ms);
          continue;
        }
        reject(failure(error.message, { code: error.code, status: error.status, channels: [channel] }));
      }
      tries = 0;
      this.posts.shift();
    }
    this.running = false;
  }

  /**
   * Over the connection if that is duplex, but every second try by POST, in case it is the connection
   * that cannot carry this one.
   * @param {object} body
   * @param {number} tries
   */
  async send(body, tries) {
    const { http, negotiation } = this.client;
    const { current } = negotiation;
    const text = JSON.stringify(body);
    // A character has at most 3 bytes.
    if (current?.open && tries % 2 == 0 && !(text.length * 3 > /** @type {number} */ (current.limits.message))) {
      const slow = setTimeout(() => negotiation.check(current), PONG);
      try {
        return await current.ask({ type: 'publish', ...body });
      } finally {
        clearTimeout(slow);
      }
    }
    const headers = { 'Content-Type': 'application/json' };
    return (await http.request('/publish', {}, { method: 'POST', headers, body: text })).json();
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
