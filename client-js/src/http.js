/** @import * as api from '../millrace.js' */
/** @import { Client } from './client.js' */
import { LONGEST_AFTER, LONG_URL } from './constants.js';
import { newer } from './cursor.js';
import { FOREIGN, failure, own } from './failure.js';

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
      throw TypeError(`The mount must be an http or https URL without a user, and absolute outside a page: ${mount}`);
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

  /** The token. One that a header cannot contain, and a promise that never settles, are errors. */
  async bearer() {
    const { token, timeout } = this.client.options;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    try {
      const given = await Promise.race([
        typeof token == 'function' ? token() : token,
        new Promise((resolve, reject) => {
          timer = setTimeout(reject, timeout, `none within ${timeout} ms`);
        }),
      ]);
      if (/[^ -~]/.test(given ?? '')) throw 'not printable ASCII';
      return given;
    } catch (/** @type {any} */ error) {
      const told = failure(`token: ${String(error?.message ?? error)}`, { status: 0 });
      this.client.emit('error', told);
      throw told;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Sends a query that would make the URL too long in the body instead. The mount's own query does not count: it
   * stays in the URL.
   * @param {string} path
   * @param {object} [query]
   * @param {RequestInit} [init]
   */
  async request(path, query, init = {}) {
    const { options } = this.client;
    const { credentials, timeout } = options;
    const token = await this.bearer();
    const headers = new Headers(init.headers);
    if (token) headers.set('Authorization', `Bearer ${token}`);
    const mount = this.url(path);
    let url = this.url(path, query);
    if (!init.method && url.length > mount.length + LONG_URL) {
      url = mount;
      headers.set('Content-Type', 'application/json');
      init = { ...init, method: 'POST', body: JSON.stringify(query) };
    }
    const signal = init.signal ?? AbortSignal.timeout(timeout);
    const response = await (options.fetch ?? fetch)(url, { credentials, ...init, signal, headers });
    if (response.status == 200) return response;
    throw await this.refusal(response, url);
  }

  /**
   * Millrace's own refusals are problems with a code. Any other answer is from something in between; its
   * `Retry-After` counts up to `maxDelay`.
   * @param {Response} response
   * @param {string} url
   */
  async refusal(response, url) {
    const { status, headers } = response;
    const isProblem = /^application\/problem\+json/i.test(headers.get('Content-Type') ?? '');
    const problem = isProblem ? await response.json().catch(() => {}) : undefined;
    const [code] = own(problem);
    const detail =
      status == 414 || status == 431
        ? `HTTP ${status}: the headers or the URL are too long (${url.length} characters of URL)`
        : problem?.detail ?? `HTTP ${status}`;
    const most = code ? LONGEST_AFTER : this.client.options.maxDelay;
    const after = wait(headers.get('Retry-After'));
    return failure(detail, { status, code, after: Math.min(after, most) });
  }
}

/**
 * Reads the answer to a poll, and checks that it is from Millrace.
 * @param {Response} response
 * @param {string} [before] the cursor in the request
 */
export const batchOf = async (response, before) => {
  const answer = await response.json();
  const { cursor, messages, more } = answer;
  if (typeof cursor != 'string' || !Array.isArray(messages)) throw failure(FOREIGN);
  if (more && !newer(cursor, before)) throw failure('no progress');
  return answer;
};

/**
 * Milliseconds of a `Retry-After`: seconds or a date (RFC 9110, section 10.2.3).
 * @param {string | null} value
 */
const wait = (value) => {
  const text = value ?? '';
  let ms = /^\d+$/.test(text) ? Number(text) * 1000 : 0;
  if (/^[A-Z]/.test(text)) ms = Date.parse(text) - Date.now();
  return ms > 0 ? ms : 0;
};
