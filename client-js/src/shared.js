// One connection for all pages of a browser. One page leads: it has the connection, and is a small Millrace
// server for the clients of all pages, its own included. To a client, the leader is a transport: it attaches
// there with its own cursors, as it would to the server. So a lost leader is a lost connection, no more.

/** @import * as api from '../millrace.js' */
import { Leader } from './leader.js';
import { base64url, random } from './text.js';

/** What pages say to one another. Another version has other names, so that pages do not misunderstand each other. */
const VERSION = 1;
/** After this silence, a page asks its leader for a sign of life. */
const QUIET = 5e3;
/** The answer must arrive within this time. */
const ANSWER = 3e3;
/** The last check before a page takes the place of a leader that is silent. */
const LAST_ANSWER = 1e3;
/** A client that nobody answers so many times connects for itself. */
const MOST_ASKED = 6;
/** A client that needs no connection for so long leaves. */
const LINGER = 1e3;
/** The leader is gone: attach to the next one at once. */
const LOST = { code: 4200 };
/** The name of the transport while the leader's is not known. */
const UNKNOWN = 'shared';

/**
 * What this module does to a client; externs.js keeps the names.
 * @typedef {object} Client
 * @property {api.Options} options
 * @property {(state: api.State) => void} become
 * @property {(type: keyof api.Events, detail: any) => void} emit
 */

/**
 * The transport of a client that shares a connection; or its own, if the browser cannot share, or if nothing says
 * that two pages have the same user.
 * @param {typeof api.Millrace} Millrace
 * @param {api.Millrace} live
 * @param {Client} client
 * @param {string} mount
 * @param {NonNullable<api.Options['transports']>} transports
 */
export const share = async (Millrace, live, client, mount, transports) => {
  const { options } = client;
  const { share, token, maxRate, credentials, storage } = options;
  const locks = options.locks ?? globalThis.navigator?.locks;
  const Channel = options.BroadcastChannel ?? globalThis.BroadcastChannel;
  if (!locks || !Channel || (typeof token == 'function' && share === true)) return transports;
  const url = new URL(mount, globalThis.location?.href).href.replace(/#.*/, '');
  const names = transports.map((one) => (typeof one == 'string' ? one : one.name));
  const same = [url, share, share === true ? token : '', maxRate, credentials, names];
  const name = `millrace.shared.${VERSION}.${await digest(JSON.stringify(same))}`;
  // Each client has a memory of its own transport, which is none: the leader needs the real one.
  const upstream = () => new Millrace(mount, { ...options, share: false, storage: apart(storage) });
  const group = new Group(name, locks, Channel, upstream, live, () => live.use(transports));
  /** @type {api.Transport} */
  const transport = {
    name: UNKNOWN,
    duplex: true,
    connect: (host) => group.sit(new Seat(group, host, transport, client)),
  };
  return [transport];
};

/** @param {string} text */
const digest = async (text) => {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64url(String.fromCharCode(...new Uint8Array(bytes)));
};

/**
 * @param {api.Options['storage']} storage
 * @returns {NonNullable<api.Options['storage']>}
 */
const apart = (storage) => ({
  getItem: (key) => (storage ?? localStorage).getItem(`${key} shared`),
  setItem: (key, value) => (storage ?? localStorage).setItem(`${key} shared`, value),
});

/** A client among those that share: it waits to lead, and leads when the leader before it is gone. */
export class Group {
  /** Its connections to the leader; one, or two while one follows the other. @type {Set<Seat>} */
  seats = new Set();
  /** Where all pages hear who leads. @type {BroadcastChannel | undefined} */
  hall;
  /** Aborted when the client no longer waits to lead, or leads. @type {AbortController | undefined} */
  stands;
  usurping = false;
  /** How often nobody has answered. */
  asked = 0;
  /** Called when a leader shows itself. */
  heard = () => {};

  /**
   * @param {string} name
   * @param {LockManager} locks
   * @param {typeof BroadcastChannel} Channel
   * @param {() => api.Millrace} upstream
   * @param {api.Millrace} live
   * @param {() => void} alone
   */
  constructor(name, locks, Channel, upstream, live, alone) {
    this.name = name;
    this.locks = locks;
    this.Channel = Channel;
    this.upstream = upstream;
    this.live = live;
    this.alone = alone;
  }

  /** @param {Seat} seat */
  sit(seat) {
    clearTimeout(this.linger);
    this.seats.add(seat);
    if (!this.hall) {
      this.hall = new this.Channel(this.name);
      this.hall.onmessage = ({ data }) => this.hear(data);
      this.away = new AbortController();
      const { signal } = this.away;
      // A page that is left, or frozen, must not lead. If it comes back, its client attaches again.
      globalThis.addEventListener?.('pagehide', () => this.leave(), { signal });
      globalThis.document?.addEventListener('freeze', () => this.stand(), { signal });
      this.stand();
    }
    seat.ask();
    return seat;
  }

  /** @param {Seat} seat */
  rise(seat) {
    this.seats.delete(seat);
    clearTimeout(this.linger);
    if (this.seats.size) return;
    this.linger = setTimeout(() => {
      if (this.live.state == 'closed') return this.leave();
      this.linger = setTimeout(() => this.leave(), LINGER);
    });
  }

  leave() {
    clearTimeout(this.linger);
    this.away?.abort();
    this.stands?.abort();
    this.stands = undefined;
    this.hall?.close();
    this.hall = undefined;
  }

  /** @param {any} data */
  hear(data) {
    if (data?.type != 'leader') return;
    this.heard();
    for (const seat of this.seats) seat.follow(data.id);
  }

  /**
   * Waits to lead, at the end of the queue, and leads.
   * @param {LockOptions} [how]
   * @param {() => void} [begun]
   */
  async stand(how, begun) {
    this.stands?.abort();
    const stands = (this.stands = new AbortController());
    const { signal } = stands;
    /** @type {Leader | undefined} */
    let leader;
    try {
      await this.locks.request(this.name, how ?? { signal }, () => {
        begun?.();
        if (signal.aborted) return;
        const leads = (leader = new Leader(this.name, this.Channel, this.upstream()));
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            leads.close();
            resolve(undefined);
          });
        });
      });
    } catch (/** @type {any} */ error) {
      // For example in a page without an origin.
      if (error?.name != 'AbortError') return this.alone();
    } finally {
      leader?.close();
    }
    // Another page leads, because this one slept.
    if (!signal.aborted) this.stand();
  }

  /** The leader is silent, because its page is frozen, say. One page at a time makes sure, and takes its place. */
  async usurp() {
    if (this.usurping) return;
    this.usurping = true;
    const replace = () => this.replace();
    // The page whose turn it is may be frozen, too: nobody waits for it for long.
    const signal = AbortSignal.timeout(Math.round(ANSWER * (1 + Math.random())));
    await this.locks.request(`${this.name}.usurper`, { signal }, replace).catch(replace);
    this.usurping = false;
  }

  async replace() {
    if ((await this.answers()) || !this.hall) return;
    await new Promise((resolve) => {
      const done = () => resolve(undefined);
      this.stand({ steal: true }, done).finally(done);
    });
  }

  /** @returns {Promise<boolean>} */
  answers() {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), LAST_ANSWER);
      this.heard = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.hall?.postMessage({ type: 'who' });
    });
  }
}

