// A small Millrace server according to docs/protocol.md, with switches for faults of networks.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import {
  MOST_BYTES,
  MOST_CHANNELS,
  Refusal,
  attachOf,
  checkClient,
  checkFormat,
  checkId,
  checkPublish,
  checkSubscribe,
  checkUnsubscribe,
  jsonOf,
  objectOf,
  refuse,
} from './refusals.js';

const ALL = ['websocket', 'sse', 'stream', 'longpoll', 'poll'];

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
    /** Who it is; nobody in particular. */
    this.client = {};
    /** The channels of which it wants to know who is there. */
    this.watched = new Set();
    this.at = undefined;
  }

  wants({ channel, event = 'message', except }) {
    if (except && except === this.id) return false;
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
    if (this.at >= server.mark) return undefined;
    return { channels, reason: 'expired', cursor, missed: { [channels[0]]: server.mark - this.at } };
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
  /** Who may attach. Without, there are only anonymous clients, and tokens mean nothing. @type {Users | undefined} */
  users = undefined;
  /** How often members have changed, and how often each client that polls had been told by its id. */
  changes = 0;
  told = new Map();
  /** The members of each channel that has presence. @type {Map<string, Map<string, object>>} */
  rooms = new Map();
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

  publish(channel, data, { event, base64, from, except } = {}) {
    const seq = ++this.head;
    this.log.push({ channel, event, data, base64, from, except, time: Date.now(), seq });
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

  /** Somebody comes, or is somebody else now. */
  join(channel, ...members) {
    const room = this.rooms.get(channel) ?? new Map();
    this.rooms.set(channel, room);
    for (const member of members) room.set(member.user, member);
    this.#presence(channel, { joined: members, count: room.size });
  }

  leave(channel, ...users) {
    const room = this.rooms.get(channel);
    for (const user of users) room.delete(user);
    this.#presence(channel, { left: users, count: room.size });
  }

  #presence(channel, change) {
    this.changes++;
    for (const reader of [...this.readers]) {
      if (reader.watched.has(channel)) reader.change({ type: 'presence', channel, ...change });
    }
  }

  /** The channels of which a request wants to know who is there. */
  #watched({ channels, presence }) {
    if (!presence) return new Set();
    const watched = presence === true || presence === 'true' ? channels : presence.split(',');
    for (const channel of watched) {
      refuse(!channels.includes(channel) || channel.includes('*'), 'presence is wrong');
      refuse(!this.rooms.has(channel), `You may not know who is on ${channel}.`, 'forbidden');
    }
    return new Set(watched);
  }

  /** Everybody on the channels that a reader watches. */
  everybody({ watched }) {
    return [...watched].map((channel) => {
      const members = [...this.rooms.get(channel).values()];
      return { channel, members, count: members.length };
    });
  }

  /** Ends what a user reads, and lets them in no more. */
  disconnect(user) {
    this.users.disconnected.add(user);
    for (const reader of [...this.readers]) {
      if (reader.client.user === user) reader.finish('disconnected', 4001, 'forbidden');
    }
  }

  /** Switches a transport off, as an operator does at run time. */
  switchOff(name) {
    this.faults[name] = 'off';
    for (const reader of [...this.readers]) {
      if (reader.transport === name) reader.finish('transport switched off', 4102, 'transport-off');
    }
  }

  /** Takes channels from a user. */
  revoke(user, pattern) {
    this.users.revoked.set(user, pattern);
    for (const reader of [...this.readers]) {
      if (reader.client.user === user) reader.finish('revoked', 4105, 'forbidden');
    }
  }

  /** Ends a reader when its credentials have expired. */
  #limit(reader) {
    clearTimeout(reader.expiry);
    const left = this.users?.left(reader.client);
    if (left !== undefined) reader.expiry = setTimeout(() => reader.finish('expired', 4103, 'unauthorized'), left);
  }

  #times({ client }) {
    return this.users?.times(client) ?? {};
  }

  /** What a client may not read. */
  #secrets({ user }) {
    const pattern = this.users?.revoked.get(user);
    return pattern ? new RegExp(`${this.forbidden.source}|${pattern.source}`) : this.forbidden;
  }

  envelope({ seq, except, ...message }) {
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
    const { status, code, message, challenge } = error;
    if (challenge) headers = { ...headers, 'WWW-Authenticate': challenge };
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
    if (transport === 'negotiate' || transport === 'ticket') return this.#answerOnce(transport, request, url, response);
    return this.#read({ transport, direct, wait }, request, url, response);
  }

  #answerOnce(what, request, url, response) {
    try {
      refuse(request.method !== (what === 'ticket' ? 'POST' : 'GET'), request.method, 'method-not-allowed');
      const client = this.users?.identify(request, url) ?? {};
      refuse(what === 'ticket' && !this.users, 'nobody', 'unauthorized');
      const answer = what === 'ticket' ? this.users.ticket(client) : this.#negotiated(client);
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer));
    } catch (error) {
      this.#problem(response, error);
    }
  }

  #negotiated(client) {
    const transports = ALL.filter((name) => this.faults[name] !== 'off').map((name) => ({ name, url: `/live/${name}` }));
    return { version: 1, transports, ...this.#times({ client }) };
  }

  async #read({ transport, direct, wait }, request, url, response) {
    const fault = direct && this.faults[transport];
    if (fault === 'off') return this.#problem(response, new Refusal('transport-off'));
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
      const client = this.users?.identify(request, url) ?? {};
      checkSubscribe(attach, this.#secrets(client));
      checkFormat(transport, attach.format);
      checkClient(attach);
      return this.#attach({ transport, direct, fault, wait, client }, attach, response);
    } catch (error) {
      if (!error.code) throw error;
      return this.#problem(response, error);
    }
  }

  #attach({ transport, direct, fault, wait, client }, query, response) {
    const { channels, events } = query;
    const reader = new Reader(this);
    reader.transport = transport;
    reader.client = client;
    reader.id = query.client;
    reader.watched = this.#watched(query);
    this.#limit(reader);
    for (const channel of channels) reader.filters.set(channel, events);
    this.#count(transport, 1);
    response.on('close', () => {
      this.#count(transport, -1);
      this.readers.delete(reader);
      clearTimeout(reader.expiry);
    });
    const gap = reader.begin(query.cursor);
    if (transport === 'sse' || transport === 'stream') {
      return this.#stay(transport, reader, gap, query.cursor ? [] : this.#last(reader, query.last), response, fault);
    }
    return this.#answer(transport, reader, gap, query, response, Number(wait ?? 25), direct);
  }

  #stay(transport, reader, gap, replayed, response, fault) {
    const sse = transport === 'sse';
    response.writeHead(200, { 'Content-Type': sse ? 'text/event-stream' : 'application/x-ndjson' });
    response.flushHeaders();
    if (fault === 'buffer') return;
    if (fault === 'first') setImmediate(() => (reader.tell = () => {}));
    reader.tell = ({ type, ...frame }) => {
      if (!sse) return response.write(`${JSON.stringify({ type, ...frame })}\n`);
      const { cursor, replay, ...rest } = frame;
      const id = cursor && !replay ? `id: ${cursor}\n` : '';
      const event = type === 'message' ? '' : `event: millrace.${type}\n`;
      const data = type === 'message' ? { ...rest, cursor } : rest;
      return response.write(`${id}${event}data: ${JSON.stringify(data)}\n\n`);
    };
    reader.end = () => response.end();
    reader.finish = (reason) => {
      this.readers.delete(reader);
      reader.tell({ type: 'goodbye', reason, after: 0 });
      reader.end();
    };
    reader.change = (frame) => reader.tell(frame);
    reader.write = () => this.#flush(reader);
    const { version } = this;
    const heartbeat = this.heartbeat[transport];
    const cursor = gap || replayed.length ? undefined : reader.cursor;
    reader.tell({ type: 'welcome', version, heartbeat, limits: {}, client: reader.id, cursor, ...this.#times(reader) });
    if (gap) reader.tell({ type: 'gap', ...gap });
    for (const entry of replayed) {
      reader.tell({ type: 'message', ...this.envelope(entry), ...(entry !== replayed.at(-1) && { replay: true }) });
    }
    for (const room of this.everybody(reader)) reader.tell({ type: 'presence', ...room });
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
    const end = () => {
      this.readers.delete(reader);
      clearTimeout(timer);
    };
    reader.finish = (reason, code, problem) => {
      end();
      this.#problem(response, new Refusal(problem));
    };
    const send = () => {
      end();
      if (query.cursor) entries = reader.take();
      const messages = entries.slice(0, this.most).map((entry) => this.envelope(entry));
      const more = entries.length > this.most;
      const cursor = more ? messages.at(-1).cursor : reader.cursor;
      const answer = { cursor, messages: this.duplicate ? messages.flatMap((m) => [m, m]) : messages };
      if (more) answer.more = true;
      if (gap) answer.gap = { channels: gap.channels, reason: gap.reason, missed: gap.missed };
      if (reader.watched.size) {
        answer.presence = this.everybody(reader);
        this.told.set(reader.id, this.changes);
      }
      if (transport === 'poll') answer.nextPoll = this.nextPoll;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer));
    };
    let timer;
    const pending = () => this.log.some((entry) => entry.seq > reader.at && reader.wants(entry));
    const news = reader.watched.size && this.changes > (this.told.get(reader.id) ?? 0);
    if (transport === 'poll' || !wait || gap || entries.length || news || pending()) return send();
    reader.write = () => pending() && send();
    reader.change = send;
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
      const { user } = this.users?.identify(request, new URL(request.url, this.mount)) ?? {};
      this.#mayPublish(this.address, this.publishesPerSecondPerAddress);
      const published = this.#publish(body, user);
      if (this.lose-- > 0) return request.socket.resetAndDestroy();
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return response.end(JSON.stringify({ published }));
    } catch (error) {
      const wait = error.code === 'rate-limited' ? { 'Retry-After': '1' } : {};
      return this.#problem(response, error, headers ?? wait);
    }
  }

  #publish(frame, from) {
    checkPublish(frame, this.unpublishable);
    const { channel, data, base64, event, key } = frame;
    if (key === undefined || key === null) return this.publish(channel, data, { event, base64, from });
    const same = JSON.stringify([data, base64, event]);
    const known = this.keys.get(key);
    const before = known?.channel === channel ? known : undefined;
    refuse(before && before.same !== same, key, 'conflict');
    const name = before?.name ?? this.publish(channel, data, { event, base64, from });
    this.keys.set(key, { name, same, channel });
    return name;
  }

  #upgrade(request, socket, head) {
    const url = new URL(request.url, this.mount);
    const query = Object.fromEntries(url.searchParams);
    this.uris.push(request.url);
    this.requests.push({ transport: 'websocket', direct: true, time: Date.now(), query, headers: request.headers });
    const fault = this.faults.websocket;
    if (this.foreign) return socket.end(`HTTP/1.1 ${this.foreign[0]} No\r\nContent-Length: 0\r\n\r\n`);
    if (fault === 'hang') return undefined;
    if (fault === 'off') return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    if (fault === 'error') return socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    if (fault === 'strip') {
      return socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi');
    }
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/ *, */);
    // This server has no WebSockets without the subprotocol, so it refuses them too.
    if (!/^\/live(\/websocket)?$/.test(url.pathname)) return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    if (!offered.includes('millrace.v1')) return socket.end('HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n');
    let client;
    try {
      checkClient(query);
      client = this.users?.identify(request, url) ?? {};
    } catch ({ status }) {
      return socket.end(`HTTP/1.1 ${status} No\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n`);
    }
    return this.ws.handleUpgrade(request, socket, head, (ws) => {
      if (fault === 'close') ws.close();
      else this.#socket(ws, client, query.client);
    });
  }

  #socket(ws, client, id) {
    const reader = new Reader(this);
    reader.transport = 'websocket';
    reader.client = client;
    reader.id = id;
    this.#limit(reader);
    reader.tell = (frame) => ws.readyState === ws.OPEN && ws.send(JSON.stringify(frame));
    reader.close = (code, reason) => ws.close(code, reason);
    reader.end = () => ws.terminate();
    reader.finish = (reason, code) => {
      this.readers.delete(reader);
      reader.tell({ type: 'goodbye', reason, after: 0 });
      reader.close(code, reason);
    };
    reader.change = (frame) => reader.tell(frame);
    reader.write = () => reader.at !== undefined && this.#flush(reader);
    reader.ws = ws;
    this.readers.add(reader);
    this.#count('websocket', 1);
    ws.on('close', () => {
      clearTimeout(reader.expiry);
      this.readers.delete(reader);
      this.#count('websocket', -1);
    });
    ws.on('error', () => {});
    ws.on('message', (text) => this.#command(reader, text));
    const { version } = this;
    const heartbeat = this.heartbeat.websocket;
    const limits = { channels: 100, message: MOST_BYTES, last: 1000, publishesPerSecond: this.publishesPerSecond };
    const cursor = this.cursor(this.head);
    reader.tell({ type: 'welcome', version, cursor, heartbeat, limits, client: id, ...this.#times(reader) });
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
      refuse(!this.users?.inBand, 'accepts no tokens on a connection');
      const client = this.users.of(frame.token);
      refuse(client.user !== reader.client.user, 'another user', 'unauthorized');
      reader.client = client;
      this.#limit(reader);
      reader.tell({ type: 'ok', id, ...this.#times(reader) });
    } else if (type === 'publish') {
      const [code] = this.refuse.shift() ?? [];
      if (code) throw new Refusal(code);
      this.#mayPublish(reader, this.publishesPerSecond);
      const published = this.#publish(frame, reader.client.user);
      if (this.lose-- > 0) reader.ws._socket.resetAndDestroy();
      else reader.tell({ type: 'ok', id, published });
    } else if (type === 'unsubscribe') {
      checkUnsubscribe(frame);
      for (const channel of channels) {
        reader.filters.delete(channel);
        reader.watched.delete(channel);
      }
      reader.tell({ type: 'ok', id, cursor: reader.cursor ?? this.cursor(this.head) });
    } else if (type === 'subscribe') {
      if (this.faults.websocket === 'mute') return;
      checkSubscribe(frame, this.#secrets(reader.client));
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

  async #subscribe(reader, { id, channels, cursor, last, events, presence }) {
    const fresh = channels.filter((channel) => !reader.filters.has(channel));
    const first = reader.at === undefined;
    const own = new Reader(this);
    own.id = reader.id;
    for (const channel of fresh) own.filters.set(channel, events);
    for (const channel of channels) reader.filters.set(channel, events);
    const gap = own.begin(cursor);
    const history = cursor ? own.take() : this.#last(own, last);
    if (gap) reader.tell({ type: 'gap', ...gap, cursor: first ? gap.cursor : reader.cursor });
    if (first) reader.at = this.head;
    const watched = this.#watched({ channels, presence });
    for (const channel of watched) reader.watched.add(channel);
    for (const room of this.everybody({ watched })) reader.tell({ type: 'presence', ...room });
    // Continue reading in the meantime, as a server may, so that ordinary frames come between the replayed ones.
    for (const entry of history) {
      const replay = first ? {} : { replay: id };
      reader.tell({ type: 'message', ...this.envelope(entry), ...replay });
      if (!first) await this.beforeOk(entry);
    }
    reader.tell({ type: 'ok', id, cursor: reader.cursor });
  }
}
