import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import { Millrace } from '#client';
import { Server } from './server.js';

export const ALL = ['websocket', 'sse', 'stream', 'longpoll', 'poll'];

export const memory = () => {
  const items = new Map();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value), items };
};

/** Short delays, so that tests are fast; tests of time use fake timers. */
export const connect = (mount, options = {}) =>
  new Millrace(mount, { WebSocket, EventSource, storage: memory(), minDelay: 10, maxDelay: 40, headStart: 60, ...options });

/** Starts a server, and ends everything when the test ends. */
export async function setUp(t, options) {
  const server = await new Server().start();
  const clients = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await server.stop();
  });
  const client = (more) => {
    const live = connect(server.mount, { ...options, ...more });
    clients.push(live);
    return live;
  };
  return { server, client };
}

export async function until(condition, what = condition, ms = 60e3) {
  for (const end = Date.now() + ms; !condition(); ) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Collects what a client reports. */
export function record(live) {
  const seen = { transport: [], state: [], gap: [], error: [] };
  for (const type of Object.keys(seen)) {
    live.on(type, (detail) => seen[type].push(type === 'transport' ? detail.name : detail));
  }
  return seen;
}

export const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Lets promises run, however many wait for one another, while timers are fake. */
export const settle = async () => {
  for (let i = 0; i < 50; i++) await null;
};

/** A transport that the test controls: each connection is pushed to `connections`. */
export const manual = (name, duplex = false) => {
  const connections = [];
  const connect = (host) => {
    const handle = { closed: false, sent: [], close: () => (handle.closed = true) };
    if (duplex) handle.send = (frame) => handle.sent.push(frame);
    connections.push(Object.assign(handle, host));
    return handle;
  };
  return { name, duplex, connect, connections };
};

/** Answers a catch-up, and a publish. */
export const answering = (answer = {}) => async () =>
  new Response(JSON.stringify({ version: 1, cursor: 'k1-1', messages: [], published: null, ...answer }));

/** The test controls time. */
export const timed = async (t, transports, options) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const live = connect('http://test/live', {
    transports,
    fetch: answering(),
    minDelay: undefined,
    maxDelay: undefined,
    headStart: undefined,
    ...options,
  });
  t.after(() => live.close());
  const tick = async (ms, step = 100) => {
    for (let at = 0; at < ms; at += step) {
      t.mock.timers.tick(step);
      await settle();
    }
  };
  const got = [];
  const sub = live.subscribe('a', ({ data }) => got.push(data));
  await tick(1, 1);
  return { live, sub, got, tick };
};
export const welcome = { type: 'welcome', version: 1, cursor: 'k1-1', heartbeat: 15e3, limits: {} };

// The rest of the client is loaded on demand. Tests that control time need it at once.
await connect('http://test/live', { fetch: answering() }).publish('a', 1);
