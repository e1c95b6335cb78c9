/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
/** @import { Post } from './internal.js' */
import { isFinal } from './http.js';

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
  publish(channel, data, options) {
    const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
    const body = { channel, key, ...options, ...payload(data) };
    return new Promise((resolve, reject) => {
      if (this.client.state == 'closed') return reject(Error('closed'));
      this.posts.push({ body, resolve, reject });
      this.run();
    });
  }

  async run() {
    if (this.running) return;
    this.running = true;
    for (let tries = 0; this.posts[0]; ) {
      const { body, resolve, reject } = this.posts[0];
      try {
        resolve((await this.send(body)).published);
      } catch (error) {
        if (!isFinal(error)) {
          await this.wait(Math.max(this.client.backoff(tries++), error.after || 0));
          continue;
        }
        reject(error);
      }
      tries = 0;
      this.posts.shift();
    }
    this.running = false;
  }

  /** @param {object} body */
  async send(body) {
    const { http, negotiation } = this.client;
    const { current } = negotiation;
    if (current?.open) return current.ask({ type: 'publish', ...body });
    const headers = { 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await http.request('/publish', {}, init)).json();
  }

  /**
   * @param {number} ms
   * @returns {Promise<void>}
   */
  wait(ms) {
    return new Promise((resolve) => setTimeout((this.retry = resolve), ms));
  }

  close() {
    for (const { reject } of this.posts.splice(0)) reject(Error('closed'));
    this.retry();
  }
}

/** @param {unknown} data */
const payload = (data) => {
  if (!(data instanceof Uint8Array)) return { data };
  return { base64: btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join('')) };
};
