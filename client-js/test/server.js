// A small Millrace server according to docs/protocol.md, with switches for faults of networks.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import {
  MOST_BYTES,
  MOST_CHANNELS,
  Refusal,
  attachOf,
  checkFormat,
  checkId,
  checkPublish,
  checkSubscribe,
  checkUnsubscribe,
  jsonOf,
  objectOf,
  refuse,
} from './refusals.js';

const number = (cursor) => Number(cursor.split('-')[1]);

const matches = (pattern, channel) =>
  new RegExp(
    `^${pattern.replace(/\./g, '\\.').replace('**', '.+').replace(/\*/g, '[^.]+')}$`,
  ).test(channel);

/** A set of channels with filters, and a cursor. */
class Reader {
  constructor(server, write) {
    this.server = server;
    this.write = write;
    /** @type {Map<string, string[] | undefined>} */
    this.filters = new Map();
    this.at = undefined;
  }

  wants({ channel, event = 'message' }) {
    return [...this.filters].some(
      ([pattern, events]) => matches(pattern, channel) && (!events || events.includes(event)),
    );
  }

  get cursor() {
    return this.at === undefined ? undefined : this.server.cursor(this.at);
  }

  /** Sets the cursor; returns the gap notice that is due. */
  begin(cursor) {
    const { server } = this;
    const channels = [...this.filters.keys()];
    if (!cursor) {
      this.at = server.head;
      return undefined;
    }
    if (cursor.split('-')[0] !== server.epoch) {
      this.at = 0;
      return { channels, reason: 'epoch', cursor: server.cursor(0) };
    }
    this.at = number(cursor);
    return this.at < server.mark ? { channels, reason: 'expired', cursor } : undefined;
  }

  /** The entries between the cursor and the head. */
  take() {
    const found = this.server.log.filter((entry) => entry.seq > this.at && this.wants(entry));
    this.at = this.server.head;
    return found;
  }
}

const bodyOf = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

export class Server {
  epoch = 'k1';
  head = 0;
  /** Entries up to this one are lost. */
  mark = 0;
  log = [];
  /** @type {Record<string, string | undefined>} by transport: off, hang, error, buffer, first, mute, strip, close */
  faults = {};
  /** The answer of something in between, in the server's place: a status, headers, and a body. */
  foreign = undefined;
  /** The same for some publishes only, chosen by their body; or 'reset'. */
  filter = () => undefined;
  /** Checks tokens, as servers that take them do. */
  tokens = false;
  /** For each socket, and over HTTP for each address. */
  publishesPerSecond = 10;
  publishesPerSecondPerAddress = 100;
  /** The one address of all clients. */
  address = {};
  uris = [];
  heartbeat = { websocket: 25000, sse: 15000, stream: 15000 };
  version = 1;
  nextPoll = 15000;
  duplicate = false;
  /** How many publishes are taken, but their answers are lost. */
  lose = 0;
  /** The answers to the next publishes instead. */
  refuse = [];
  forbidden = /^secret/;
  unpublishable = /^(secret|readonly)/;
  longest = 4096;
  /** The most bytes of a list in a body. */
  mostBytes = MOST_BYTES;
  /** The most messages in an answer. */
  most = 1000;
  /** Waits before the `ok` of a late subscribe. */
  beforeOk = async () => {};
  requests = [];
  frames = [];
  keys = new Map();
  posting = 0;
  mostPosting = 0;
  polling = 0;
  mostPolling = 0;
  sockets = new Set();
  /** Wakes readers that stay attached or wait. */
  readers = new Set();
  /** Open connections by transport. */
  open = new Map();

