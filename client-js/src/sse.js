/** @import { Transport } from '../millrace.js' */

const SIGNALS = ['welcome', 'gap', 'heartbeat', 'goodbye', 'degraded', 'restored'];

/**
 * Server-Sent Events (WHATWG HTML, section 9.2).
 * @type {Transport}
 */
export const sse = {
  name: 'sse',
  connect({ url, attach, frame, down, options }) {
    const query = { ...attach, format: 'envelope' };
    /** @type {EventSource} */
    const source = new (options.EventSource ?? EventSource)(url('/sse', query));
    for (const type of ['message', ...SIGNALS]) {
      source.addEventListener(type == 'message' ? type : `millrace.${type}`, (event) => {
        frame({ cursor: event.lastEventId, ...JSON.parse(event.data), type });
      });
    }
    // The browser may come back by itself, or have given up after a 5xx: the core does it, with jitter.
    source.onerror = () => down();
    return source;
  },
};
