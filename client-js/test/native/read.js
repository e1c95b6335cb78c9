// Reads a channel with a program that knows nothing of Millrace, and prints a line of JSON for each thing that
// it receives:
//   node read.js eventsource|fetch-event-source|ws|curl http://localhost:8080/live?channels=a

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const PAUSE_MILLIS = 100;

/** @param {unknown} what */
const say = (what) => console.log(JSON.stringify(what));

/** @type {Record<string, (url: string) => unknown>} */
const programs = {
  async eventsource(url) {
    const { EventSource } = await import('eventsource');
    const source = new EventSource(url);
    source.onopen = () => say({ open: true });
    source.onmessage = ({ data }) => say({ data });
    source.addEventListener('millrace.gap', ({ data }) => say({ gap: JSON.parse(data) }));
  },

  async 'fetch-event-source'(url) {
    // It is made for browsers.
    Object.assign(globalThis, { window: globalThis });
    const { fetchEventSource } = await import('@microsoft/fetch-event-source');
    await fetchEventSource(url, {
      headers: { 'User-Agent': 'Mozilla/5.0' },
      openWhenHidden: true,
      onopen: async () => say({ open: true }),
      onmessage: ({ event, data }) => say(event === 'millrace.gap' ? { gap: JSON.parse(data) } : { data }),
      onclose() {
        throw new Error('It reconnects after an error only.');
      },
      onerror: () => PAUSE_MILLIS,
    });
  },

  async ws(url) {
    const { WebSocket } = await import('ws');
    let cursor = '';
    const connect = () => {
      const since = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const socket = new WebSocket(url.replace('http', 'ws') + since, 'millrace.v1');
      socket.on('message', (text) => {
        const frame = JSON.parse(String(text));
        cursor = frame.cursor ?? cursor;
        if (frame.type === 'welcome') {
          say({ open: true });
        } else if (frame.type === 'gap') {
          say({ gap: frame });
        } else if (frame.type === 'message') {
          say({ data: frame.data });
        }
      });
      socket.on('error', () => {});
      socket.on('close', () => setTimeout(connect, PAUSE_MILLIS));
    };
    connect();
  },

  curl(url) {
    let id = '';
    const connect = () => {
      const headers = ['-H', 'Accept: text/event-stream', ...(id ? ['-H', `Last-Event-ID: ${id}`] : [])];
      const curl = spawn('curl', ['-sN', ...headers, url]);
      let event = '';
      /** @param {string} line */
      const read = (line) => {
        const [, field, value] = /^(\w+): (.*)$/.exec(line) ?? [];
        if (field === 'retry') {
          say({ open: true });
        } else if (field === 'id') {
          id = value;
        } else if (field === 'event') {
          event = value;
        } else if (field === 'data') {
          say(event === 'millrace.gap' ? { gap: JSON.parse(value) } : { data: value });
          event = '';
        }
      };
      createInterface({ input: curl.stdout }).on('line', read);
      curl.on('close', () => setTimeout(connect, PAUSE_MILLIS));
      // Its caller ends this program, and nobody else would end curl.
      process.stdin.resume().once('end', () => curl.kill());
    };
    connect();
  },
};

const [name, url] = process.argv.slice(2);
process.stdin.resume().once('end', () => process.exit());
await programs[name](url);
