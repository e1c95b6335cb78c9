/** @import { Transport } from '../millrace.js' */

/**
 * Duplex: the core subscribes and publishes with frames, so the URL names no channels.
 * @type {Transport}
 */
export const websocket = {
  name: 'websocket',
  duplex: true,
  connect({ url, frame, down, options }) {
    const address = url('/websocket').replace(/^http/, 'ws');
    /** @type {WebSocket} */
    const socket = new (options.WebSocket ?? WebSocket)(address, 'millrace.v1');
    socket.onmessage = (event) => frame(JSON.parse(event.data));
    socket.onerror = () => down();
    socket.onclose = ({ code }) => down({ code });
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      close: () => socket.close(1000),
    };
  },
};
