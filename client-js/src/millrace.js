// The browser client of Millrace. A subscription is a cursor over the server's log: first attach,
// reconnect, fallback and upgrade are the same call, "resume from this cursor", over any transport.

/** @import * as api from '../millrace.js' */
import { Client } from './client.js';
import { TRANSPORTS } from './negotiation.js';
import { sharing } from './sharing.js';
import { subscribe } from './subscribing.js';

export { decodeSegment, encodeSegment } from './segment.js';
export { longpoll, poll, sse, stream, websocket } from './transports.js';

/** The part of each client that applications do not see. @type {WeakMap<object, Client>} */
const clients = new WeakMap();

/** @param {object} live */
const clientOf = (live) => /** @type {Client} */ (clients.get(live));

/** The client, as applications see it. millrace.d.ts documents its methods. */
export class Millrace {
  /**
   * @param {string} mount
   * @param {api.Options} [options]
   */
  constructor(mount, options = {}) {
    const client = new Client(mount, options);
    clients.set(this, client);
    const { share, transports = TRANSPORTS } = options;
    this.use(share ? [] : transports);
    if (share) sharing(Millrace, this, client, mount, transports);
  }

  get transport() {
    return clientOf(this).negotiation.current?.transport.name;
  }

  get id() {
    return clientOf(this).id;
  }

  get state() {
    return clientOf(this).state;
  }

  /**
   * @param {string} channel
   * @param {any} [options]
   * @param {(message: api.Message) => void} [handler]
   */
  subscribe(channel, options, handler) {
    if (typeof options == 'function') return subscribe(clientOf(this), channel, {}, options);
    return subscribe(clientOf(this), channel, options ?? {}, handler);
  }

  /**
   * @param {string} channel
   * @param {unknown} data
   * @param {api.PublishOptions} [options]
   */
  publish(channel, data, options) {
    return clientOf(this).publishing.publish(channel, data, options);
  }

  /**
   * @param {keyof api.Events} type
   * @param {(detail: any) => void} listener
   */
  on(type, listener) {
    return clientOf(this).listeners.add(type, listener);
  }

  /** @param {(api.TransportName | api.Transport)[]} transports */
  use(transports) {
    clientOf(this).negotiation.use(transports);
  }

  trace() {
    return [...clientOf(this).trace];
  }

  close() {
    clientOf(this).close();
  }
}