  async start(port = 0) {
    this.http = createServer((request, response) => this.#request(request, response));
    this.ws = new WebSocketServer({
      noServer: true,
      maxPayload: MOST_BYTES,
      handleProtocols: () => 'millrace.v1',
    });
    this.http.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => {});
    });
    this.http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.http.keepAliveTimeout = 1;
    this.http.listen(port);
    await once(this.http, 'listening');
    this.port = this.http.address().port;
    this.mount = `http://localhost:${this.port}/live`;
    return this;
  }

  /** Resets every connection. */
  cut() {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop() {
    for (const reader of this.readers) reader.end?.();
    this.cut();
    this.http.close();
    await once(this.http, 'close');
  }

  cursor(seq) {
    return `${this.epoch}-${seq}`;
  }

  publish(channel, data, { event, base64 } = {}) {
    const seq = ++this.head;
    this.log.push({ channel, event, data, base64, time: Date.now(), seq });
    for (const reader of [...this.readers]) reader.write();
    return this.cursor(seq);
  }

  /** Another node, or a restart of the memory broker. */
  renew(epoch) {
    this.epoch = epoch;
    this.head = 0;
    this.mark = 0;
    this.log = [];
  }

  /** Sends a frame to all readers that stay attached. */
  tell(frame) {
    for (const reader of [...this.readers]) reader.tell?.(frame);
  }

  envelope({ seq, ...message }) {
    return { ...message, cursor: this.cursor(seq) };
  }

  #last(reader, last = 0) {
    const found = [...reader.filters.keys()].flatMap((pattern) =>
      last ? this.log.filter((e) => matches(pattern, e.channel) && reader.wants(e)).slice(-last) : [],
    );
    return [...new Set(found)].sort((a, b) => a.seq - b.seq);
  }

  #count(transport, by) {
    this.open.set(transport, (this.open.get(transport) ?? 0) + by);
  }

  #problem(response, error, headers = {}) {
    const { status, code, message } = error;
    response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ status, title: code, detail: message, code }));
  }

  #page(response, [status, headers, body = '<h1>Something on the way</h1>']) {
    response.writeHead(status, { 'Content-Type': 'text/html', ...headers });
    response.end(status === 204 ? undefined : body);
  }

  #request(request, response) {
    const url = new URL(request.url, this.mount);
    const wait = /wait=(\d+)/.exec(request.headers.prefer ?? '')?.[1];
    const accept = request.headers.accept ?? '';
    let transport = url.pathname.slice('/live/'.length);
    if (!transport) {
      transport = 'poll';
      if (accept === 'text/event-stream') transport = 'sse';
      else if (accept === 'application/x-ndjson') transport = 'stream';
      else if (wait) transport = 'longpoll';
    }
    const direct = url.pathname !== '/live';
    const query = Object.fromEntries(url.searchParams);
    this.uris.push(request.url);
    this.requests.push({ transport, direct, time: Date.now(), query, headers: request.headers });
    if (this.foreign) return this.#page(response, this.foreign);
    // Like Vert.x.
    if (request.url.length > this.longest) return response.writeHead(414).end();
    if (transport === 'publish') return this.#post(request, response);
    return this.#read({ transport, direct, wait }, request, url, response);
  }

  async #read({ transport, direct, wait }, request, url, response) {
    const fault = direct && this.faults[transport];
    if (fault === 'off') return this.#problem(response, new Refusal('not-found'));
    if (fault === 'error') return this.#problem(response, new Refusal('internal'));
    if (fault === 'gone') return response.writeHead(204).end();
    if (fault === 'hang') return undefined;
    try {
      refuse(!/^(sse|stream|longpoll|poll)$/.test(transport), transport, 'not-found');
      refuse(!/^(GET|POST)$/.test(request.method), request.method, 'method-not-allowed');
      const posted = request.method === 'POST';
      const attach = posted
        ? jsonOf(request, await bodyOf(request), this.mostBytes)
        : attachOf(url.searchParams);
      checkSubscribe(attach, this.forbidden);
      checkFormat(transport, attach.format);
      return this.#attach({ transport, direct, fault, wait }, attach, response);
    } catch (error) {
      if (!error.code) throw error;
      return this.#problem(response, error);
    }
  }

  #attach({ transport, direct, fault, wait }, query, response) {
    const { channels, events } = query;
    const reader = new Reader(this);
    for (const channel of channels) reader.filters.set(channel, events);
    this.#count(transport, 1);
    response.on('close', () => {
      this.#count(transport, -1);
      this.readers.delete(reader);
    });
    const gap = reader.begin(query.cursor);
    if (transport === 'sse' || transport === 'stream') {
      return this.#stay(transport, reader, gap, response, fault);
    }
    return this.#answer(transport, reader, gap, query, response, Number(wait ?? 25), direct);
  }

  #stay(transport, reader, gap, response, fault) {
    const sse = transport === 'sse';
    response.writeHead(200, { 'Content-Type': sse ? 'text/event-stream' : 'application/x-ndjson' });
    response.flushHeaders();
    if (fault === 'buffer') return;
    if (fault === 'first') setImmediate(() => (reader.tell = () => {}));
    reader.tell = ({ type, ...frame }) => {
      if (!sse) return response.write(`${JSON.stringify({ type, ...frame })}\n`);
      const { cursor, ...rest } = frame;
      const id = cursor ? `id: ${cursor}\n` : '';
      const event = type === 'message' ? '' : `event: millrace.${type}\n`;
      const data = type === 'message' ? frame : rest;
      return response.write(`${id}${event}data: ${JSON.stringify(data)}\n\n`);
    };
    reader.end = () => response.end();
    reader.write = () => this.#flush(reader);
    const { version } = this;
    const heartbeat = this.heartbeat[transport];
    reader.tell({ type: 'welcome', version, heartbeat, limits: {}, cursor: gap ? undefined : reader.cursor });
    if (gap) reader.tell({ type: 'gap', ...gap });
    this.readers.add(reader);
    reader.write();
  }

  #flush(reader) {
    for (const entry of reader.take()) {
      const frame = { type: 'message', ...this.envelope(entry) };
      reader.tell(frame);
      if (this.duplicate) reader.tell(frame);
    }
  }

  async #answer(transport, reader, gap, query, response, wait, direct) {
    const polls = direct && (transport === 'poll' || transport === 'longpoll');
    if (polls) this.mostPolling = Math.max(this.mostPolling, ++this.polling);
    response.on('close', () => polls && this.polling--);
    let entries = query.cursor ? [] : this.#last(reader, query.last);
    const send = () => {
      this.readers.delete(reader);
      clearTimeout(timer);
      if (query.cursor) entries = reader.take();
      const messages = entries.slice(0, this.most).map((entry) => this.envelope(entry));
      const more = entries.length > this.most;
      const cursor = more ? messages.at(-1).cursor : reader.cursor;
      const answer = { cursor, messages: this.duplicate ? messages.flatMap((m) => [m, m]) : messages };
      if (more) answer.more = true;
      if (gap) answer.gap = { channels: gap.channels, reason: gap.reason };
      if (transport === 'poll') answer.nextPoll = this.nextPoll;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer));
    };
    let timer;
    const pending = () => this.log.some((entry) => entry.seq > reader.at && reader.wants(entry));
    if (transport === 'poll' || !wait || gap || entries.length || pending()) return send();
    reader.write = () => pending() && send();
    reader.end = () => response.destroy();
    this.readers.add(reader);
    timer = setTimeout(send, wait * 1000).unref();
    response.on('close', () => clearTimeout(timer));
  }

  async #post(request, response) {
    this.mostPosting = Math.max(this.mostPosting, ++this.posting);
    const text = await bodyOf(request);
    await new Promise(setImmediate);
    this.posting--;
    const page = this.filter(text);
    if (page === 'reset') return request.socket.resetAndDestroy();
    if (page) return this.#page(response, page);
    const [code, headers] = this.refuse.shift() ?? [];
    try {
      if (code) throw new Refusal(code);
      refuse(request.method !== 'POST', request.method, 'method-not-allowed');
      const body = jsonOf(request, text, MOST_BYTES);
      this.#mayPublish(this.address, this.publishesPerSecondPerAddress);
      const published = this.#publish(body);
      if (this.lose-- > 0) return request.socket.resetAndDestroy();
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return response.end(JSON.stringify({ published }));
    } catch (error) {
      const wait = error.code === 'rate-limited' ? { 'Retry-After': '1' } : {};
      return this.#problem(response, error, headers ?? wait);
    }
  }

  #publish(frame) {
    checkPublish(frame, this.unpublishable);
    const { channel, data, base64, event, key } = frame;
    if (key === undefined || key === null) return this.publish(channel, data, { event, base64 });
    const same = JSON.stringify([data, base64, event]);
    const known = this.keys.get(key);
    const before = known?.channel === channel ? known : undefined;
    refuse(before && before.same !== same, key, 'conflict');
    const name = before?.name ?? this.publish(channel, data, { event, base64 });
    this.keys.set(key, { name, same, channel });
    return name;
  }

  #upgrade(request, socket, head) {
    this.requests.push({ transport: 'websocket', direct: true, time: Date.now(), headers: request.headers });
    const fault = this.faults.websocket;
    if (this.foreign) return socket.end(`HTTP/1.1 ${this.foreign[0]} No\r\nContent-Length: 0\r\n\r\n`);
    if (fault === 'hang') return undefined;
    if (fault === 'off') return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    if (fault === 'error') return socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    if (fault === 'strip') {
      return socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi');
    }
    const path = new URL(request.url, this.mount).pathname;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/ *, */);
    // This server has no WebSockets without the subprotocol, so it refuses them too.
    if (!/^\/live(\/websocket)?$/.test(path)) return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    if (!offered.includes('millrace.v1')) return socket.end('HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n');
    return this.ws.handleUpgrade(request, socket, head, (ws) => {
      if (fault === 'close') ws.close();
      else this.#socket(ws);
    });
  }

  #socket(ws) {
    const reader = new Reader(this);
    reader.tell = (frame) => ws.readyState === ws.OPEN && ws.send(JSON.stringify(frame));
    reader.close = (code, reason) => ws.close(code, reason);
    reader.end = () => ws.terminate();
    reader.write = () => reader.at !== undefined && this.#flush(reader);
    reader.ws = ws;
    this.readers.add(reader);
    this.#count('websocket', 1);
    ws.on('close', () => {
      this.readers.delete(reader);
      this.#count('websocket', -1);
    });
    ws.on('error', () => {});
    ws.on('message', (text) => this.#command(reader, text));
    const { version } = this;
    const heartbeat = this.heartbeat.websocket;
    const limits = { channels: 100, message: MOST_BYTES, last: 1000, publishesPerSecond: this.publishesPerSecond };
    reader.tell({ type: 'welcome', version, cursor: this.cursor(this.head), heartbeat, limits });
  }

  async #command(reader, text) {
    let id;
    try {
      const frame = objectOf(text);
      this.frames.push(frame);
      if (this.deaf) return;
      if (frame.type === 'ping') {
        if (!this.mute) reader.tell({ type: 'heartbeat', cursor: reader.cursor });
        return;
      }
      checkId(frame.id);
      ({ id } = frame);
      await this.#carryOut(reader, frame);
    } catch (error) {
      if (!error.code) throw error;
      reader.tell({ type: 'error', id, code: error.code, message: error.message });
    }
  }

  async #carryOut(reader, frame) {
    const { type, id, channels } = frame;
    if (type === 'auth') {
      if (!this.tokens) throw new Refusal('bad-request', 'auth is reserved');
      if (frame.token !== 'good') throw new Refusal('unauthorized');
      reader.tell({ type: 'ok', id, cursor: reader.cursor });
    } else if (type === 'publish') {
      const [code] = this.refuse.shift() ?? [];
      if (code) throw new Refusal(code);
      this.#mayPublish(reader, this.publishesPerSecond);
      const published = this.#publish(frame);
      if (this.lose-- > 0) reader.ws._socket.resetAndDestroy();
      else reader.tell({ type: 'ok', id, published });
    } else if (type === 'unsubscribe') {
      checkUnsubscribe(frame);
      for (const channel of channels) reader.filters.delete(channel);
      reader.tell({ type: 'ok', id, cursor: reader.cursor ?? this.cursor(this.head) });
    } else if (type === 'subscribe') {
      if (this.faults.websocket === 'mute') return;
      checkSubscribe(frame, this.forbidden);
      const all = new Set([...reader.filters.keys(), ...channels]);
      refuse(all.size > MOST_CHANNELS, `At most ${MOST_CHANNELS} channels`);
      await this.#subscribe(reader, frame);
    } else throw new Refusal('bad-request', `Unknown type ${type}`);
  }

  #mayPublish(who, most) {
    const now = Date.now();
    who.published = (who.published ?? []).filter((time) => now - time < 1000);
    refuse(who.published.length >= most, 'rate-limited', 'rate-limited');
    who.published.push(now);
  }

  async #subscribe(reader, { id, channels, cursor, last, events }) {
    const fresh = channels.filter((channel) => !reader.filters.has(channel));
    const first = reader.at === undefined;
    const own = new Reader(this);
    for (const channel of fresh) own.filters.set(channel, events);
    for (const channel of channels) reader.filters.set(channel, events);
    const gap = own.begin(cursor);
    const history = cursor ? own.take() : this.#last(own, last);
    if (gap) reader.tell({ type: 'gap', ...gap, cursor: first ? gap.cursor : reader.cursor });
    if (first) reader.at = this.head;
    // Continue reading in the meantime, as a server may, so that ordinary frames come between the replayed ones.
    for (const entry of history) {
      const replay = first ? {} : { replay: id };
      reader.tell({ type: 'message', ...this.envelope(entry), ...replay });
      if (!first) await this.beforeOk(entry);
    }
    reader.tell({ type: 'ok', id, cursor: reader.cursor });
  }
}
