/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Post } from './internal.js' */
import { concerning, failure } from './failure.js';
import { loaded, more } from './later.js';

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
      const { options: { maxUnsent }, state } = this.client;
      const refusal =
        state == 'closed' ? state : this.posts.length >= maxUnsent && `${maxUnsent} messages wait to be published: publish more slowly`;
      if (refusal) throw failure(refusal, { channels: [channel] });
      /** @type {Post} */
      const post = { channel, options: { ...options }, data, resolve, reject };
      const parts = loaded();
      // A payload is copied as soon as it is given. If something here throws, the promise rejects.
      if (parts) post.body = parts.bodyOf(post);
      else post.copy = ArrayBuffer.isView(data) || data instanceof ArrayBuffer ? structuredClone(data) : JSON.stringify(data);
      this.posts.push(post);
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
        if (client.state == 'connected' && ++tries >= client.options.maxTries) this.reject(error);
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
   * @param {any} error
   */
  reject(error) {
    for (const { reject, channel } of this.posts.splice(0)) reject(concerning(error, [channel]));
  }

  close() {
    this.reject(failure('closed'));
    this.retry();
  }
}
