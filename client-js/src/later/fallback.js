// The transports that fewer pages need, loaded on demand.

/** @import { Handle, Host } from '../../millrace.js' */
import { HASTY, HOLD, LONGEST_TIMER, PAUSE_AFTER_HASTY, POLL } from '../constants.js';
import { failure } from '../failure.js';
import { batchOf } from './requests.js';
import { takeEvent } from '../transports.js';

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

/** Server-Sent Events (WHATWG HTML, section 9.2) with a token, which an EventSource cannot send. @param {Host} host */
const sse = (host) => {
  let [type, data, id] = ['message', '', ''];
  readLines(host, '/sse', { ...host.attach, format: 'envelope' }, 'text/event-stream', (line) => {
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
