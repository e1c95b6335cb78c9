/** @import { Client } from './client.js' */
import { more } from './later.js';

/** Requests below the mount. */
export class Http {
  /**
   * @param {Client} client
   * @param {string} mount
   */
  constructor(client, mount) {
    this.client = client;
    /** @type {URL | undefined} */
    let url;
    try {
      url = new URL(mount, globalThis.location?.href);
    } catch {}
    if (!url || !/^https?:..[^/@]+\//.test(url.href)) {
      throw TypeError(`The mount must be an http(s) URL without a user, absolute outside a page: ${mount}`);
    }
    url.hash = '';
    this.mount = url;
    this.path = url.pathname.replace(/\/+$/, '');
  }

  /**
   * @param {string} path
   * @param {object} [query]
   */
  url(path, query = {}) {
    const url = new URL(this.mount);
    url.pathname = this.path + path;
    for (const [name, value] of Object.entries(query)) {
      if (value != null) url.searchParams.set(name, value);
    }
    return url.href;
  }

  /**
   * Sends a request; its code is loaded on demand.
   * @param {string} path
   * @param {Record<string, any>} [query]
   * @param {RequestInit} [init]
   * @param {{ token?: string }} [user] learns which token was used
   * @returns {Promise<Response>}
   */
  async request(path, query, init, user) {
    return (await more()).request(this, path, query, init, user);
  }
}
