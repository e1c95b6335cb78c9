// The browser client of Millrace. A subscription is a cursor over the server's log: first attach,
// reconnect, fallback and upgrade are the same call, "go on from this cursor", over any transport.
// Comments have lines of their own, so that a server can leave them out with a line filter.

/** @import * as api from '../millrace.js' */
/** @import { Conn, Post, Sub, Timer } from './internal.js' */
import { longpoll, poll, sse, stream, websocket } from './transports.js';

export { decodeSegment, encodeSegment } from './segment.js';
export { websocket, sse, stream, longpoll, poll };

const TRANSPORTS = [websocket, sse, stream, longpoll, poll];

/** @param {string} [cursor] */
const epoch = (cursor) => cursor?.split('-')[0];

/**
 * Whether cursor `a` lies after `b`. Digits are compared, since numbers may exceed 2^53.
 * @param {string} [a]
 * @param {string} [b]
 */
const newer = (a, b) =>
  !a || !b || epoch(a) != epoch(b) || (a.length == b.length ? a > b : a.length > b.length);

/** @param {Sub[]} subs */
const names = (subs) => [...new Set(subs.map((sub) => sub.channel))];

/**
 * The event filter that lets through what any of them wants.
 * @param {Sub[]} subs
 */
const filter = (subs) =>
  subs.every((sub) => sub.events) ? [...new Set(subs.flatMap((sub) => sub.events ?? []))] : undefined;

/** @param {Sub} sub */
const start = ({ at, cursor, last }) => (at || cursor ? { cursor: at || cursor } : { last });

/** @param {Sub} sub */
const begins = (sub) => JSON.stringify(start(sub));

/**
 * @param {Sub[]} subs
 * @param {(sub: Sub) => string} key
 */
const group = (subs, key) => {
  /** @type {Record<string, Sub[]>} */
  const groups = {};
  for (const sub of subs) (groups[key(sub)] ??= []).push(sub);
  return Object.values(groups);
};

/**
 * Whether the server has refused for good. All else is tried again: a network's failure, an abort.
 * @param {any} error
 */
const final = (error) =>
  !/^($|[25]|408|429|unavailable|timeout|internal|rate)/.test(error?.status ?? error?.code ?? '');

/**
 * A server that takes no tokens on a WebSocket judges its subscriptions by the request.
 * @param {any} error
 */
const tokenless = (error) => {
  if (error.code != 'bad-request') throw error;
};

/**
 * All state lives in this closure; `new` gives the object that it returns.
 * @param {string} mount
 * @param {api.Options} options
 */
