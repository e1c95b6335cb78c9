// Pages of one browser, in one process: what they share are locks and channels. A page can be killed or frozen.

import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';

/** Web Locks, exclusive ones only. */
class Locks {
  /** @type {Map<string, { held?: object, queue: object[] }>} */
  byName = new Map();

  request(page, name, options, callback = options) {
    const { steal, signal } = options;
    const lock = this.byName.get(name) ?? { queue: [] };
    this.byName.set(name, lock);
    return new Promise((resolve, reject) => {
      const one = { page, callback, resolve, reject };
      signal?.addEventListener('abort', () => {
        if (!lock.queue.includes(one)) return;
        lock.queue.splice(lock.queue.indexOf(one), 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
      if (!steal) lock.queue.push(one);
      else {
        lock.held?.stolen();
        lock.held = undefined;
        lock.queue.unshift(one);
      }
      this.#grant(lock);
    });
  }

  #grant(lock) {
    if (lock.held || !lock.queue[0]) return;
    const one = (lock.held = lock.queue.shift());
    const free = () => {
      if (lock.held != one) return;
      lock.held = undefined;
      this.#grant(lock);
    };
    one.stolen = () => one.page.later(() => one.reject(new DOMException('stolen', 'AbortError')));
    one.free = free;
    one.page.later(async () => {
      try {
        one.resolve(await one.callback({}));
      } catch (error) {
        one.reject(error);
      }
      free();
    });
  }

  /** The browser releases what a page held. */
  release(page) {
    for (const lock of this.byName.values()) {
      lock.queue = lock.queue.filter((one) => one.page != page);
      if (lock.held?.page == page) lock.held.free();
    }
  }

  holder(suffix = '') {
    for (const [name, { held }] of this.byName) if (held && name.endsWith(suffix) && !name.endsWith('.usurper')) return held.page;
  }
}

export class Browser {
  locks = new Locks();
  pages = new Set();

  page() {
    const page = new Page(this);
    this.pages.add(page);
    return page;
  }

  get leader() {
    return this.locks.holder();
  }
}

class Page {
  frozen = false;
  dead = false;
  /** What happens when it is no longer frozen. */
  waiting = [];
  channels = new Set();
  sockets = new Set();

  constructor(browser) {
    const page = this;
    this.browser = browser;
    const locks = { request: (...given) => browser.locks.request(page, ...given) };
    this.options = {
      locks,
      BroadcastChannel: class {
        #channel;
        constructor(name) {
          this.#channel = new BroadcastChannel(name);
          this.#channel.onmessage = ({ data }) => page.later(() => this.onmessage?.({ data }));
          page.channels.add(this.#channel);
        }
        postMessage(data) {
          page.later(() => page.channels.has(this.#channel) && this.#channel.postMessage(data));
        }
        close() {
          page.channels.delete(this.#channel);
          this.onmessage = undefined;
          this.#channel.close();
        }
      },
      fetch: async (...request) => page.alive() && fetch(...request),
      EventSource: class extends EventSource {
        constructor(...given) {
          page.alive();
          super(...given);
        }
      },
      WebSocket: class extends WebSocket {
        constructor(...given) {
          page.alive();
          super(...given);
          page.sockets.add(this);
        }
        set onmessage(listener) {
          super.onmessage = (event) => page.later(() => listener(event));
        }
      },
    };
  }

  alive() {
    if (this.dead) throw Error('dead');
    return true;
  }

  /** Runs it, unless the page is dead, or when it wakes up. */
  later(run) {
    if (this.dead) return;
    if (this.frozen) this.waiting.push(run);
    else run();
  }

  /** Without a word. */
  kill() {
    this.dead = true;
    for (const channel of this.channels) channel.close();
    for (const socket of this.sockets) socket.terminate();
    this.browser.locks.release(this);
  }

  thaw() {
    this.frozen = false;
    for (const run of this.waiting.splice(0)) run();
  }
}
