// A small Millrace server after docs/protocol.md, with switches for what goes wrong in networks.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

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

  /** Sets the cursor; returns the gap that is due. */
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

  /** What lies between the cursor and the head. */
  take() {
    const found = this.server.log.filter((entry) => entry.seq > this.at && this.wants(entry));
    this.at = this.server.head;
    return found;
  }
}

export class Server {
  epoch = 'k1';
  head = 0;
  /** Entries at or below are lost. */
  mark = 0;
  log = [];
  /** @type {Record<string, string | undefined>} by transport: off, hang, error, buffer, strip, close */
  faults = {};
  heartbeat = { websocket: 25000, sse: 15000, stream: 15000 };
  version = 1;
  nextPoll = 15000;
  duplicate = false;
  /** How many publishes are taken without their answer getting through. */
  lose = 0;
  /** What the next publishes are answered with instead. */
  refuse = [];
  forbidden = /^secret/;
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
  /** Wakes readers that stay or wait. */
  readers = new Set();
  /** Open connections by transport. */
  open = new Map();

  async start(port = 0) {
    this.http = createServer((request, response) => this.#request(request, response));
    this.ws = new WebSocketServer({ noServer: true, handleProtocols: () => 'millrace.v1' });
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

  /** Tells all who stay. */
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

  #problem(response, status, headers = {}) {
    response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ status }));
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
    this.requests.push({ transport, direct, time: Date.now(), query, headers: request.headers });
    if (transport === 'publish') return this.#post(request, response);
    const fault = direct && this.faults[transport];
    if (fault === 'off') return this.#problem(response, 404);
    if (fault === 'error') return this.#problem(response, 500);
    if (fault === 'gone') return response.writeHead(204).end();
    if (fault === 'hang') return undefined;
    const channels = query.channels.split(',');
    if (channels.some((channel) => this.forbidden.test(channel))) return this.#problem(response, 403);
    const reader = new Reader(this);
    for (const channel of channels) reader.filters.set(channel, query.events?.split(','));
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
    let entries = query.cursor ? [] : this.#last(reader, Number(query.last ?? 0));
    const send = () => {
      this.readers.delete(reader);
      clearTimeout(timer);
      if (query.cursor) entries = reader.take();
      const messages = entries.map((entry) => this.envelope(entry));
      const answer = { cursor: reader.cursor, messages: this.duplicate ? messages.flatMap((m) => [m, m]) : messages };
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
    let text = '';
    for await (const chunk of request) text += chunk;
    await new Promise((resolve) => setTimeout(resolve, 2));
    this.posting--;
    const [status, headers] = this.refuse.shift() ?? [200];
    if (status !== 200) return this.#problem(response, status, headers);
    const published = this.#publish(JSON.parse(text));
    if (this.lose-- > 0) return request.socket.resetAndDestroy();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ published }));
  }

  #publish({ channel, data, base64, event, key }) {
    const name = this.keys.get(key) ?? this.publish(channel, data, { event, base64 });
    this.keys.set(key, name);
    return name;
  }

  #upgrade(request, socket, head) {
    this.requests.push({ transport: 'websocket', direct: true, time: Date.now(), headers: request.headers });
    const fault = this.faults.websocket;
    if (fault === 'hang') return undefined;
    if (fault === 'off') return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    if (fault === 'error') return socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    if (fault === 'strip') {
      return socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi');
    }
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
    ws.on('message', (text) => this.#command(reader, JSON.parse(text)));
    const { version } = this;
    const heartbeat = this.heartbeat.websocket;
    reader.tell({ type: 'welcome', version, cursor: this.cursor(this.head), heartbeat, limits: {} });
  }

  async #command(reader, frame) {
    this.frames.push(frame);
    const { type, id, channels = [] } = frame;
    const error = (code) => reader.tell({ type: 'error', id, code, message: code });
    if (type === 'ping') {
      if (!this.mute) reader.tell({ type: 'heartbeat', cursor: reader.cursor });
    } else if (type === 'auth') {
      if (frame.token !== 'good') return error('unauthorized');
      reader.tell({ type: 'ok', id, cursor: reader.cursor });
    } else if (type === 'publish') {
      const [refused] = this.refuse.shift() ?? [];
      if (refused) return error(refused);
      const published = this.#publish(frame);
      if (this.lose-- > 0) return reader.ws._socket.resetAndDestroy();
      reader.tell({ type: 'ok', id, published });
    } else if (type === 'unsubscribe') {
      for (const channel of channels) reader.filters.delete(channel);
      reader.tell({ type: 'ok', id, cursor: reader.cursor ?? this.cursor(this.head) });
    } else if (type === 'subscribe') {
      if (channels.some((channel) => this.forbidden.test(channel))) return error('forbidden');
      await this.#subscribe(reader, frame, error);
    }
    return undefined;
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
    // Read on meanwhile, as a server may, so that ordinary frames fall between the replayed ones.
    for (const entry of history) {
      const replay = first ? {} : { replay: id };
      reader.tell({ type: 'message', ...this.envelope(entry), ...replay });
      if (!first) await this.beforeOk(entry);
    }
    reader.tell({ type: 'ok', id, cursor: reader.cursor });
  }
}
