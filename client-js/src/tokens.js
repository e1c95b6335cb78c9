/** @import { Client } from './client.js' */
import { failure } from './failure.js';

/** The client's token: one for all that needs it, until it is refused or soon expires. */
export class Tokens {
  /** The newest, and until when it can be used. @type {{ token?: string, end: number } | undefined} */
  last;
  /** The call of the application's function that everybody waits for. @type {Promise<string | undefined> | undefined} */
  asked;
  /** How many times in a row a connection could not change to a new token. */
  attempt = 0;
  /** When a token was last refused. */
  forgot = -Infinity;

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
    if (client.options.token == null) this.last = { end: Infinity };
  }

  /** Whether there can be another token than the last. */
  get renewable() {
    return typeof this.client.options.token == 'function';
  }

  /** Whether there is one now; it may be undefined, for a client without a name. */
  get ready() {
    return this.last && Date.now() < this.last.end;
  }

  async get() {
    return this.ready ? this.last?.token : this.ask();
  }

  ask() {
    return (this.asked ??= this.call().finally(() => {
      this.asked = undefined;
    }));
  }

  /** Calls the function. A token that a header cannot contain, and a promise that never settles, are errors. */
  async call() {
    const { client } = this;
    const { token, timeout } = client.options;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    try {
      const given = await Promise.race([
        typeof token == 'function' ? token() : token,
        new Promise((resolve, reject) => {
          timer = setTimeout(reject, timeout, `none within ${timeout} ms`);
        }),
      ]);
      if (/[^ -~]/.test(given ?? '')) throw 'not printable ASCII';
      this.last = { token: given || undefined, end: Infinity };
      return this.last.token;
    } catch (/** @type {any} */ error) {
      const told = failure(`token: ${String(error?.message ?? error)}`, { status: 0 });
      client.emit('error', told);
      throw told;
    } finally {
      clearTimeout(timer);
    }
  }
}
