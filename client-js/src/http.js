/** @import * as api from '../millrace.js' */
import { ANSWER } from './constants.js';

/** Requests below the mount. */
export class Http {
  /**
   * @param {string} mount
   * @param {api.Options} options
   */
  constructor(mount, options) {
    this.mount = mount;
    this.options = options;
  }

  /**
   * @param {string} path
   * @param {object} [query]
   */
  url(path, query = {}) {
    const url = new URL(this.mount + path, globalThis.location?.href);
    // JSON leaves out what is undefined.
    url.search = `${new URLSearchParams(JSON.parse(JSON.stringify(query)))}`;
    return url.href;
  }

  async bearer() {
    const { token } = this.options;
    return typeof token == 'function' ? token() : token;
  }

  /**
   * @param {string} path
   * @param {object} [query]
   * @param {RequestInit} [init]
   */
  async request(path, query, init = {}) {
    const token = await this.bearer();
    const headers = { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    const signal = AbortSignal.timeout(ANSWER);
    const send = this.options.fetch ?? fetch;
    const response = await send(this.url(path, query), { signal, ...init, headers });
    const { status } = response;
    if (status == 200) return response;
    const after = 1000 * Number(response.headers.get('Retry-After'));
    throw Object.assign(Error(`HTTP ${status}`), { status, after });
  }
}

/**
 * Whether the server has refused for good. All else is tried again: a network's failure, an abort.
 * @param {any} error
 */
export const isFinal = (error) =>
  !/^($|[25]|408|429|unavailable|timeout|internal|rate)/.test(error?.status ?? error?.code ?? '');
