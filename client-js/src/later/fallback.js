// The transports that a page needs only if WebSockets are blocked, loaded on demand.

/** @import { Handle, Host } from '../../millrace.js' */
import { HASTY, HOLD, LONG_URL, LONGEST_TIMER, PAUSE_AFTER_HASTY, POLL } from '../constants.js';
import { failure } from '../failure.js';
import { batchOf } from './requests.js';

const MOST_OF_A_LINE = 2 ** 24;

/**
 * Reads a response that does not end, line by line.
 * @param {Host} host
 * @param {string} path
 * @param {object} query
 * @param {string} type
 * @param {(line: string) => void} take
 */
const readLines = async ({ request, down }, path, query, type, take) => {
  try {
    const { body } = await request(path, query, { headers: { Accept: type } });
    /** @type {any} */
    const text = body?.pipeThrough(new TextDecoderStream());
    const reader = text.getReader();
    for (let rest = ''; ; ) {
      const { done, value } = await reader.read();
      if (done) return down();
      const lines = value.split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop();
      if (rest.length > MOST_OF_A_LINE) throw failure('a line is too long');
      for (const line of lines) take(line);
    }
  } catch (error) {
    down(error);
  }
};

/**
 * Takes a Server-Sent Event. What `last` replays has no id before its end.
 * @param {Host} host
 * @param {string} type
 * @param {string} data
 * @param {string} id
 */
const takeEvent = ({ frame, down }, type, data, id) => {
  try {
    frame({ cursor: id, replay: id ? undefined : true, ...JSON.parse(data), type: type.replace('millrace.', '') });
  } catch (error) {
    down(error);
  }
};

const SIGNALS = ['welcome', 'gap', 'heartbeat', 'goodbye', 'degraded', 'restored', 'presence'];

/**
 * Server-Sent Events (WHATWG HTML, section 9.2). An EventSource cannot send a token; then `fetch` reads them.
 * @param {Host} host
 */
const sse = (host) => {
  const { url, attach, token, down, options } = host;
  const query = { ...attach, format: 'envelope' };
  if (token) return readEvents(host, query);
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
};

/**
 * @param {Host} host
 * @param {object} query
 */
const readEvents = (host, query) => {
  let [type, data, id] = ['message', '', ''];
  readLines(host, '/sse', query, 'text/event-stream', (line) => {
    const [, name, value] = /^(\w+): ?([^]*?)\r?$/.exec(line) ?? [];
    if (name == 'event') type = value;
    else if (name == 'data') data += value;
    else if (name == 'id') id = value;
    else if (!line.trim()) {
      if (data) takeEvent(host, type, data, id);
      [type, data] = ['message', ''];
    }
  });
};

/** One JSON frame per line of a response that does not end. @param {Host} host */
const stream = (host) => {
  readLines(host, '/stream', host.attach, 'application/x-ndjson', (line) => line && host.frame(JSON.parse(line)));
};

/**
 * Sends one request after another; the cursor in each acknowledges the last answer.
 * @param {string} name
 * @param {number} wait how many seconds the server may hold a request
 * @returns {(host: Host) => Handle}
 */
const polling = (name, wait) => ({ attach, request, frame, down }) => {
  // The first request is answered at once, to show that this transport delivers.
  let hold = 0;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  let closed = false;
  const ask = async () => {
    try {
      const asked = Date.now();
      const response = await request(`/${name}`, attach, { headers: { Prefer: `wait=${hold}` } });
      const { messages, gap, cursor, more, nextPoll, presence } = await batchOf(response, attach.cursor);
      if (closed) return;
      // An answer that was not held says when to poll again. A long poll ignores that: its next one is held.
      const pause = wait ? 0 : Math.min(nextPoll > 0 ? nextPoll : POLL, LONGEST_TIMER);
      if (gap) frame({ ...gap, type: 'gap' });
      for (const message of messages) frame({ ...message, type: 'message' });
      // If a request that should be held is answered at once with nothing, do not ask again at once.
      const hasty = hold && !messages[0] && Date.now() - asked < HASTY;
      const next = more ? 0 : hasty ? PAUSE_AFTER_HASTY : pause * (1 + Math.random() / 10);
      frame({ type: 'heartbeat', cursor, heartbeat: HOLD * 1000 + next });
      for (const one of presence ?? []) frame({ ...one, type: 'presence' });
      attach.cursor = cursor;
      hold = wait;
      timer = setTimeout(ask, next);
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
};

/** By name. @type {Record<string, (host: Host) => Handle | void>} */
const CONNECT = {
  'sse': sse,
  'stream': stream,
  'longpoll': polling('longpoll', HOLD),
  'poll': polling('poll', 0),
};

/**
 * @param {string} name
 * @param {Host} host
 */
export const fallback = (name, host) => CONNECT[name](host);
