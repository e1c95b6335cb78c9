/** @import * as api from '../millrace.js' */
import { Feed } from './feed.js';
import { Session } from './session.js';
import { random } from './text.js';

/** How often the leader shows that it is alive, and asks whether its clients are. */
const BEAT = 5e3;
/** Further clients connect for themselves. */
const MOST_SESSIONS = 100;

/** The page that has the connection: serves the clients of all pages. */
export class Leader {
  id = random();
  /** The clients, by the names of their channels. @type {Map<string, Session>} */
  sessions = new Map();
  /** What is read from the server. @type {Set<Feed>} */
  feeds = new Set();
  /** The server has lost its broker. @type {api.Frame | undefined} */
  degraded;
  /** When the last beat was. */
  last = Date.now();

  /**
   * @param {string} name
   * @param {typeof BroadcastChannel} Channel
   * @param {api.Millrace} upstream
   */
  constructor(name, Channel, upstream) {
    this.name = name;
    this.Channel = Channel;
    this.upstream = upstream;
    this.hall = new Channel(name);
    this.hall.onmessage = ({ data }) => this.hear(data);
    this.watch();
    this.timer = setInterval(() => this.beat(), BEAT);
    this.announce();
  }

  announce() {
    this.hall.postMessage({ type: 'leader', id: this.id });
  }

  /** @param {any} data */
  hear(data) {
    const { type, id } = data ?? {};
    this.revive();
    if (type == 'who') this.announce();
    if (type != 'hello' || typeof id != 'string' || this.sessions.has(id)) return;
    const session = new Session(this, id);
    if (this.sessions.size == MOST_SESSIONS) return session.end({ type: 'full' });
    this.sessions.set(id, session);
    session.welcome();
  }

  /** Tells all clients what concerns them all. */
  watch() {
    const { upstream } = this;
    /** @type {any} */
    let last;
    upstream.on('error', (error) => {
      last = error;
      const { message, code, status, channels } = error;
      // Each client gets the refusals of its own subscriptions.
      if (code && channels) return;
      queueMicrotask(() => {
        if (upstream.state != 'closed') this.tell({ type: 'failed', message, detail: { code, status, channels } });
      });
    });
    upstream.on('state', (state) => {
      if (state == 'closed') this.end(last?.code);
      else if (state == 'connected') this.beat();
      else if (state != 'idle') this.tell({ type: 'state', state });
    });
    upstream.on('transport', (choice) => this.tell({ type: 'transport', ...choice }));
    upstream.on('degraded', (frame) => this.tell((this.degraded = frame)));
    upstream.on('restored', (frame) => {
      this.degraded = undefined;
      this.tell(frame);
    });
  }

  /** @param {api.Frame} frame */
  tell(frame) {
    for (const session of this.sessions.values()) session.push(frame);
  }

  /** In a hidden page, timers may run once a minute. What other pages send arrives at once. */
  revive() {
    if (Date.now() > this.last + BEAT) this.beat();
  }

  beat() {
    this.last = Date.now();
    for (const session of this.sessions.values()) session.beat();
  }

  flush() {
    for (const session of this.sessions.values()) session.flush();
  }

  /** The server lets the user in no more. @param {any} code */
  end(code) {
    const final = code == 'disconnected' ? 4001 : code >= 4000 && code < 4100 ? code : 4000;
    for (const session of [...this.sessions.values()]) session.end({ type: 'down', code: final });
  }

  /**
   * Finds what the server sends already, if that is enough, or asks the server for more.
   * @param {string} channel
   * @param {api.SubscribeOptions} options
   */
  feed(channel, options) {
    for (const feed of this.feeds) if (feed.serves(channel, options)) return feed;
    const feed = new Feed(this, channel, options);
    this.feeds.add(feed);
    return feed;
  }

  close() {
    clearInterval(this.timer);
    this.hall.close();
    for (const session of [...this.sessions.values()]) session.end();
    this.upstream.close();
  }
}
