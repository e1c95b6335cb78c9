// The transports that come with the client, each a few lines behind the interface `Transport`: it
// attaches, hands over frames, and says when it is down. The rest of the client does everything else.
// Those that a page needs only if WebSockets are blocked are in later/fallback.js.

/** @import { Handle, Transport } from '../millrace.js' */
import { more } from './later.js';
import { base64url } from './text.js';

/**
 * Duplex: the client subscribes and publishes with frames, so the URL names no channels.
 * @type {Transport}
 */
export const websocket = {
  name: 'websocket',
  duplex: true,
  connect(host) {
    const { attach, url, token, frame, down, options } = host;
    const { client, maxRate } = attach;
    const address = url('/websocket', { client, maxRate }).replace(/^http/, 'ws');
    const protocols = ['millrace.v1'];
    // A browser cannot set a header here.
    if (token) protocols.push(`millrace.bearer.${base64url(token)}`);
    /** @type {WebSocket} */
    const socket = new (options.WebSocket ?? WebSocket)(address, protocols);
    socket.onmessage = ({ data }) => {
      try {
        frame(JSON.parse(data));
      } catch (error) {
        down(error);
      }
    };
    socket.onerror = () => down();
    socket.onclose = ({ code }) => down({ code });
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      close: () => socket.close(1000),
    };
  },
};

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

export const sse = later('sse');
export const stream = later('stream');
export const longpoll = later('longpoll');
export const poll = later('poll');