const create = function (mount, options = {}) {
  const { minDelay = 500, maxDelay = 30000, headStart = 400, token } = options;
  const key = `millrace ${mount}`;
  const away = new AbortController();
  /** @type {Set<Sub>} */
  const subs = new Set();
  /** @type {Set<Conn>} those that have yet to deliver */
  const tries = new Set();
  /** @type {Conn | undefined} the one that delivers */
  let current;
  /** @type {api.Transport[]} best first */
  let transports = [];
  /** @type {Post[]} */
  const posts = [];
  /** @type {Record<string, Function[]>} */
  const listeners = {};
  /** @type {Map<unknown, Timer>} */
  const timers = new Map();
  /** @type {api.State} */
  let state = 'idle';
  let transport = '';
  let attempt = 0;
  let after = 0;
  let calls = 0;
  let pumping = false;
  let retry = () => {};

  /** @param {unknown} what */
  const stop = (what) => {
    clearTimeout(timers.get(what));
    timers.delete(what);
  };

  /**
   * @param {unknown} what
   * @param {number} ms
   * @param {() => void} run
   */
  const later = (what, ms, run) => {
    stop(what);
    const timer = setTimeout(() => {
      timers.delete(what);
      run();
    }, ms);
    timers.set(what, timer);
  };

  const backoff = (n = 3) =>
    minDelay + Math.random() * (Math.min(maxDelay, minDelay * 2 ** (n + 1)) - minDelay);

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  const emit = (type, detail) => {
    for (const listener of listeners[type] ?? []) call(listener, detail, type);
  };

  /**
   * What an application's callback throws stops nothing.
   * @param {Function} callback
   * @param {unknown} detail
   * @param {string} [type]
   */
  const call = (callback, detail, type) => {
    try {
      callback(detail);
    } catch (error) {
      if (type != 'error') emit('error', error);
    }
  };

  /** @param {api.State} next */
  const set = (next) => {
    if (state != next && state != 'closed') emit('state', (state = next));
  };

  /**
   * @param {string} path
   * @param {object} query
   */
  const url = (path, query = {}) => {
    const url = new URL(mount + path, globalThis.location?.href);
    // JSON leaves out what is undefined.
    url.search = `${new URLSearchParams(JSON.parse(JSON.stringify(query)))}`;
    return url.href;
  };

  const bearer = async () => (typeof token == 'function' ? token() : token);

  /**
   * @param {string} path
   * @param {object} [query]
   * @param {RequestInit} [init]
   */
  const request = async (path, query, init = {}) => {
    const token = await bearer();
    const headers = { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    const signal = AbortSignal.timeout(20e3);
    const response = await (options.fetch ?? fetch)(url(path, query), { signal, ...init, headers });
    const { status } = response;
    if (status == 200) return response;
    const after = 1000 * Number(response.headers.get('Retry-After'));
    throw Object.assign(Error(`HTTP ${status}`), { status, after });
  };

  // Negotiation: a race with head starts, in which the best that delivers wins.

  /** @param {api.Transport} transport */
  const rank = (transport) => transports.indexOf(transport) + 1 || 99;

  /** Begins a round. */
  const begin = () => {
    stop('round');
    if (current || !subs.size || state == 'closed') return;
    if (globalThis.navigator?.onLine === false) return set('paused');
    set('connecting');
    let first = transport;
    try {
      const [name, time] = JSON.parse((options.storage ?? localStorage).getItem(key) ?? '');
      if (Date.now() - time < 18e5) first = name;
    } catch {}
    race(first);
  };

  const race = (first = '') =>
    [...transports]
      .sort((a, b) => +(b.name == first) - +(a.name == first))
      .forEach((one, i) =>
        later(one, i * headStart, () => {
          if (!current || rank(one) < rank(current.transport)) open(one);
        }),
      );

  /** Now and then, tries what would be better than what there is. */
  const probe = () => {
    later('probe', 180e3, probe);
    race();
  };

  /** @param {api.Transport} transport */
  const open = async (transport) => {
    for (const other of tries) if (other.transport == transport) drop(other);
    const abort = new AbortController();
    /** @type {Conn} */
    const conn = {
      transport,
      subs: new Set(),
      waiting: new Map(),
      calls: new Map(),
      abort,
      heartbeat: 25e3,
      since: 0,
    };
    tries.add(conn);
    watch(conn, 10e3);
    try {
      const attach = transport.duplex ? { channels: [] } : await prepare(conn);
      if (!tries.has(conn)) return;
      conn.handle = transport.connect({
        attach,
        options,
        url,
        request: (path, query, init) => request(path, query, { signal: abort.signal, ...init }),
        frame: (frame) => read(conn, frame),
        down: (why) => down(conn, why),
      });
    } catch (error) {
      down(conn, error);
    }
  };

  /** The epoch of the log we read. */
  const ours = () => epoch(current?.cursor ?? [...subs].find((sub) => sub.at)?.at);

  /**
   * A URL has one cursor for all its channels: the oldest, and who has seen more drops it. What is new
   * is caught up with before, unless the server must first tell whether our cursors still hold.
   * @param {Conn} conn
   */
  const prepare = async (conn) => {
    /** @param {Sub} sub */
    const known = ({ at }) => at && epoch(at) == ours();
    if (current || !ours()) {
      for (const some of group([...subs].filter((sub) => !known(sub)), begins)) await establish(some, catchUp);
    }
    const ready = [...subs].filter(known);
    for (const sub of ready) {
      conn.subs.add(sub);
      if (newer(sub.at, sub.seen)) sub.seen = sub.at;
    }
    const cursor = ready.map((sub) => sub.at).reduce((a, b) => (newer(a, b) ? b : a));
    return { channels: names(ready), events: filter(ready), cursor };
  };

  /** @param {Conn} conn */
  const adopt = (conn) => {
    const old = current;
    const { name } = conn.transport;
    current = conn;
    conn.since = Date.now();
    tries.delete(conn);
    if (old) drop(old);
    for (const other of tries) if (rank(other.transport) >= rank(conn.transport)) drop(other);
    after = 0;
    stop('round');
    later('probe', 10e3, probe);
    try {
      (options.storage ?? localStorage).setItem(key, JSON.stringify([name, conn.since]));
    } catch {}
    set('connected');
    if (name != transport) emit('transport', (transport = name));
    sync();
    retry();
  };

  /** @param {Conn} conn */
  const alive = (conn) => conn == current || tries.has(conn);

  /** @param {Conn} conn */
  const drop = (conn) => {
    conn.abort.abort();
    stop(conn);
    tries.delete(conn);
    if (current == conn) current = undefined;
    conn.handle?.close?.();
    for (const { done } of conn.calls.values()) done({});
  };

  /**
   * @param {Conn} conn
   * @param {any} [why]
   */
  const down = (conn, why) => {
    if (!alive(conn)) return;
    const { code, status, after: wait } = { ...conn.bye, ...why };
    const kind = Math.floor(code / 100);
    const lost = conn == current;
    drop(conn);
    if (current) {
      if (!timers.has('sync')) sync(backoff());
      return;
    }
    if (status == 204 || kind == 40 || (lost && code == 1000)) {
      return fail(Object.assign(Error('ended by the server'), { code, status }));
    }
    after = wait || after;
    if (!lost && (tries.size || transports.some((one) => timers.has(one)))) return;
    if (final({ status })) emit('error', why);
    stop('probe');
    set('connecting');
    if (lost && Date.now() - conn.since > 10e3) attempt = 0;
    later('round', Math.max(kind == 42 && !attempt ? 0 : backoff(attempt), after), begin);
    attempt++;
    after = 0;
  };

  /** @param {api.State} state */
  const pause = (state) => {
    for (const conn of [...tries, current]) if (conn) drop(conn);
    for (const what of timers.keys()) stop(what);
    set(state);
  };

  const close = () => {
    pause('closed');
    away.abort();
    for (const { reject } of posts.splice(0)) reject(Error('closed'));
    retry();
  };

  /** @param {Error} error */
  const fail = (error) => {
    emit('error', error);
    close();
  };

  /**
   * Gives up a connection that stays silent.
   * @param {Conn} conn
   * @param {number} ms
   */
  const watch = (conn, ms) => later(conn, ms, () => down(conn));

  /** @param {Event} event */
  const wake = ({ type }) => {
    if (type == 'pagehide') return pause('paused');
    if (globalThis.document?.hidden) return;
    retry();
    if (!current) {
      attempt = 0;
      if (!tries.size) begin();
      return;
    }
    if (current.handle?.send) {
      current.handle.send({ type: 'ping' });
      watch(current, 5e3);
    } else if (type == 'online') open(current.transport);
    if (type == 'online') probe();
  };

  // Reading.

  /**
   * @param {Conn} conn
   * @param {api.Frame} frame
   */
  const read = (conn, frame) => {
    if (!alive(conn)) return;
    watch(conn, 2 * (conn.heartbeat = frame.heartbeat ?? conn.heartbeat));
    const { type, cursor, id, replay } = frame;
    const rival = current && current != conn;
    // While all is well, a connection that knows less of the log, or another log, is not heard.
    if (rival && (type == 'gap' || (cursor && epoch(cursor) != ours()))) return down(conn);
    if (frame.version > 1) return fail(Error(`protocol version ${frame.version}`));
    if (conn != current && !conn.transport.duplex && (cursor || !rival)) adopt(conn);
    const call = conn.calls.get(replay ?? id);
    if (type == 'message') {
      // History is of no use to who has been reading elsewhere since it was asked for.
      const heard = replay ? call?.subs?.filter(({ at }) => call.from || !at) : conn.subs;
      for (const sub of [...(heard ?? [])]) hand(sub, frame);
      if (!replay) for (const held of conn.waiting.values()) held.push(frame);
    } else if (call) {
      conn.calls.delete(id);
      call.done(frame);
    } else if (type == 'welcome' && conn.transport.duplex) enter(conn);
    else if (type == 'goodbye') conn.bye = { code: 4200, after: frame.after };
    else if (/^(gap|error|degraded|restored)$/.test(type)) emit(type, frame);
    if (cursor && !replay) {
      conn.cursor = cursor;
      for (const sub of conn.subs) if (newer(cursor, sub.at)) sub.at = cursor;
    }
  };

  /**
   * @param {Sub} sub
   * @param {any} frame
   */
  const hand = (sub, { channel, event = 'message', data, base64, time, cursor }) => {
    if (!subs.has(sub) || !sub.pattern.test(channel) || !newer(cursor, sub.seen)) return;
    if (sub.events && !sub.events.includes(event)) return;
    sub.seen = cursor;
    if (base64 != null) data = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    call(sub.handler, { channel, event, data, time, cursor });
  };

  // Subscriptions.

  const sync = (ms = 0) => later('sync', ms, line);

  /** Brings what is carried in line with what is wanted. */
  const line = () => {
    if (!subs.size) pause('idle');
    else if (!current) {
      if (state == 'idle') begin();
    } else if (current.transport.duplex) {
      if (current.open) subscribe(current);
    } else if (current.subs.size != subs.size || [...subs].some((sub) => !current?.subs.has(sub))) {
      open(current.transport);
    }
  };

  /**
   * Begins subscriptions together; one by one if the server refuses, for one may spoil it for all.
   * @param {Sub[]} some
   * @param {(some: Sub[]) => Promise<void>} how
   */
  const establish = async (some, how) => {
    try {
      await how(some);
    } catch (error) {
      if (!final(error)) throw error;
      if (some[1]) for (const sub of some) await establish([sub], how);
      else {
        subs.delete(some[0]);
        sync();
        emit('error', error);
      }
    }
  };

  /**
   * Gets in one answer what is held for these and the cursor from which to read on.
   * @param {Sub[]} some
   */
  const catchUp = async (some) => {
    const query = { channels: names(some), events: filter(some), ...start(some[0]) };
    const response = await request('', query, { headers: { Prefer: 'wait=0' } });
    const { messages, gap, cursor } = await response.json();
    if (epoch(cursor) != (ours() ?? epoch(cursor))) throw Error('another epoch');
    if (gap) emit('gap', gap);
    // Who began elsewhere in the meantime must not skip to here.
    for (const sub of some.filter(({ at }) => query.cursor || !at)) {
      for (const message of messages) hand(sub, message);
      if (newer(cursor, sub.at)) sub.at = sub.seen = cursor;
    }
  };

  /** @param {Conn} conn */
  const enter = async (conn) => {
    try {
      const token = await bearer();
      if (token) await ask(conn, { type: 'auth', token }).catch(tokenless);
      conn.open = true;
      retry();
      await subscribe(conn);
      if (tries.has(conn)) adopt(conn);
    } catch (error) {
      if (final(error)) emit('error', error);
      down(conn);
    }
  };

  /**
   * @param {Conn} conn
   * @param {any} frame
   * @param {Sub[]} [subs]
   * @returns {Promise<any>}
   */
  const ask = (conn, frame, subs) =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      /** @param {any} reply */
      const done = (reply) =>
        reply.type == 'ok' ? resolve(reply) : reject(Object.assign(Error(reply.message), reply));
      conn.calls.set(id, { done, subs, from: frame.cursor });
      conn.handle?.send?.({ ...frame, id });
    });

  /** @param {Conn} conn */
  const subscribe = async (conn) => {
    const all = [...subs];
    const carried = [...conn.subs, ...conn.waiting.keys()];
    const kept = names(carried.filter((sub) => subs.has(sub)));
    const left = names(carried).filter((name) => !kept.includes(name));
    if (left[0]) ask(conn, { type: 'unsubscribe', channels: left }).catch(() => {});
    for (const sub of carried) if (!subs.has(sub)) conn.subs.delete(sub) || conn.waiting.delete(sub);
    /** @param {Sub} sub */
    const query = (sub) => {
      const same = all.filter(({ channel }) => channel == sub.channel);
      const held = kept.includes(sub.channel) || begins(same[0]) != begins(sub);
      return JSON.stringify({ events: filter(same), ...(held ? { held } : start(sub)) });
    };
    const groups = group(all.filter((sub) => !carried.includes(sub)), query);
    await Promise.all(
      groups.map((some) => {
        const asked = JSON.parse(query(some[0]));
        return establish(some, (some) => enlist(conn, some, asked));
      }),
    ).catch(() => sync(backoff()));
  };

  /**
   * A name that is held already is not replayed again: who asks for it too catches up apart.
   * @param {Conn} conn
   * @param {Sub[]} some
   * @param {any} query
   */
  const enlist = async (conn, some, { held, ...query }) => {
    for (const sub of some) conn.waiting.set(sub, []);
    try {
      const asked = { type: 'subscribe', channels: names(some), ...query };
      const { cursor } = await ask(conn, asked, some);
      // Nor is there a replay for who began elsewhere in the meantime.
      const late = some.filter((sub) => (held ? begins(sub) != '{}' : sub.at && !query.cursor));
      for (const these of group(late, begins)) await catchUp(these);
      for (const sub of some) {
        // Who starts now wants nothing from before, as another's history.
        if (begins(sub) == '{}') sub.seen = cursor;
        if (newer(conn.cursor, sub.at)) sub.at = conn.cursor;
        conn.subs.add(sub);
        for (const frame of conn.waiting.get(sub) ?? []) hand(sub, frame);
      }
    } finally {
      for (const sub of some) conn.waiting.delete(sub);
    }
  };

  // Publishing: one at a time, each until it is answered, with its key against doubles.

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    for (let tries = 0; posts[0]; ) {
      const { body, resolve, reject } = posts[0];
      try {
        const reply =
          current?.open && current.transport.duplex
            ? await ask(current, { type: 'publish', ...body })
            : await (
                await request('/publish', {}, {
                  method: 'POST',
                  headers: { 'Content-Type': 'application/json' },
                  body: JSON.stringify(body),
                })
              ).json();
        resolve(reply.published);
      } catch (error) {
        if (!final(error)) {
          const wait = Math.max(backoff(tries++), error.after || 0);
          /** @type {Promise<void>} */
          const waited = new Promise((resolve) => setTimeout((retry = resolve), wait));
          await waited;
          continue;
        }
        reject(error);
      }
      tries = 0;
      posts.shift();
    }
    pumping = false;
  };

  /** @type {api.Millrace} */
  const live = {
    get transport() {
      return current?.transport.name;
    },

    get state() {
      return state;
    },

    /**
     * @param {string} channel
     * @param {any} options
     * @param {(message: api.Message) => void} handler
     */
    subscribe(channel, options, handler = options) {
      const pattern = channel.replace(/\./g, '\\.').replace('**', '.+').replace(/\*/g, '[^.]+');
      /** @type {Sub} */
      const sub = { ...options, channel, handler, pattern: RegExp(`^${pattern}$`) };
      subs.add(sub);
      sync();
      return {
        get cursor() {
          return sub.at;
        },
        unsubscribe() {
          subs.delete(sub);
          sync();
        },
      };
    },

    publish(channel, data, options) {
      const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
      const bytes = data instanceof Uint8Array && Array.from(data, (byte) => String.fromCharCode(byte));
      const payload = bytes ? { base64: btoa(bytes.join('')) } : { data };
      return new Promise((resolve, reject) => {
        if (state == 'closed') return reject(Error('closed'));
        posts.push({ body: { channel, key, ...options, ...payload }, resolve, reject });
        pump();
      });
    },

    on(type, listener) {
      (listeners[type] ??= []).push(listener);
      return () => {
        listeners[type] = listeners[type].filter((other) => other != listener);
      };
    },

    /** @param {any[]} those */
    use(those) {
      transports = those.map((one) => TRANSPORTS.find(({ name }) => name == one) ?? one);
      for (const conn of tries) drop(conn);
      if (current) probe();
      else if (state == 'connecting') begin();
    },

    close,
  };

  live.use(options.transports ?? TRANSPORTS);
  for (const type of ['online', 'pageshow', 'pagehide', 'visibilitychange']) {
    globalThis.addEventListener?.(type, wake, { signal: away.signal });
  }
  return live;
};

/** @type {typeof api.Millrace} */
// @ts-expect-error The checker knows classes as constructors only.
export const Millrace = create;

