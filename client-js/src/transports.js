// The transports that come with the client, each a few lines behind the interface `Transport`: it
// attaches, hands over frames, and says when it is down. The rest of the client does everything else.
// They share a file because a page loads all of them.

/** @import { Frame, Host, Transport } from '../millrace.js' */
import { HASTY, HEARTBEAT, LONGEST_TIMER, LONG_URL, PAUSE_AFTER_HASTY, POLL } from './constants.js';
import { failure } from './failure.js';
import { batchOf } from './http.js';

const MOST_OF_A_LINE = 2 ** 24;

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
    const { url, down, options } = host;
    const address = url('/websocket').replace(/^http/, 'ws');
    /** @type {WebSocket} */
    const socket = new (options.WebSocket ?? WebSocket)(address, 'millrace.v1');
    socket.onmessage = ({ data }) => take(data, host);
    socket.onerror = () => down();
    socket.onclose = ({ code }) => down({ code });
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      close: () => socket.close(1000),
    };
  },
};

const SIGNALS = ['welcome', 'gap', 'heartbeat', 'goodbye', 'degraded', 'restored'];

/**
 * Server-Sent Events (WHATWG HTML, section 9.2).
 * @type {Transport}
 */
export const sse = {
  name: 'sse',
  connect(host) {
    const { url, attach, down, options } = host;
    const address = url('/sse', { ...attach, format: 'envelope' });
    const { length } = address;
    if (length > LONG_URL) throw failure(`the whole URL is too long for an EventSource (${length})`, { status: 414 });
    const withCredentials = options.credentials == 'include';
    /** @type {EventSource} */
    const source = new (options.EventSource ?? EventSource)(address, { withCredentials });
    for (const type of ['message', ...SIGNALS]) {
      source.addEventListener(type == 'message' ? type : `millrace.${type}`, (event) => {
        take(event.data, host, (it) => ({ cursor: event.lastEventId, ...it, type }));
      });
    }
    // A browser may reconnect by itself, or give up after a 5xx. The client does it instead, with jitter.
    source.onerror = () => down();
    return source;
  },
};

/**
 * One JSON frame per line of a response that does not end.
 * @type {Transport}
 */
export const stream = {
  name: 'stream',
  connect({ attach, request, frame, down }) {
    const read = async () => {
      const headers = { Accept: 'application/x-ndjson' };
      const { body } = await request('/stream', attach, { headers });
      /** @type {any} */
      const text = body?.pipeThrough(new TextDecoderStream());
      const reader = text.getReader();
      for (let rest = ''; ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = value.split('\n');
        lines[0] = rest + lines[0];
        rest = lines.pop();
        if (rest.length > MOST_OF_A_LINE) throw failure('a line is too long');
        for (const line of lines) if (line) frame(JSON.parse(line));
      }
    };
    read().then(down, down);
  },
};

/**
 * Sends one request after another; the cursor in each acknowledges the last answer.
 * @param {string} name
 * @param {number} wait how many seconds the server may hold a request
 * @returns {Transport}
 */
const polling = (name, wait) => ({
  name,
  connect({ attach, request, frame, down }) {
    // The first request is answered at once, to show that this transport delivers.
    let hold = 0;
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    let closed = false;
    const ask = async () => {
      try {
        const asked = Date.now();
        const response = await request(`/${name}`, attach, { headers: { Prefer: `wait=${hold}` } });
        const { messages, gap, cursor, more, nextPoll } = await batchOf(response, attach.cursor);
        if (closed) return;
        // An answer that was not held says when to poll again. A long poll ignores that: its next one is held.
        const pause = wait ? 0 : Math.min(nextPoll > 0 ? nextPoll : POLL, LONGEST_TIMER);
        if (gap) frame({ ...gap, type: 'gap' });
        for (const message of messages) frame({ ...message, type: 'message' });
        frame({ type: 'heartbeat', cursor, heartbeat: HEARTBEAT + pause });
        attach.cursor = cursor;
        // If a request that should be held is answered at once with nothing, do not ask again at once.
        const hasty = hold && !messages[0] && Date.now() - asked < HASTY;
        hold = wait;
        timer = setTimeout(ask, more ? 0 : hasty ? PAUSE_AFTER_HASTY : pause * (1 + Math.random() / 10));
      } catch (error) {
        down(error);
      }
    };
    ask();
    return {
      close() {
        closed = true;
        clearTimeout(timer);
      },
    };
  },
});

export const longpoll = polling('longpoll', 25);
export const poll = polling('poll', 0);
