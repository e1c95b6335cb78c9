// Requests, and what the answers say; loaded on demand.

/** @import { Http } from '../http.js' */
import { FOREIGN_AFTER, LONGEST_AFTER, LONG_URL } from '../constants.js';
import { newer } from '../cursor.js';
import { FOREIGN, failure } from '../failure.js';
import { own } from './refusal.js';
import { refused } from './renewal.js';

/**
 * Sends a query that would make the URL too long in the body instead. The mount's own query does not count: it
 * stays in the URL. If the token is refused, repeats the request with another one.
 * @param {Http} http
 * @param {string} path
 * @param {Record<string, any>} [query]
 * @param {RequestInit} [init]
 * @param {{ token?: string }} [user] learns which token was used
 * @returns {Promise<Response>}
 */
export const request = async (http, path, query, init = {}, user = {}) => {
  const { options, tokens } = http.client;
  const { credentials, timeout } = options;
  const token = (user.token = await tokens.get());
  const headers = new Headers(init.headers);
  if (token) headers.set('Authorization', `Bearer ${token}`);
  const mount = http.url(path, query && { client: query.client });
  let url = http.url(path, query);
  let sent = init;
  if (!init.method && url.length > mount.length + LONG_URL) {
    url = mount;
    headers.set('Content-Type', 'application/json');
    sent = { ...init, method: 'POST', body: JSON.stringify(query) };
  }
  const signal = init.signal ?? AbortSignal.timeout(timeout);
  const response = await (options.fetch ?? fetch)(url, { credentials, ...sent, signal, headers });
  if (response.status == 200) return response;
  if (response.status == 401 && refused(tokens, token)) return request(http, path, query, init, user);
  throw await refusal(response, url);
};

/**
 * Millrace's own refusals are problems with a code. Any other answer is from something in between; its
 * `Retry-After` counts for little.
 * @param {Response} response
 * @param {string} url
 */
const refusal = async (response, url) => {
  const { status, headers } = response;
  const isProblem = /^application\/problem\+json/i.test(headers.get('Content-Type') ?? '');
  const problem = isProblem ? await response.json().catch(() => {}) : undefined;
  const [code] = own(problem);
  const detail =
    status == 414 || status == 431
      ? `HTTP ${status}: the headers or the URL are too long (${url.length} characters of URL)`
      : problem?.detail ?? `HTTP ${status}`;
  const most = code ? LONGEST_AFTER : FOREIGN_AFTER;
  const after = wait(headers.get('Retry-After'));
  return failure(detail, { status, code, after: Math.min(after, most) });
};

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