/** A client's connection to the leader. */
class Seat {
  id = random();
  /** @type {string | undefined} */
  leader;
  closed = false;

  /**
   * @param {Group} group
   * @param {api.Host} host
   * @param {api.Transport} transport
   * @param {Client} client
   */
  constructor(group, host, transport, client) {
    this.group = group;
    this.host = host;
    this.transport = transport;
    this.client = client;
    this.port = new group.Channel(`${group.name} ${this.id}`);
    this.port.onmessage = ({ data }) => this.take(data);
  }

  /** Somebody leads. @param {string} leader */
  follow(leader) {
    if (!this.leader) this.ask();
    else if (this.leader != leader) this.down(LOST);
  }

  /** @param {any} data from the leader, or from whoever uses the same name */
  take(data) {
    const { from, messages } = data ?? {};
    if (this.closed || typeof from != 'string' || !Array.isArray(messages)) return;
    this.leader ??= from;
    this.group.asked = 0;
    // A leader that slept does not know yet that another page leads.
    if (this.leader != from) return;
    this.wait(QUIET, () => this.ask());
    try {
      for (const frame of messages) if (!this.closed) this.read(frame);
    } catch (error) {
      this.down(error);
    }
  }

  /** @param {any} frame */
  read(frame) {
    const { type, name, state, detail, code } = frame;
    const { client, transport } = this;
    if (name && (type == 'transport' || transport.name == UNKNOWN)) {
      const before = this.group.live.transport;
      transport.name = name;
      if (before && before != name) client.emit('transport', { name, why: frame.why ?? '', took: frame.took ?? 0 });
    }
    if (type == 'state') /^(connecting|paused)$/.test(state) && client.become(state);
    else if (type == 'failed') client.emit('error', Object.assign(Error(frame.message), detail));
    else if (type == 'full') this.group.alone();
    else if (type == 'down') this.down({ code });
    else this.host.frame(frame);
    if (/^(heartbeat|alive)$/.test(type)) this.post({ type: 'alive' });
  }

  /** @param {any} frame */
  send(frame) {
    if (frame.type == 'ping') this.ask();
    else this.post(frame);
  }

  /** Asks for a sign of life. If there is none, and not because this page has slept itself, another one must lead. */
  ask() {
    if (this.closed) return;
    if (this.leader) this.post({ type: 'ping' });
    else this.group.hall?.postMessage({ type: 'hello', id: this.id });
    const due = Date.now() + ANSWER;
    this.wait(ANSWER, () => {
      if (Date.now() < due + ANSWER) {
        if (++this.group.asked > MOST_ASKED) return this.group.alone();
        this.group.usurp();
        if (this.leader) return this.down(LOST);
      }
      this.ask();
    });
  }

  /**
   * @param {number} ms
   * @param {() => void} then
   */
  wait(ms, then) {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, ms);
  }

  /** @param {object} frame */
  post(frame) {
    if (!this.closed) this.port.postMessage({ to: this.leader, frame });
  }

  /** @param {any} why */
  down(why) {
    if (!this.closed) this.host.down(why);
  }

  close() {
    if (this.closed) return;
    this.post({ type: 'bye' });
    this.closed = true;
    clearTimeout(this.timer);
    this.port.close();
    this.group.rise(this);
  }
}
