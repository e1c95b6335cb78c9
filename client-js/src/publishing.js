/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Post } from './internal.js' */
import { concerning, failure } from './failure.js';
import { more } from './later.js';
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

  /** The code that sends is loaded on demand. Without it, a message waits, as it does for a server that is away. */
  async run() {
    const { client } = this;
    if (this.running) return;
    this.running = true;
    for (let tries = 0; this.posts[0]; ) {
      try {
        await (await more()).send(this);
      } catch (/** @type {any} */ error) {
        if (client.state == 'connected' && ++tries >= client.options.maxTries) this.reject(error.message, error);
        else await this.wait(client.backoff(tries));
      }
    }
    this.running = false;
  }

  /**
   * @param {number} ms
   * @returns {Promise<void>}
   */
  wait(ms) {
    return new Promise((resolve) => setTimeout((this.retry = resolve), ms));
  }

  /**
   * Gives up all that waits.
   * @param {string} message
   * @param {any} [error]
   */
  reject(message, error = {}) {
    for (const { reject, channel } of this.posts.splice(0)) reject(concerning(error, [channel], message));
  }

  close() {
    this.reject('closed');
    this.retry();
  }
}
