// The transports that come with the client, each a few lines behind the interface `Transport`: it
// attaches, hands over frames, and says when it is down. The rest of the client does everything else.
// Those that fewer pages need are in later/fallback.js.

/** @import { Frame, Handle, Host, Transport } from '../millrace.js' */
import { LONG_URL } from './constants.js';
import { failure } from './failure.js';
import { more } from './later.js';
import { base64url } from './text.js';

/**
 * @param {string} text
 * @param {Host} host
 * @param {(frame: any) => Frame} [more]
 */
const take = (text, { frame, down }, more = (it) => it) => {
  try {
    frame(more(JSON.parse(text)));
  } catch (error) {
    down(error);
  }
};

/**
 * Duplex: the client subscribes and publishes with frames, so the URL names no channels.
 * @type {Transport}
 */
export const websocket = {
  name: 'websocket',
  duplex: true,
  connect(host) {
    const { attach, url, token, down, options } = host;
    const { client, maxRate } = attach;
    const address = url('/websocket', { client, maxRate }).replace(/^http/, 'ws');
    const protocols = ['millrace.v1'];
    // A browser cannot set a header here.
    if (token) protocols.push(`millrace.bearer.${base64url(token)}`);
    /** @type {WebSocket} */
    const socket = new (options.WebSocket ?? WebSocket)(address, protocols);
    socket.onmessage = ({ data }) => take(data, host);
    socket.onerror = () => down();
    socket.onclose = ({ code }) => down({ code });
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      close: () => socket.close(1000),
    };
  },
};

/**
 * Takes a Server-Sent Event. What `last` replays has no id before its end.
 * @param {Host} host
 * @param {string} type
 * @param {string} data
 * @param {string} id
 */
export const takeEvent = (host, type, data, id) =>
  take(data, host, (it) => ({ cursor: id, replay: id ? undefined : true, ...it, type: type.replace('millrace.', '') }));

/**
 * A transport whose code is loaded on demand.
 * @param {string} name
 * @returns {Transport}
 */
const later = (name) => ({
  name,
  connect(host) {
    let closed = false;
    /** @type {Handle | void} */
    let handle;
    more()
      .then(({ fallback }) => {
        if (!closed) handle = fallback(name, host);
      })
      .catch(host.down);
    return {
      close() {
        closed = true;
        handle?.close?.();
      },
    };
  },
});

const SIGNALS = ['welcome', 'gap', 'heartbeat', 'goodbye', 'degraded', 'restored', 'presence'];

/**
 * Server-Sent Events (WHATWG HTML, section 9.2). An EventSource cannot send a token; then `fetch` reads them.
 * @type {Transport}
 */
export const sse = {
  name: 'sse',
  connect(host) {
    const { url, attach, token, down, options } = host;
    const query = { ...attach, format: 'envelope' };
    if (token) return later('sse').connect(host);
    const address = url('/sse', query);
    const { length } = address;
    if (length > LONG_URL) throw failure(`the whole URL is too long for an EventSource (${length})`, { status: 414 });
    const withCredentials = options.credentials == 'include';
    /** @type {EventSource} */
    const source = new (options.EventSource ?? EventSource)(address, { withCredentials });
    for (const type of ['message', ...SIGNALS.map((signal) => `millrace.${signal}`)]) {
      source.addEventListener(type, ({ data, lastEventId }) => takeEvent(host, type, data, lastEventId));
    }
    // A browser may reconnect by itself, or give up after a 5xx. The client does it instead, with jitter.
    source.onerror = () => down();
    return source;
  },
};

export const stream = later('stream');
export const longpoll = later('longpoll');
export const poll = later('poll');
